#!/usr/bin/env python3
"""Team 1518's design in Python, and examples/robot in pkd, beside the same cameras, robot and viewer: how many distances a
second the robot hears, how old they are, what they cost, and what it hears when the camera is away for five seconds.

    tests/bench/robot.py [SECONDS]
"""
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
B = Path(os.environ.get("B", ROOT / "build")).resolve()
WORK = B / "bench-robot"
PYTHON = "/usr/bin/python3"  # Debian's: python3-opencv is for it
TICK = os.sysconf("SC_CLK_TCK")
PARTS = [ROOT / "tests/e2e" / part for part in ("robot", "nt4", "lib")]
sys.path[:0] = map(str, PARTS)

import camera
import nt
from match import FAR, NEAR, Driver, Viewer, is_near, wait


def tree(pid):
    found, rest = [], [pid]
    while rest:
        process = rest.pop()
        found.append(process)
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                rest += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def cpu(pid):
    total = 0
    for process in tree(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def quantile(numbers, q):
    numbers = sorted(numbers)
    return numbers[min(len(numbers) - 1, int(q * len(numbers)))]


def end(program):
    """With all that it has started."""
    for what in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(program.pid, what)
            program.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


class Run:
    def __init__(self, kind, scenes, room, seconds):
        self.near, self.far = scenes
        target, drive, claw = camera.Camera(self.near), camera.Camera(room, 15), camera.Camera(room, 15)
        self.target = target
        port, view = nt.free_port(), nt.free_port()
        log = open(WORK / f"{kind}.log", "w")
        server = subprocess.Popen([WORK / "server", "--quiet", "--port", str(port)], stderr=log, cwd=WORK)
        if kind == "pkd":
            command = [WORK / "eyes", "--quiet", "--server", "127.0.0.1", "--port", str(port), "--listen", "127.0.0.1",
                       "--target_camera", target.address, "--drive_camera", drive.address, "--claw_camera", claw.address,
                       "--drive_port", str(view), "--claw_port", str(nt.free_port()), "--lights", "/dev/null"]
        else:
            command = [PYTHON, HERE / "peers/robot.py", target.address, drive.address, str(port), str(view)]
        environment = {**os.environ, "PYTHONPATH": ":".join(map(str, PARTS)), "PYTHONDONTWRITEBYTECODE": "1"}
        program, viewer = None, Viewer(view)
        try:
            wait(lambda: self.connects(port), 10, "the robot's server")
            self.driver = Driver(port, "driver", all=True, periodic=0.01)
            program = subprocess.Popen(command, stderr=log, cwd=WORK, env=environment, start_new_session=True)
            wait(lambda: self.sees(NEAR), 20, "a distance")
            wait(lambda: viewer.n > 10, 20, "a picture")
            self.measure(program, seconds)
            self.lose()
        finally:
            if program:
                end(program)
            server.kill()
            server.wait()

    @staticmethod
    def connects(port):
        import socket
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def distance(self):
        """Without a guard: what is there."""
        value = self.driver.value("/SmartDashboard/distance")
        return -1 if value is None else value

    def sees(self, z):
        return is_near(self.distance(), z)

    def measure(self, program, seconds):
        start, before, begun = time.monotonic(), cpu(program.pid), len(self.driver.history)
        self.ages = []
        while time.monotonic() - start < seconds:
            old, pictures = self.distance(), self.far if self.target.pictures is self.near else self.near
            self.target.first = None
            self.target.show(pictures)
            limit = time.monotonic() + 5
            while not (self.target.first and abs(self.distance() - old) > 0.05):
                assert time.monotonic() < limit, "the distance stays"
                time.sleep(0.0005)
            come = next(come for name, value, come in reversed(self.driver.history) if name == "/SmartDashboard/distance")
            first = next((c for n, v, c in self.driver.history[begun:] if n == "/SmartDashboard/distance"
                          and c > self.target.first and abs(v - old) > 0.05), come)
            self.ages.append(first - self.target.first)
            time.sleep(0.4 + random.random() * 0.3)
        took = time.monotonic() - start
        self.cpu = (cpu(program.pid) - before) / took
        self.rate = sum(name == "/SmartDashboard/distance" for name, _, _ in self.driver.history[begun:]) / took

    def lose(self):
        """The camera is away for five seconds; what is seen before it goes is not what it sees when it is back."""
        before = NEAR if self.target.pictures is self.near else FAR
        after = FAR if before is NEAR else NEAR
        self.target.off()
        gone, self.old = time.monotonic(), None
        while time.monotonic() - gone < 5:
            if self.distance() == -1 and self.old is None:
                self.old = time.monotonic() - gone
            time.sleep(0.001)
        self.target.pictures = self.near if after is NEAR else self.far
        self.target.on()
        back, self.back = time.monotonic(), None
        while time.monotonic() - back < 10 and self.back is None:
            if self.sees(after):
                self.back = time.monotonic() - back
            time.sleep(0.001)

    def row(self, title):
        old = "for ever: it stays the last one" if self.old is None else f"{1000 * self.old:.0f} ms"
        back = "not within 10 s" if self.back is None else f"{1000 * self.back:.0f} ms"
        return (f"| {title} | {self.rate:.1f} | {1000 * quantile(self.ages, 0.5):.0f} | {1000 * quantile(self.ages, 0.95):.0f} "
                f"| {100 * self.cpu:.0f} % | {old} | {back} |")


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    if subprocess.run([PYTHON, "-c", "import cv2"], stderr=subprocess.DEVNULL).returncode:
        sys.exit("python3-opencv is not installed")
    WORK.mkdir(parents=True, exist_ok=True)
    os.environ["PKD_CACHE"] = str(WORK / "cache")
    for source, name, more in ((ROOT / "examples/robot/robot.pkd", "eyes", ["-D", "USB=false"]),
                               (ROOT / "tests/e2e/robot/server.pkd", "server", [])):
        subprocess.run([B / "pkdc", "build", source, *more, "-o", WORK / name], check=True)
    scenes = [camera.jpegs([camera.picture(z, 0, seed) for seed in range(4)]) for z in (NEAR, FAR)]
    room = camera.jpegs([camera.picture(None, 0, seed, 100) for seed in range(4)], 160)
    runs = {kind: Run(kind, scenes, room, seconds) for kind in ("python", "pkd")}
    print("| | distances a second | age p50, ms | age p95, ms | CPU | old without a camera | back after it |")
    print("|---|---|---|---|---|---|---|")
    print(runs["python"].row("two processes and a `Queue`, in Python with cv2"))
    print(runs["pkd"].row("examples/robot"))


main()
