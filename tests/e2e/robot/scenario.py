"""examples/robot beside what a match is: a robot that serves NetworkTables, a driver's dashboard, cameras that come and
go, lights at a serial port, and processes that stop. Arguments: the robot's program, and that of the eyes."""

import os
import re
import signal
import subprocess
import sys
import time

from match import FAR, NEAR, SETBACK, Match, Viewer, control, fail, is_near, soon, wait


# ---- What is to hold ----

def distance(match):
    wait(lambda: match.sees(NEAR), 20, "the distance")
    start = time.monotonic()
    time.sleep(2)
    for driver, least in ((match.driver, 20), (match.slow, 9)):
        values = [value for name, value, come in driver.history if name == "/SmartDashboard/distance" and come >= start]
        rate = len(values) / (time.monotonic() - start)
        if rate < least - 100 * control.since(start):
            fail(f"{rate:.1f} values a second, not {least}")
        if not all(is_near(value, NEAR) for value in values):
            fail("not within 2 % of", NEAR - SETBACK, values)
        off = max(abs(value / (NEAR - SETBACK) - 1) for value in values)
        print(f"{rate:.1f} distances a second, at most {100 * off:.2f} % from the truth")


def loss(match):
    match.target.show(match.nothing)
    took = soon(lambda: match.driver.value("/SmartDashboard/distance") == -1, 0.2, "-1 without a target")
    match.target.show(match.far)
    wait(lambda: match.sees(FAR), 2, "the target at another place")
    print(f"-1 after {1000 * took:.0f} ms")


def lights(match):
    driver = match.driver
    wait(lambda: match.lights.code() == 1, 5, "lights before the game: 1")
    driver.put("/FMSInfo/IsRedAlliance", "boolean", True)
    driver.put("/SmartDashboard/isGameStarted", "boolean", False)
    wait(lambda: match.lights.code() == 2, 5, "red: 2")
    match.target.show(match.nothing)
    driver.put("/SmartDashboard/isGameStarted", "boolean", True)
    wait(lambda: match.lights.code() == 4, 5, "red, in the game: 4")
    match.target.show(match.far)
    wait(lambda: match.lights.code() == 5, 5, "straight ahead: 5")
    driver.put("/FMSInfo/IsRedAlliance", "boolean", False)
    match.target.show(match.nothing)
    wait(lambda: match.lights.code() == 3, 5, "blue: 3")
    match.target.show(match.far)
    wait(lambda: match.sees(FAR), 2, "the target")


def cameras(match):
    viewer, connected = Viewer(match.drive_port), lambda: match.driver.value("/CameraPublisher/DriveCam/connected")
    wait(lambda: connected() is True and viewer.n > 0, 5, "the drive camera")
    streams = match.driver.value("/CameraPublisher/DriveCam/streams")
    if streams != [f"mjpg:http://127.0.0.1:{match.drive_port}/?action=stream"]:
        fail("streams:", streams)
    if viewer.brightness() > 250:
        fail("a card in place of the picture")
    match.drive.off()
    match.target.off()
    gone = soon(lambda: match.driver.distance() == -1, 0.3, "nothing to steer by once the camera is away")
    took = wait(lambda: connected() is False and viewer.brightness() > 150, 2, "the picture that says so")
    time.sleep(max(0, 2 - took))
    match.target.pictures = match.near          # what it saw before is not what it sees now
    match.drive.on()
    match.target.on()
    back = soon(lambda: match.sees(NEAR), 2, "the distance, once the camera is back")
    soon(lambda: connected() is True and viewer.brightness() < 150, 2, "the picture, once the camera is back")
    print(f"nothing {1000 * gone:.0f} ms after the camera, and something {1000 * back:.0f} ms after it is back")


def flip(match):
    """The target moves at once; the distance that is old from now on."""
    old, new = (NEAR, FAR) if match.target.pictures is match.near else (FAR, NEAR)
    match.target.show(match.near if new is NEAR else match.far)
    return old, new


def old_is_never_new(match, seconds, old, what):
    """From 300 ms on, and what the machine is late, nobody steers by what was seen before."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        asked = time.monotonic()
        value = match.driver.distance()
        late = asked - start
        if is_near(value, old) and late > 0.3 + control.since(start):
            fail(f"{what}: {value} is {late:.3f} s old")
        time.sleep(0.005)


def stopped(match, names):
    for name in names:
        pid = match.processes()[name]
        os.kill(pid, signal.SIGSTOP)
        old, new = flip(match)
        old_is_never_new(match, 0.6, old, f"{name} is stopped")
        os.kill(pid, signal.SIGCONT)
        wait(lambda: match.sees(new), 2, f"{name} goes on")
    print("stopped one by one:", *names)


def killed(match, names):
    for name in names:
        os.kill(match.processes()[name], signal.SIGKILL)
        old, new = flip(match)
        old_is_never_new(match, 0.5, old, f"{name} is killed")
        wait(lambda: match.sees(new), 3, f"{name} is killed")
    print("killed one by one:", *names)


def hung(match):
    """A camera that is silent holds up no stop."""
    match.target.hangs = match.drive.hangs = True
    wait(lambda: match.driver.distance() == -1, 1, "a silent camera")
    start = time.monotonic()
    match.eyes.send_signal(signal.SIGTERM)
    try:
        status = match.eyes.wait(20)
    except subprocess.TimeoutExpired:
        fail("it does not end")
    took = time.monotonic() - start
    if took > 2 + control.since(start) or status:
        fail(f"a stop took {took:.3f} s, status {status}")
    wait(lambda: not [name for name in match.driver.there if not name.startswith(("/FMSInfo", "/SmartDashboard/isGame", "$"))],
         2, "no topic is left")
    print(f"a stop with silent cameras: {1000 * took:.0f} ms")


def supervisor_killed(match):
    match.eyes.kill()
    old, _ = flip(match)
    match.eyes.wait()
    old_is_never_new(match, 1, old, "the supervisor is killed")
    if match.driver.distance() != -1:
        fail("somebody steers without a supervisor")


def main():
    server, eyes = sys.argv[1:]
    match = Match(server, eyes)
    try:
        distance(match)
        loss(match)
        lights(match)
        cameras(match)
        names = [name for name in match.processes()]
        print("processes:", *names)
        important = [name for name in names if re.search("eye|aiming|say", name)]
        stopped(match, important)
        killed(match, important)
        hung(match)
    except BaseException:
        print("eyes.log:", open("eyes.log").read()[-3000:])
        raise
    finally:
        match.end()


if __name__ == "__main__":
    main()
