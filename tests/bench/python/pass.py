import numpy as np
import pkd

POINTS = [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "score": 0.5, "id": i} for i in range(10)]
FRAME = np.zeros((1080, 1920, 3), np.uint8)


class dicts:
    def __init__(self, params):
        self.last = params.last

    def step(self):
        return POINTS if pkd.number() < self.last else pkd.END(POINTS)


class give(dicts):
    def step(self):
        return FRAME if pkd.number() < self.last else pkd.END(FRAME)


class reader:
    """Says how many come in a second, from the first one on."""

    def __init__(self, params):
        self.n = 0

    def count(self):
        self.last = pkd.now()
        if not self.n:
            self.first = self.last
        self.n += 1

    def finish(self):
        print("rate", (self.n - 1) * 1e9 / (self.last - self.first))


class take_points(reader):
    def step(self, points):
        points[0]
        self.count()


class take_frame(reader):
    def step(self, frame):
        frame[0]
        self.count()
