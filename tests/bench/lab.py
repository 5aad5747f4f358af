"""What bench.py measures with: builds peers and programs, runs them, reads what they print."""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
B = Path(os.environ.get("B", ROOT / "build")).resolve()
OUT = B / "bench"
PKDC = B / "pkdc"
CPUS = sorted(os.sched_getaffinity(0))
C_FLAGS = "-std=gnu11 -O2 -g -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Werror".split()
CXX_FLAGS = "-std=c++17 -O2 -g -Wall -Wextra -Werror".split()
PLACE = OUT / "place"  # of sockets
CANNOT = 77
TIMEOUT_S = 60
STOP_S = 10

sys.path.append(str(ROOT / "tests/e2e/lib"))
from console import Console

skipped = []  # lines, each said once


def skip(text):
    if text not in skipped:
        skipped.append(text)
        print("skip:", text, flush=True)


# ---- Peers ----


@dataclass
class Peer:
    name: str
    source: str = ""
    defines: tuple = ()
    header: str = ""  # it is left out where the compiler does not find it …
    package: str = ""  # … in this package of Debian
    packages: str = ""  # for pkg-config
    libraries: tuple = ()
    include: tuple = ()
    env: dict = field(default_factory=dict)
    polls: bool = True
    lossless: bool = True  # of all that is sent at full speed
    needs_roudi: bool = False
    note: str = ""
    command: list = None  # instead of a source


def python(kind):
    return Peer(
        "py-" + kind,
        polls=False,
        command=["python3", str(HERE / "peers/python.py"), kind],
        note="Python: bytes, no pickling of objects",
    )


def iceoryx_headers():
    found = sorted(Path("/usr/include/iceoryx").glob("v*")) or [Path("/usr/include/iceoryx")]
    return ("-isystem", str(found[-1]))


CYCLONE = dict(
    source="cyclone.c",
    header="dds/ddsc/dds_loan_api.h",
    package="cyclonedds-dev and cyclonedds-tools",
    libraries=("-lddsc",),
    include=("-I", str(OUT)),
)
CYCLONE_URI = "file://" + str(HERE / "peers/cyclone.xml")
PKD = dict(
    source="pkd.c",
    include=("-I", str(ROOT / "runtime"), "-I", str(ROOT / "runtime/include")),
    libraries=(str(B / "lib/libpkd.a"), "-lm"),
)
GST = dict(
    source="gstreamer.c",
    header="gst/app/gstappsrc.h",
    package="libgstreamer-plugins-base1.0-dev",
    packages="gstreamer-app-1.0",
    polls=False,
)
PEERS = [
    Peer("floor", "floor.c", note="one word on one cache line; asleep, a bare futex"),
    Peer("pkd-queue", **PKD, note="in place; copied in up to 56 B"),
    Peer(
        "pkd-latest",
        **PKD,
        defines=("-DLATEST",),
        lossless=False,
        note="in place; copied in and out up to 448 B",
    ),
    Peer(
        "iceoryx",
        "iceoryx.cpp",
        header="iceoryx_posh/popo/untyped_publisher.hpp",
        package="libiceoryx-posh-dev and iceoryx",
        include=iceoryx_headers(),
        libraries=("-liceoryx_posh", "-liceoryx_hoofs", "-liceoryx_platform"),
        needs_roudi=True,
        note="in place",
    ),
    Peer(
        "cyclonedds-shm",
        **CYCLONE,
        env={
            "CYCLONEDDS_URI": CYCLONE_URI,
            "BENCH_SHARED_MEMORY": "true",
            "BENCH_BORROWS": "1",
        },
        lossless=False,
        needs_roudi=True,
        note="made in place, copied on receipt",
    ),
    Peer(
        "cyclonedds",
        **CYCLONE,
        env={"CYCLONEDDS_URI": CYCLONE_URI, "BENCH_SHARED_MEMORY": "false"},
        note="copies",
    ),
    Peer(
        "zeromq",
        "zmq.c",
        header="zmq.h",
        package="libzmq3-dev",
        libraries=("-lzmq",),
        note="copies",
    ),
    Peer(
        "nng",
        "nng.c",
        header="nng/nng.h",
        package="libnng-dev",
        libraries=("-lnng",),
        note="copies",
    ),
    Peer("unix-stream", "socket.c", note="copies"),
    Peer("unix-seqpacket", "socket.c", defines=("-DSEQPACKET",), note="copies"),
    Peer("gst-shm", **GST, note="shmsink and shmsrc: one copy"),
    Peer("gst-queue", **GST, defines=("-DQUEUE",), note="threads of one process, no copy"),
    python("shared-memory"),
    python("pipe"),
    python("queue"),
    python("manager"),
]
BY_NAME = {peer.name: peer for peer in PEERS}
built = {}


def compile_peer(peer):
    compiler, flags = (
        ("g++", CXX_FLAGS) if peer.source.endswith("cpp") else ("gcc", C_FLAGS)
    )
    include = list(peer.include)
    libraries = list(peer.libraries)
    if peer.packages:
        ask = ["pkg-config", peer.packages]
        if shutil.which("pkg-config") and subprocess.run(ask + ["--exists"]).returncode == 0:
            # As system headers, which are not ours to warn about.
            words = subprocess.check_output(ask + ["--cflags"], text=True).split()
            include += [re.sub("^-I", "-isystem", word) for word in words]
            libraries += subprocess.check_output(ask + ["--libs"], text=True).split()
    if peer.header:
        there = subprocess.run(
            [compiler, *flags, *include, "-fsyntax-only", "-w", "-include", peer.header]
            + ["-x", "c++" if compiler == "g++" else "c", os.devnull],
            stderr=subprocess.DEVNULL,
        )
        if there.returncode:
            return skip(f"{peer.name}: needs {peer.package}")
    sources = [str(HERE / "peers" / peer.source)]
    if peer.source == "cyclone.c":
        if not shutil.which("idlc"):
            return skip(f"{peer.name}: needs {peer.package}")
        idl = str(HERE / "peers/message.idl")
        subprocess.run(["idlc", "-l", "c", idl], cwd=OUT, check=True)
        plain = ["gcc", "-O2", *include, "-c", str(OUT / "message.c")]
        subprocess.run([*plain, "-o", str(OUT / "message.o")], check=True)
        sources.append(str(OUT / "message.o"))
    path = OUT / peer.name
    subprocess.run(
        [compiler, *flags, *include, *peer.defines, "-o", str(path), *sources]
        + [str(OUT / "harness.o"), *libraries, "-pthread"],
        check=True,
    )
    return [str(path)]


def command_of(peer):
    """The peer's command, or None where it is left out."""
    if peer.name not in built:
        OUT.mkdir(parents=True, exist_ok=True)
        if not (OUT / "harness.o").exists() or not built:
            harness = str(HERE / "peers/harness.c")
            subprocess.run(
                ["gcc", *C_FLAGS, "-c", "-o", str(OUT / "harness.o"), harness], check=True
            )
        built[peer.name] = peer.command or compile_peer(peer)
    return built[peer.name]


# ---- iceoryx's daemon ----


def traces():
    """Files outside of build/ that peers leave behind when they are killed, and some when they end."""
    patterns = ("/tmp/iceoryx_rt_*", "/tmp/*roudi*", "/dev/shm/iceoryx_mgmt", "/dev/shm/root")
    patterns += tuple(f"/tmp/pkd-bench-{peer}-*" for peer in ("zmq", "nng", "gst"))
    return {path for pattern in patterns for path in glob.glob(pattern)}


@contextlib.contextmanager
def roudi():
    """iox-roudi for as long as it is needed, with our memory; ended by its id."""
    global has_roudi
    program = shutil.which("iox-roudi")
    if not program:
        skip("iox-roudi: needs iceoryx")
        yield
        return
    OUT.mkdir(parents=True, exist_ok=True)
    before = traces()
    with open(OUT / "roudi.log", "w+") as log:
        daemon = subprocess.Popen(
            [program, "-c", str(HERE / "peers/roudi.toml"), "-m", "off"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            for _ in range(100):
                time.sleep(0.1)
                text = (OUT / "roudi.log").read_text()
                if daemon.poll() is not None or text.count("successful") >= 1:
                    break
            time.sleep(0.5)
            has_roudi = daemon.poll() is None
            if not has_roudi:
                skip("iox-roudi does not start (build/bench/roudi.log says why)")
            yield
        finally:
            has_roudi = False
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGTERM)
                try:
                    daemon.wait(10)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
            for path in traces() - before:
                os.unlink(path)


has_roudi = False


# ---- Results ----


@dataclass
class Result:
    """Percentiles of one quantity, in ns; of several rounds the medians of each."""

    p10: float
    median: float
    p90: float
    n: int = 1


def read_lines(text):
    """The lines of key=value; those with a `what` as {what: Result}, of several the last one."""
    results, others = {}, {}
    for line in text.splitlines():
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if "median" in words:
            results.setdefault(words["what"], []).append(
                Result(*(float(words[key]) for key in ("p10", "median", "p90")), int(words["n"]))
            )
        elif words:
            others.update(words)
    return {what: merge(found) for what, found in results.items()}, others


def merge(results):
    return Result(
        *(median(getattr(r, key) for r in results) for key in ("p10", "median", "p90")),
        sum(r.n for r in results),
    )


class Missing(Exception):
    """There is nothing to be measured: it has been said why."""


def run_peer(peer, mode, size, budget_ms, what):
    """{what: Result}; raises Missing."""
    command = command_of(peer)
    if command is None or (mode == "poll" and not peer.polls):
        raise Missing
    if peer.needs_roudi and not has_roudi:
        raise Missing
    cpus = [CPUS[0], CPUS[0] if mode == "same" else CPUS[-1]]
    words = ["poll" if mode == "poll" else "sleep", *map(str, cpus), str(size), str(budget_ms)]
    try:
        done = subprocess.run(
            [*command, *words, what],
            env={**os.environ, **peer.env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        skip(f"{peer.name} {mode} {size} B {what}: no end after {TIMEOUT_S} s")
        raise Missing from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        skip(f"{peer.name} {mode} {size} B {what}: {reason}")
        raise Missing
    return read_lines(done.stdout)[0]


def run_memory(size, budget_ms):
    path = OUT / "memory"
    if "memory" not in built:
        OUT.mkdir(parents=True, exist_ok=True)
        source = str(HERE / "peers/memory.c")
        subprocess.run(["gcc", *C_FLAGS, "-o", str(path), source], check=True)
        built["memory"] = [str(path)]
    text = subprocess.check_output([str(path), str(size), str(budget_ms)], text=True)
    return read_lines(text)[0]


# ---- Programs ----


def build_program(pipeline, deploy="", file="bench.pkd", **defines):
    """A file's pipeline, compiled once for each set of constants."""
    words = [pipeline, deploy, *(f"{k}{v}" for k, v in sorted(defines.items()))]
    path = OUT / ("program-" + "-".join(word for word in words if word))
    if path.name not in built:
        OUT.mkdir(parents=True, exist_ok=True)
        command = [str(PKDC), "build", str(HERE / "programs" / file), "--pipeline", pipeline]
        command += ["--deploy", deploy] if deploy else []
        for name, value in sorted(defines.items()):
            command += ["-D", f"{name}={value}"]
        env = {**os.environ, "PKD_CACHE": str(OUT / "cache")}
        subprocess.run([*command, "-o", str(path)], check=True, env=env)
        built[path.name] = [str(path)]
    return path


@dataclass
class Run:
    results: dict
    others: dict
    report: str  # what it said on standard error
    cpu_ns: float  # of all its processes
    cut: bool  # it was stopped before its end


def await_end(child, seconds):
    """The CPU's time of a child and of its children; None where it has not ended by then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return (usage.ru_utime + usage.ru_stime) * 1e9
        time.sleep(0.002)
    return None


def stop(child, seconds):
    """Asks a program to stop, and kills it when it does not."""
    child.send_signal(signal.SIGTERM)
    cpu_ns = await_end(child, seconds)
    if cpu_ns is None:
        child.kill()
        await_end(child, seconds)
        skip(f"{Path(child.args[0]).name}: did not stop within {seconds} s")
        raise Missing
    return cpu_ns


@contextlib.contextmanager
def running(path, *arguments):
    """A program that runs until it is asked to stop, and its console, which has answered."""
    child = subprocess.Popen(
        [str(path), "--quiet", *map(str, arguments)],
        env={**os.environ, "PKD_DIR": str(PLACE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    console = Console(child, PLACE)
    try:
        if not console.ask("ping"):
            skip(f"{path.name}: its console does not answer")
            raise Missing
        yield child, console
    finally:
        stop(child, STOP_S)


def run_program(path, *arguments, seconds=TIMEOUT_S / 2):
    """Runs it to its end, or for so long, after which it is asked to stop."""
    with open(OUT / "out", "w+") as out, open(OUT / "err", "w+") as err:
        child = subprocess.Popen(
            [str(path), *map(str, arguments)], stdout=out, stderr=err, stdin=subprocess.DEVNULL
        )
        cpu_ns = await_end(child, seconds)
        cut = cpu_ns is None
        if cut:
            cpu_ns = stop(child, STOP_S)
        out.seek(0)
        err.seek(0)
        text, report = out.read(), err.read()
    if child.returncode:
        skip(f"{path.name}: status {child.returncode}: {report.strip()[-200:]}")
        raise Missing
    results, others = read_lines(text)
    return Run(results, others, report, cpu_ns, cut)


def has_option(path, option):
    text = subprocess.run([str(path), "--help"], capture_output=True, text=True).stdout
    return "--" + option in text


def children_of(pid):
    with contextlib.suppress(OSError):
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def cpu_ms_of(pids):
    """User and system time so far, from /proc."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ns_of(pids):
    """The same by the clock of each process, which counts also what who runs just now has had since the
    scheduler's last tick."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += time.clock_gettime_ns(~pid << 3 | 2)  # as of clock_getcpuclockid
    return total
