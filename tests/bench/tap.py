"""How many images a second Python sees of a program: as JSON and base64, which `pkd echo` has as well, and as pkd.tap has
them; and what that costs the program, whose writer makes them as fast as it can. usage: tap.py [SECONDS]"""

import base64
import json
import os
import resource
import sys
import time

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(root, "runtime", "python"))
os.environ["PATH"] = os.path.abspath(os.environ.get("B", "build")) + ":" + os.environ["PATH"]

import pkd  # noqa: E402
from pkd.talk import Talk  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0


def as_json(run, until):
    """A generator of images, as docs/protocol.md has them under `pixels`."""
    with Talk(run._path) as talk:
        talk.send("echo", {"stream": "s.picture", "pixels": True}, until)
        talk.next(until)
        while time.monotonic() < until:
            left = talk.next(until + 5)["parameters"]["bytes"]
            parts = []
            while left:
                parts.append(base64.b64decode(talk.next(until + 5)["parameters"]["pixels"]))
                left -= len(parts[-1])
            yield b"".join(parts)


def as_raw(run, until):
    for _, view in run.tap("s.picture", timeout=10):
        yield view
        if time.monotonic() > until:
            return


def newest(run, until):
    for _, view in run.tap("s.picture", timeout=10, newest=True):
        yield view
        if time.monotonic() > until:
            return


def nothing(run, until):
    time.sleep(max(0.0, until - time.monotonic()))
    return ()


def cpu_of(run, name):
    """Seconds of the process that its title says, in percent of a CPU since the start."""
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                title = file.read()
        except (OSError, ValueError):
            continue
        if int(fields[1]) == run.pid and name.encode() in title:
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def measure(program, how, fps):
    with program.run(fps=fps) as run:
        run.read("s.picture")
        before, mine = cpu_of(run, ": console"), resource.getrusage(resource.RUSAGE_SELF)
        first = run.status().streams["s.picture"].published
        began = time.monotonic()
        n = sum(1 for _ in how(run, began + SECONDS))
        took = time.monotonic() - began
        made = run.status().streams["s.picture"].published - first
        own = resource.getrusage(resource.RUSAGE_SELF)
        python = own.ru_utime + own.ru_stime - mine.ru_utime - mine.ru_stime
        console = cpu_of(run, ": console") - before
    return n / took, made / took, python / took, console / took


print(f"{'':28}{'seen/s':>9}{'made/s':>9}{'Python':>9}{'console':>9}   (CPU)")
for size, (width, height) in (("720p", (1280, 720)), ("1080p", (1920, 1080))):
    source = os.path.join(root, "tests", "e2e", "pypkd", "shots.pkd")
    program = pkd.build(source, define={"WIDTH": width, "HEIGHT": height})
    for fps in (30, 100000):
        for name, how in (("nobody looks", nothing), ("JSON, base64", as_json), ("tap", as_raw), ("tap, newest", newest)):
            seen, made, python, console = measure(program, how, fps)
            pace = "as fast as it can" if fps > 1000 else f"{fps} fps"
            print(f"{size:6}{pace if name == 'nobody looks' else '':18}{name:14}{seen:7.1f}{made:9.1f}{python:9.1%}{console:9.1%}")
