"""A match for the programs of examples/robot: who drives, the lights, who looks at pictures, and how late the machine is."""

import os
import pty
import select
import socket
import subprocess
import sys
import threading
import time

import camera
import nt
from console import children, title

SETBACK = camera.SETBACK
NEAR, FAR = 1.5, 2.5                    # metres from the camera


class Control:
    """How late this machine is: by so much more may others be."""

    def __init__(self):
        self.lates = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            due = time.monotonic() + 0.005
            time.sleep(0.005)
            self.lates = self.lates[-4000:] + [(due, time.monotonic() - due)]

    def since(self, start):
        return 4 * max([late for at, late in self.lates if at >= start - 0.5] or [0])


control = Control()


class Driver(nt.Client):
    """A dashboard, which reads all the time."""

    def __init__(self, port, name, ages_of="/SmartDashboard/distance", **options):
        super().__init__(port, name)
        self.ages_of = ages_of
        nt.Client.live.remove(self)         # its own thread reads
        self.topic, self.history, self.there, self.is_up, self.ages, self.uids = {}, [], set(), True, [], {}
        self.subscribe("/", uid=1, prefix=True, **options)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            while self.is_up:
                self.pump(0.05)
        except (nt.Ended, OSError):
            self.is_up = False

    def take(self, kind, data):
        super().take(kind, data)
        for method, params in self.said:
            if method == "announce":
                self.there.add(params["name"])
            elif method == "unannounce":
                self.there.discard(params["name"])
                self.topic.pop(params["name"], None)
        for name, at, _, value, come in self.got:
            self.topic[name] = (value, come, at)
            self.history.append((name, value, come))
            if name == self.ages_of:
                self.ages.append(come + (self.offset - at) / 1e6)
        self.said, self.got = [], []

    def value(self, name):
        return self.topic[name][0] if name in self.topic and name in self.there else None

    def put(self, name, kind, value):
        """A value of a topic that is this dashboard's."""
        if name not in self.uids:
            self.uids[name] = len(self.uids) + 1
            self.publish(name, self.uids[name], kind)
        self.binary([self.uids[name], self.server_time(), nt.TYPES[kind], value])

    def distance(self):
        """What a robot may steer by: as its code reads it, with the guard of the page."""
        beat = self.topic.get("/SmartDashboard/heartbeat")
        if not self.is_up or not beat or time.monotonic() - beat[1] > 0.25:
            return -1
        value = self.value("/SmartDashboard/distance")
        return -1 if value is None else value


def fail(*what):
    print(*what)
    sys.exit(1)


def wait(what, seconds, why):
    """How long it took; `seconds` are of a machine with nothing else to do."""
    start = time.monotonic()
    while not what():
        if time.monotonic() - start > 10 * seconds:
            fail("it never comes:", why)
        time.sleep(0.002)
    return time.monotonic() - start


def soon(what, seconds, why):
    """Within so many seconds, and what this machine is late."""
    start = time.monotonic()
    took = wait(what, seconds, why)
    if took > seconds + control.since(start):
        fail(f"{why}: after {took:.3f} s, not {seconds}, where this machine was {control.since(start) / 4:.3f} s late")
    return took


def is_near(value, z):
    return abs(value - (z - SETBACK)) <= 0.02 * (z - SETBACK)


class Lights:
    """The other end of the serial port."""

    def __init__(self):
        self.main, other = pty.openpty()
        self.name, self.other, self.text = os.ttyname(other), other, b""

    def code(self):
        while select.select([self.main], [], [], 0)[0]:
            self.text = (self.text + os.read(self.main, 4096))[-64:]
        lines = self.text.split(b"\n")
        return int(lines[-2]) if len(lines) > 1 and lines[-2] else None


class Viewer:
    """Looks at a stream of net.mjpeg: the last picture, and when it came."""

    def __init__(self, port):
        self.port, self.picture, self.n = port, b"", 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as sock:
                    sock.sendall(b"GET /stream.mjpg HTTP/1.0\r\n\r\n")
                    data = b""
                    while got := sock.recv(65536):
                        data += got
                        while (end := data.find(b"\xff\xd9")) >= 0:
                            begin = data.find(b"\xff\xd8")
                            if 0 <= begin < end:
                                self.picture, self.n = data[begin:end + 2], self.n + 1
                            data = data[end + 2:]
            except OSError:
                pass
            time.sleep(0.05)

    def brightness(self):
        """The mean of the picture, 0 to 255, by FFmpeg: a card is bright where it has letters, the room is dark."""
        out = subprocess.run(["ffmpeg", "-loglevel", "quiet", "-i", "-", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
                             input=self.picture, stdout=subprocess.PIPE).stdout
        return max(out) if out else -1


class Match:
    def __init__(self, server, eyes):
        scenes = [camera.jpegs([camera.picture(z, 0, seed) for seed in range(4)]) for z in (NEAR, FAR, None)]
        self.near, self.far, self.nothing = scenes
        self.room = camera.jpegs([camera.picture(None, 0, seed, 100) for seed in range(4)], 160)
        self.target, self.drive, self.claw = self.cameras()
        self.port, self.lights = nt.free_port(), Lights()
        self.drive_port, self.claw_port = nt.free_port(), nt.free_port()
        self.server = self.serve(server)
        self.driver, self.slow = self.drivers()
        self.eyes = subprocess.Popen(
            [eyes, "--quiet", "--server", "127.0.0.1", "--port", str(self.way_to_server()),
             "--target_camera", self.way_to_target(), "--listen", "127.0.0.1", "--address", "127.0.0.1",
             "--drive_camera", self.drive.address, "--claw_camera", self.claw.address, "--lights", self.lights.name,
             "--drive_port", str(self.drive_port), "--claw_port", str(self.claw_port)], stderr=open("eyes.log", "w"))

    # ---- What another match has otherwise ----

    def serve(self, server):
        program = subprocess.Popen([server, "--quiet", "--port", str(self.port)], stderr=open("server.log", "w"))
        wait(self.is_serving, 10, "the robot's server")
        return program

    def cameras(self):
        return camera.Camera(self.near), camera.Camera(self.room, 15), camera.Camera(self.room, 15)

    def drivers(self):
        """One who wants each value, and one who asks for nothing special."""
        return Driver(self.port, "driver", all=True, periodic=0.01), Driver(self.port, "slow")

    def way_to_server(self):
        return self.port

    def way_to_target(self):
        return self.target.address

    # ---- What is known ----

    def is_serving(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def sees(self, z):
        return is_near(self.driver.distance(), z)

    def processes(self):
        return {title(pid): pid for pid in children(self.eyes.pid)}

    def end(self):
        for program in (self.eyes, self.server):
            if program.poll() is None:
                program.kill()
                program.wait()
