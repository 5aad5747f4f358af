import pkd


class reader:
    """Says how many come in a second, from the first one on."""

    def __init__(self, params):
        self.n = 0

    def step(self, frame):
        self.last = pkd.now()
        if not self.n:
            self.first = self.last
        self.n += 1

    def finish(self):
        print("rate", (self.n - 1) * 1e9 / (self.last - self.first))
