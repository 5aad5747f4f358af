"""A whole match with real peers at once, A1: FFmpeg as each camera, ntcore-ts-client as the dashboard, Chromium as what the
driver looks at, a robot's server that is pkd's, and one from the specification. Arguments: the folder of this file, the
robot's program, that of the eyes, and of eyes that take three times as long as their camera. A1_SECONDS: so long the age of
what the dashboard hears is watched."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from statistics import median

import authority
import nt
from console import children, title
from match import FAR, NEAR, Driver, Match, control, fail, is_near, soon, wait
from peers import Browser, Cable, Dashboard, FFmpeg, numbered
from scenario import distance, hung, killed, lights, loss, old_is_never_new, stopped, supervisor_killed

HERE, SERVER, EYES, SLOW = sys.argv[1:]
SECONDS = float(os.environ["A1_SECONDS"])


class Served(Match):
    """pkd's own server is the robot's."""

    def cameras(self):
        target = FFmpeg(self.near)
        self.cable = Cable(target.port)
        return target, FFmpeg(numbered(), 6), FFmpeg(self.room, 15)

    def drivers(self):
        self.to_server, self.to_dashboard = Cable(self.port), Cable(self.port)
        every = {"all": True, "periodic": 0.01}
        return Dashboard(HERE, self.to_dashboard.port, "dashboard.log", **every), Dashboard(HERE, self.port, "slow.log")

    def way_to_server(self):
        return self.to_server.port

    def way_to_target(self):
        return f"http://127.0.0.1:{self.cable.port}/mjpg/video.mjpg"

    def begin_slow(self):
        self.fast = FFmpeg(self.near, 90)
        self.late = subprocess.Popen([SLOW, "--quiet", "--server", "127.0.0.1", "--port", str(self.port), "--table", "Slow",
                                      "--target_camera", self.fast.address], stderr=open("slow.err", "w"))

    def end_slow(self):
        self.late.kill()
        self.late.wait()

    def processes(self):
        """All of them, those of the robot and the cameras, too."""
        return {**super().processes(), **{f"robot's {title(pid)}": pid for pid in children(self.server.pid)},
                "the camera, FFmpeg": self.target.program.pid, "the drive camera, FFmpeg": self.drive.program.pid}

    def end(self):
        super().end()
        self.end_slow()
        for program in self.driver, self.slow, getattr(self, "browser", None):
            if program:
                program.end()


class Seen:
    """What a robot from the specification has been told, as a dashboard has it."""

    is_up = True

    def __init__(self, match):
        self.match = match

    def value(self, name):
        robot = self.match.robot
        notes = robot.of(name) if name in robot.there() else None
        return notes[-1][3] if notes else None

    @property
    def there(self):
        return self.match.robot.there()

    @property
    def history(self):
        return [(name, value, come) for _, name, _, value, come, _ in self.match.robot.said("value")]

    def distance(self):
        beats = self.match.robot.of("/SmartDashboard/heartbeat")
        if not beats or time.monotonic() - beats[-1][4] > 0.25:
            return -1
        value = self.value("/SmartDashboard/distance")
        return -1 if value is None else value


class Specified(Served):
    """The robot's server is strict: nobody may speak before the time is known; and it does not announce what it is told."""

    def serve(self, server):
        self.robot = nt.Robot(port=self.port, announces=False)
        return self.robot

    def drivers(self):
        self.to_server = Cable(self.port)
        seen = Seen(self)
        return seen, seen

    def processes(self):
        return {**Match.processes(self), "the camera, FFmpeg": self.target.program.pid}

    def reboot(self):
        robot = self.robot
        if robot.wrong:
            fail("the robot was told what it may not be:", robot.wrong[:3])
        robot.stop()
        old, new = (NEAR, FAR) if self.target.pictures is self.near else (FAR, NEAR)
        self.target.show(self.near if new is NEAR else self.far)
        self.robot = nt.Robot(port=self.port, announces=False, clock=900_000_000)
        took = soon(lambda: self.sees(new), 2, "the distance, once the robot has begun anew")
        if any(is_near(value, old) for name, value, _ in self.driver.history if name == "/SmartDashboard/distance"):
            fail("the robot is told what was seen before it began anew")
        print(f"something {1000 * took:.0f} ms after the robot has begun anew")

    def end(self):
        self.eyes.kill()
        self.eyes.wait()
        if self.robot.wrong:
            fail("the robot was told what it may not be:", self.robot.wrong[:3])


# ---- What is to hold ----

def entries(match):
    name = "/CameraPublisher/DriveCam/"
    wait(lambda: match.driver.value(name + "connected") is True, 10, "the entries of the drive camera")
    for topic, value in (("streams", [f"mjpg:http://127.0.0.1:{match.drive_port}/?action=stream"]),
                         ("mode", "160x120 MJPEG 15 fps")):
        if match.driver.value(name + topic) != value:
            fail(name + topic, match.driver.value(name + topic))


def pictures(match):
    """Chromium shows the newest picture."""
    wait(match.browser.is_fresh, 30, "a picture in the browser")
    start = time.monotonic()
    time.sleep(5)
    behind, late = match.browser.behind(match.drive.sent, start)
    if len(behind) < 10 or median(behind) != 0:
        fail("in the browser, so many pictures are newer than what is shown:", behind)
    print(f"in the browser picture n, {1000 * median(late):.0f} ms after the camera has it (p50 of {len(late)})")


def away(match):
    """Both cameras, for five seconds."""
    connected = lambda: match.driver.value("/CameraPublisher/DriveCam/connected")
    match.drive.off()
    match.target.off()
    start = time.monotonic()
    gone = soon(lambda: match.driver.distance() == -1, 0.3, "nothing to steer by once the camera is away")
    told = soon(lambda: connected() is False, 1, "connected is false once the camera is away")
    card = soon(match.browser.shows_card, 1.5, "the card in the browser")
    while time.monotonic() - start < 5:
        if match.driver.distance() != -1 or connected() or not match.browser.shows_card():
            fail("a camera that is away is there")
        time.sleep(0.01)
    match.target.pictures = match.near if match.target.pictures is match.far else match.far
    new = NEAR if match.target.pictures is match.near else FAR
    match.drive.on()
    match.target.on()
    back = soon(lambda: match.sees(new), 2, "the distance, once the camera is back")
    shown = soon(lambda: connected() is True and match.browser.is_fresh(), 2, "the picture, once the camera is back")
    print(f"cameras away: nothing after {1000 * gone:.0f} ms, told after {1000 * (gone + told):.0f}, a card after "
          f"{1000 * (gone + told + card):.0f}; back: distance after {1000 * back:.0f}, picture after {1000 * (back + shown):.0f} ms")


def cut(match, cables):
    for name, cable in cables:
        old, new = (NEAR, FAR) if match.target.pictures is match.near else (FAR, NEAR)
        cable.cut()
        match.target.show(match.near if new is NEAR else match.far)
        old_is_never_new(match, 1.3, old, f"the cable to {name} is cut")
        cable.mend()
        wait(lambda: match.sees(new), 4, f"the cable to {name} is whole again")
    print("cut one by one: the cable to", *(f"{name}," for name, _ in cables))


def confined(match):
    """The process that decodes what cameras send cannot open a file, and what has no limits can."""
    if not authority.CAN:
        print("authority: not tried on this machine")
        return
    free = subprocess.Popen(["sleep", "60"])
    try:
        wait(lambda: open(f"/proc/{free.pid}/comm").read() == "sleep\n", 5, "sleep")
        can = authority.open_in(free.pid, "/etc/hostname")
    finally:
        free.kill()
        free.wait()
    cannot = authority.open_in(match.processes()["eye"], "/etc/hostname")
    if not (isinstance(can, int) and can >= 0) or cannot not in (-13, -1, ("SIGSYS",)):
        fail("openat in a process without limits, and in the camera's:", can, cannot)
    print("openat in the camera's process:", cannot if isinstance(cannot, tuple) else os.strerror(-cannot))
    wait(lambda: match.sees(NEAR) or match.sees(FAR), 3, "it goes on")


def ages(match):
    """From the picture that changes to the dashboard that hears of it; and of what is too slow for its camera."""
    watcher = Driver(match.port, "watcher", ages_of="/Slow/distance", all=True, periodic=0.01)
    wait(lambda: watcher.ages, 20, "a distance of the slow ones")
    time.sleep(2)
    watcher.ages.clear()
    start, late = time.monotonic(), []
    while time.monotonic() - start < SECONDS:
        old, new = (NEAR, FAR) if match.target.pictures is match.near else (FAR, NEAR)
        n = len(match.driver.history)
        match.target.show(match.near if new is NEAR else match.far)
        wait(lambda: match.target.first and match.sees(new), 5, "the target at another place")
        come = next(at for name, value, at in match.driver.history[n:]
                    if name == "/SmartDashboard/distance" and at > match.target.first and abs(value - (old - 0.28575)) > 0.05)
        late.append(come - match.target.first)
        time.sleep(0.3 + 0.3 * random.random())
    report("from the pixel to the dashboard", late, 0.5)
    slow = list(watcher.ages)
    report(f"the slow ones, {len(slow) / (time.monotonic() - start):.1f} a second of 90", slow, 0.5)
    if len(slow) < 15 * SECONDS:
        fail("the slow ones hear too little")


def report(what, late, most):
    third = max(1, len(late) // 3)
    q = lambda part, share: sorted(part)[min(len(part) - 1, int(share * len(part)))]
    first, last = late[:third], late[-third:]
    print(f"{what}: {1000 * q(late, 0.5):.1f} ms (p50), {1000 * q(late, 0.95):.1f} (p95) of {len(late)}; first third "
          f"{1000 * q(first, 0.5):.1f} and {1000 * q(first, 0.95):.1f}, last {1000 * q(last, 0.5):.1f} and {1000 * q(last, 0.95):.1f}")
    if q(last, 0.5) > 1.5 * q(first, 0.5) + 0.02 or q(last, 0.95) > most:
        fail(what, "is not flat")


def served():
    match = Served(SERVER, EYES)
    match.begin_slow()
    try:
        match.browser = Browser(HERE, f"http://127.0.0.1:{match.drive_port}/config.json")
        distance(match)
        entries(match)
        loss(match)
        lights(match)
        pictures(match)
        away(match)
        confined(match)
        names = [name for name in match.processes()]
        stopped(match, names)
        killed(match, names)
        cut(match, (("the camera", match.cable), ("the robot", match.to_server), ("the dashboard", match.to_dashboard)))
        wait(match.browser.is_fresh, 10, "the picture, after all that")
        ages(match)
        match.end_slow()
        hung(match)
    except BaseException:
        print("eyes.log:", open("eyes.log").read()[-3000:])
        raise
    finally:
        match.end()


def specified():
    match = Specified(SERVER, EYES)
    try:
        distance(match)
        loss(match)
        names = [name for name in match.processes() if re.search("eye|aiming|say|FFmpeg", name)]
        stopped(match, names)
        killed(match, names)
        cut(match, (("the camera", match.cable), ("the robot", match.to_server)))
        match.reboot()
        supervisor_killed(match)
    except BaseException:
        print("eyes.log:", open("eyes.log").read()[-3000:])
        raise
    finally:
        match.end()


try:
    print("-- a client of pkd's server, and its clients")
    served()
    print("-- a client of a robot's server that is strict")
    specified()
finally:
    for camera in FFmpeg.live:
        camera.is_on = False
        if camera.program:
            camera.program.kill()
