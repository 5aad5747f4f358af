#!/usr/bin/env python3
"""Flywheel's two ways to work off a hierarchy with multiprocessing, beside pkd: the same trees, workers and work.

    tests/bench/curate.py

Each takes a study as a directory and behind a JSON API that counts what is asked for, even and uneven; and once more
with its second worker killed on the way.
"""
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
B = Path(os.environ.get("B", ROOT / "build")).resolve()
WORK = B / "bench-curate"
STUDY = ROOT / "tests/e2e/curate"
WORKERS = 4
TAKES_S = 0.005
ROUNDS = 5
TIME_OUT_S = 15
EVEN, UNEVEN = "8x4x5x6", "uneven"
KINDS = ["queue", "static", "pkd"]
TITLES = ["queue of ids", "subtrees by the top level", "pkd"]


# ---- A run ----


class Run:
    def __init__(self):
        self.wall_s = self.cpu_s = 0.0
        self.status = None  # None: it was ended
        self.rows = 0
        self.said = ""
        self.fetches = 0


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def tree(pid):
    found = [pid]
    for child in children(pid):
        found += tree(child)
    return found


def started_at(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def worker_of(kind, pid):
    """The second worker. In Python they are the children that were started last, behind reporter and manager."""
    try:
        if kind == "pkd":
            return [c for c in children(pid) if Path(f"/proc/{c}/comm").read_text().strip().endswith("_2")][0]
        started = sorted(children(pid), key=started_at)
        return started[-WORKERS + 1] if len(started) >= WORKERS + 1 else None
    except (OSError, IndexError):
        return None


def command(kind, where, root, report, program):
    if kind == "pkd":
        source = ["--root", root + "/"] if where == "dir" else ["--server", root]
        return [str(WORK / program), "--quiet", "--takes", f"{TAKES_S * 1000:g}ms", "--report", str(report), *source]
    peer = str(HERE / "peers/curate.py")
    return [sys.executable, "-B", peer, kind, where, root, str(WORKERS), str(TAKES_S), str(report)]


def count_rows(report):
    try:
        with open(report, newline="") as file:
            keys = {row[1] if row[0].isdigit() else row[0] for row in csv.reader(file) if row}
    except OSError:
        return 0
    return len(keys - {"frame"})


def end(pid):
    for process in reversed(tree(pid)):
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass


def measure(kind, where, root, program, kill_at=0):
    """kill_at: so many rows, at which the second worker is killed."""
    run, report = Run(), WORK / "report.csv"
    report.unlink(missing_ok=True)
    before = os.times()
    begin = time.monotonic()
    with open(WORK / "errors", "w") as errors:
        child = subprocess.Popen(command(kind, where, root, report, program), stdout=errors, stderr=errors)
        killed = None
        while child.poll() is None and time.monotonic() - begin < TIME_OUT_S:
            time.sleep(0.002 if kill_at else 0.01)
            if kill_at and not killed and count_rows(report) >= kill_at:
                killed = worker_of(kind, child.pid)
                os.kill(killed, signal.SIGKILL)
        run.wall_s = time.monotonic() - begin
        run.status = child.poll()
        if run.status is None:
            end(child.pid)
            child.wait()
    after = os.times()
    run.cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    run.rows = count_rows(report)
    run.said = (WORK / "errors").read_text()
    return run


# ---- The API ----


class Api:
    def __init__(self, shape):
        port_file = WORK / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, "-B", str(STUDY / "api.py"), shape, str(port_file)])
        while not port_file.exists():
            time.sleep(0.01)
        self.root = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def count(self):
        """How many lists and containers were asked for; and from the beginning again."""
        with urllib.request.urlopen(self.root + "/count") as answer:
            count = json.load(answer)
        urllib.request.urlopen(urllib.request.Request(self.root + "/count", method="DELETE")).read()
        return count["container"] + count["children"]

    def close(self):
        self.process.kill()
        self.process.wait()


# ---- What comes out ----


def median(values):
    return sorted(values)[len(values) // 2]


def seconds(runs):
    return f"{median([run.wall_s for run in runs]):.2f} s"


def cpu(runs):
    return f"{median([run.cpu_s for run in runs]):.2f} s"


def rate(runs):
    return f"{median([run.rows / run.wall_s for run in runs]):.0f}"


def whole(runs, n):
    for run in runs:
        assert run.rows == n and run.status == 0, (run.rows, run.status, run.said[-300:])


def measured(where, root, n, fetches=lambda: 0):
    """kind -> runs, in turns, so that what else happens on the machine hits all."""
    runs = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            fetches()
            run = measure(kind, where, root, "curate" if where == "dir" else "remote")
            run.fetches = fetches()
            runs[kind].append(run)
    for kind in KINDS:
        whole(runs[kind], n)
    return runs


def outcome(run, n):
    names = [line for line in run.said.splitlines() if "kill" in line.lower()]
    ends = f"hangs (ended after {TIME_OUT_S} s)" if run.status is None else f"status {run.status}"
    return f"{ends}, {run.rows} of {n} in the report, {'names the worker' if names else 'says nothing'}"


def rows_of(shapes):
    for where, shape in (("dir", EVEN), ("dir", UNEVEN), ("http", EVEN)):
        root, n, fetches = shapes[where, shape]
        runs = measured(where, root, n, fetches)
        title = {"dir": "directory", "http": "JSON API"}[where] + (", uneven" if shape == UNEVEN else "")
        yield f"{title}: {n} containers and files", {kind: seconds(runs[kind]) for kind in KINDS}
        yield "… CPU", {kind: cpu(runs[kind]) for kind in KINDS}
        yield "… a second", {kind: rate(runs[kind]) for kind in KINDS}
        if where == "http":
            folders = sum(1 for _ in os.walk(shapes["dir", shape][0]))
            counts = {kind: str(median([run.fetches for run in runs[kind]])) for kind in KINDS}
            yield f"… fetches, of {folders} containers", counts
    root, n, _ = shapes["dir", EVEN]
    killed = {kind: measure(kind, "dir", root, "curate", n // 4) for kind in KINDS}
    yield "a worker is killed", {kind: outcome(killed[kind], n) for kind in KINDS}
    again = outcome(measure("pkd", "dir", root, "going_on", n // 4), n)
    yield "… with a restart in the deploy", {"queue": "–", "static": "–", "pkd": again}


def table(rows):
    cells = [[title, *(values[kind] for kind in KINDS)] for title, values in rows]
    header = ["", *TITLES]
    widths = [max(len(row[k]) for row in [header, *cells]) for k in range(len(header))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [header, *cells]]
    lines = ["| " + " | ".join(row) + " |" for row in padded]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown CPU"


def build(source, name, *words):
    env = {**os.environ, "PKD_CACHE": str(WORK / "cache")}
    more = ["-D", f"WORKERS={WORKERS}", *words]
    subprocess.run([str(B / "pkdc"), "build", str(source), "-o", str(WORK / name), *more], check=True, env=env)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    build(ROOT / "examples/curate/curate.pkd", "curate")
    build(ROOT / "examples/curate/curate.pkd", "going_on", "--deploy", "going_on")
    build(HERE / "programs/curate.pkd", "remote")
    shapes = {}
    for shape in (EVEN, UNEVEN):
        root = str(WORK / shape)
        subprocess.run([sys.executable, "-B", str(STUDY / "tree.py"), root, shape], check=True)
        n = 1 + sum(len(folders) + len(names) for _, folders, names in os.walk(root))
        shapes["dir", shape] = root, n, lambda: 0
    api = Api(EVEN)
    shapes["http", EVEN] = api.root, shapes["dir", EVEN][1], api.count
    load, release = os.getloadavg()[0], os.uname().release
    try:
        rows = list(rows_of(shapes))
    finally:
        api.close()
    print(f"{time.strftime('%-d %B %Y')}; {cpu_model()}, {os.cpu_count()} CPUs; Linux {release}; Python "
          f"{sys.version.split()[0]}; load at the start: {load:.1f}\n")
    print(table(rows))


main()
