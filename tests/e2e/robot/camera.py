"""Cameras of a robot for tests: pictures of two tapes whose place is known, as Motion JPEG over HTTP."""

import math
import random
import socket
import subprocess
import threading
import time

WIDTH, HEIGHT, FX = 640, 480, 681.0
SPACING, TAPE, TILT = 0.2032, (0.0508, 0.1397), math.radians(14.5)     # between the upper inner corners; metres
SETBACK = 0.28575
COLOUR = (120, 230, 30)                                                 # blue, green, red: a hue of 73
SAMPLES = 4                                                             # in a pixel, each way


def corners(z, x, side):
    """The corners of a tape in pixels from the middle, up, of a pair x to the right: side is -1 or 1."""
    scale, sine, cosine = FX / z, math.sin(TILT), math.cos(TILT)
    inner = (x + side * SPACING / 2, TAPE[1] / 2)
    across = (side * cosine * TAPE[0], sine * TAPE[0])
    along = (side * sine * TAPE[1], -cosine * TAPE[1])
    places = [(0, 0), across, (across[0] + along[0], across[1] + along[1]), along]
    return [((inner[0] + u) * scale, (inner[1] + v) * scale) for u, v in places]


def share(points, side, column, row):
    """How much of a pixel is inside."""
    n = 0
    for i in range(SAMPLES * SAMPLES):
        u = column + (i % SAMPLES + 0.5) / SAMPLES - WIDTH / 2
        v = HEIGHT / 2 - row - (i // SAMPLES + 0.5) / SAMPLES
        n += all(side * ((bx - ax) * (v - ay) - (by - ay) * (u - ax)) <= 0
                 for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]))
    return n / SAMPLES ** 2


def picture(z=None, x=0.0, seed=1, spread=5):
    """Green tapes z metres away, or none, as bytes of bgr24; with noise of so many levels."""
    noise = random.Random(seed)
    image = bytearray(noise.randbytes(WIDTH * HEIGHT * 3).translate(bytes(14 + i % spread for i in range(256))))
    for side in (-1, 1) if z else ():
        points = corners(z, x, side)
        for row in range(int(HEIGHT / 2 - max(v for _, v in points)), int(HEIGHT / 2 - min(v for _, v in points)) + 2):
            for column in range(int(WIDTH / 2 + min(u for u, _ in points)) - 1, int(WIDTH / 2 + max(u for u, _ in points)) + 2):
                part, at = share(points, side, column, row), (row * WIDTH + column) * 3
                for i, level in enumerate(COLOUR if part else ()):
                    image[at + i] = int(image[at + i] * (1 - part) + level * part)
    return bytes(image)


def jpegs(images, width=WIDTH):
    """Each of these as a JPEG, so wide, by FFmpeg."""
    out = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{WIDTH}x{HEIGHT}", "-r", "30",
         "-i", "-", "-vf", f"scale={width}:-2", "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "image2pipe", "-c:v", "mjpeg", "-"],
        input=b"".join(images), stdout=subprocess.PIPE, check=True).stdout
    found, at = [], 0
    while (end := out.find(b"\xff\xd9", at)) >= 0:
        found.append(out[at:end + 2])
        at = end + 2
    assert len(found) == len(images), (len(found), len(images))
    return found


class Camera:
    """Serves what `show` was given, `rate` times a second. It can be switched off, and hang: connected, and silent."""

    def __init__(self, pictures, rate=30):
        self.pictures, self.rate = pictures, rate
        self.hangs, self.n, self.clients, self.lock = False, 0, [], threading.Lock()
        self.first = None                   # when the first picture of the last `show` was sent, once it was None
        self.changed = 0.0                  # when that was to begin
        self.port = None
        self.on()

    def on(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port or 0))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(8)
        self.is_on = True
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def off(self):
        self.is_on = False
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for client in self.clients:
                client.close()
            self.clients = []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/mjpg/video.mjpg"

    def show(self, pictures):
        self.pictures, self.changed, self.first = pictures, time.monotonic(), None

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.clients.append(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            client.recv(4096)
            client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=part\r\n\r\n")
            due = time.monotonic()
            while self.is_on:
                if not self.hangs:
                    pictures = self.pictures
                    self.n += 1
                    data = pictures[self.n % len(pictures)]
                    if self.first is None:
                        self.first = time.monotonic()
                    client.sendall(b"--part\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(data), data))
                due = max(due + 1 / self.rate, time.monotonic() - 0.1)
                time.sleep(max(0, due - time.monotonic()))
        except OSError:
            pass
