"""Real peers of a robot's eyes: FFmpeg as a camera, ntcore-ts-client as a dashboard, Chromium; and cables that are cut."""

import bisect
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time

import nt
from camera import HEIGHT, WIDTH, jpegs

NPM = os.environ.get("NPM", "")


def numbered():
    """256 pictures, the camera's own noise in each; 10 columns, of which the inner 8 are the Gray code of the number, and
    below it the same with white for black."""
    room, pictures = bytes(40 + 7 * i % 60 for i in range(251)), []
    for number in range(256):
        code = number ^ number >> 1
        white = [code >> i & 1 for i in range(8)]
        rows = [b"".join(bytes([16 + 219 * (bit ^ turned)]) * (3 * WIDTH // 10) for bit in [turned, *white, turned])
                for turned in (0, 1)]
        plain = (room * (WIDTH * 3 // len(room) + 1))[:WIDTH * 3]
        picture = [plain] * (HEIGHT // 5) + [rows[0]] * (HEIGHT // 5) + [rows[1]] * (HEIGHT // 5)
        pictures.append(b"".join(picture + [plain] * (HEIGHT - len(picture))))
    return jpegs(pictures, 160)


class FFmpeg:
    """A camera: FFmpeg serves over HTTP what it is given, `rate` pictures a second. It is started again when it has ended,
    as it does with its client; it can be switched off, and hang."""

    live = []

    def __init__(self, pictures, rate=30):
        self.pictures, self.rate, self.n, self.program = pictures, rate, 0, None
        self.first, self.changed, self.is_on = None, 0.0, True
        self.sent = []                          # when each picture of the current round of numbers was, and which
        self.port = nt.free_port()
        FFmpeg.live.append(self)
        threading.Thread(target=self.run, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/mjpg/video.mjpg"

    @property
    def hangs(self):
        return False

    @hangs.setter
    def hangs(self, hangs):
        self.program.send_signal(signal.SIGSTOP if hangs else signal.SIGCONT)

    def show(self, pictures):
        self.pictures, self.changed, self.first = pictures, time.monotonic(), None

    def off(self):
        self.is_on = False
        self.program.kill()
        self.program.wait()

    def on(self):
        self.is_on = True

    def is_connected(self):
        """FFmpeg takes one client, which the kernel knows of."""
        with open("/proc/net/tcp") as file:
            return any(line.split()[1].endswith(f":{self.port:04X}") and line.split()[3] == "01" for line in file)

    def start(self):
        return subprocess.Popen(
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-fflags", "nobuffer", "-probesize", "32", "-f", "mpjpeg", "-i", "-",
             "-c", "copy", "-flush_packets", "1", "-f", "mpjpeg", "-content_type", "multipart/x-mixed-replace; boundary=ffmpeg",
             "-listen", "1", self.address], stdin=subprocess.PIPE, stderr=open("ffmpeg.log", "a"))

    def give(self, program):
        pictures = self.pictures
        if self.first is None and self.is_connected():
            self.first = time.monotonic()
        data = pictures[self.n % len(pictures)]
        self.sent.append((time.monotonic(), self.n % len(pictures)))
        self.n += 1
        program.stdin.write(b"--ffmpeg\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(data), data))
        program.stdin.flush()

    def run(self):
        while True:
            if not self.is_on:
                time.sleep(0.01)
                continue
            program = self.program = self.start()
            try:
                self.give(program)              # it looks at the first ones, and then for a client
                self.give(program)
                while self.is_on and program.poll() is None and not self.is_connected():
                    time.sleep(0.005)
                due = time.monotonic()
                while self.is_on:
                    self.give(program)
                    due = max(due + 1 / self.rate, time.monotonic() - 0.1)
                    time.sleep(max(0, due - time.monotonic()))
            except OSError:
                pass
            program.kill()
            program.wait()
            try:
                program.stdin.close()
            except OSError:
                pass


class Cable:
    """What is said to its port goes to another one, until it is cut: then nothing does, and nobody is told."""

    def __init__(self, port):
        self.target, self.is_whole, self.pairs, self.lock = port, True, [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        while not self.is_whole:                # nobody answers at the other end
            time.sleep(0.01)
        try:
            far = socket.create_connection(("127.0.0.1", self.target), 1)
            far.settimeout(None)
        except OSError:
            near.close()
            return
        for end in near, far:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.pairs.append((near, far))
        try:
            while True:
                ready, _, _ = select.select([near, far], [], [], 1)
                for end in ready:
                    data = end.recv(65536)
                    while not self.is_whole:
                        time.sleep(0.01)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            near.close()
            far.close()

    def cut(self):
        self.is_whole = False

    def mend(self):
        """Whoever was connected has to begin anew."""
        with self.lock:
            for pair in self.pairs:
                for end in pair:
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            self.pairs = []
        self.is_whole = True


class Lines:
    """A program of node's that prints lines of JSON."""

    def __init__(self, *command, log):
        self.program = subprocess.Popen(["node", *map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(log, "w"))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        for line in self.program.stdout:
            self.hear(*json.loads(line))

    def end(self):
        if self.program.poll() is None:
            self.program.stdin.close()
            try:
                self.program.wait(20)
            except subprocess.TimeoutExpired:
                self.program.kill()


class Dashboard(Lines):
    """ntcore-ts-client."""

    def __init__(self, here, port, log, **options):
        self.topic, self.history, self.there, self.is_up = {}, [], set(), False
        super().__init__(f"{here}/dashboard.js", NPM, port, json.dumps(options), log=log)

    def hear(self, at, name, *values):
        if name == "":
            self.is_up = values[0]
        elif values:
            self.topic[name] = (values[0], at)
            self.history.append((name, values[0], at))
            self.there.add(name)
        else:
            self.there.discard(name)

    def put(self, name, kind, value):
        self.program.stdin.write(json.dumps([name, kind, value]).encode() + b"\n")
        self.program.stdin.flush()

    def value(self, name):
        return self.topic[name][0] if name in self.there else None

    def distance(self):
        """As a robot's code reads it, with the guard of the page."""
        beat = self.topic.get("/SmartDashboard/heartbeat")
        if not self.is_up or not beat or time.monotonic() - beat[1] > 0.25:
            return -1
        value = self.value("/SmartDashboard/distance")
        return -1 if value is None else value


class Browser(Lines):
    """Chromium, and which picture it shows."""

    def __init__(self, here, address):
        self.seen = []
        super().__init__(f"{here}/browser.js", NPM, address, log="browser.log")

    def hear(self, at, number):
        self.seen.append((at, number))

    def shows_card(self):
        return bool(self.seen) and self.seen[-1][1] is None

    def is_fresh(self):
        return bool(self.seen) and self.seen[-1][1] is not None and time.monotonic() - self.seen[-1][0] < 1

    def behind(self, sent, start):
        """Of each picture that was shown since, how many newer ones had been sent, and how old it was."""
        sent = list(sent)
        times, late, pictures = [at for at, _ in sent], [], []
        for at, number in self.seen:
            newest = bisect.bisect_right(times, at) - 1
            if at < start or number is None or newest < 0:
                continue
            this = next((i for i in range(newest, max(-1, newest - 256), -1) if sent[i][1] == number), None)
            if this is not None:
                pictures.append(newest - this)
                late.append(at - times[this])
        return sorted(pictures), sorted(late)
