"""The article's processes as nodes: a class for each, and no queue, pipe, lock or process in it."""
import os
import time

import numpy as np
import pkd


class jobs:
    def __init__(self, params):
        self.params = params

    def step(self):
        time.sleep(self.params.period / 1e9)
        job = np.arange(131072, dtype=np.uint64) + np.uint64(pkd.number())
        return pkd.END(job) if pkd.number() == self.params.n else job


class work:
    def __init__(self, params):
        self.params = params

    def step(self, job):
        while pkd.number() == self.params.stuck_at:
            time.sleep(1000)
        return int(job.sum()) * self.params.factor

    def greet(self, name):
        if not name:
            raise pkd.Error("who is to be greeted?")
        return f"hello {name}, this is {os.getpid()}"


class listen:
    def __init__(self, params):
        self.n, self.last, self.fd = 0, 0, None
        if params.pipe:
            # Also for writing: the pipe then stays open when a writer leaves.
            self.fd = os.open(params.pipe, os.O_RDWR | os.O_NONBLOCK)
            pkd.watch(self.fd)

    def step(self, sum):
        self.n, self.last = self.n + 1, sum

    def ready(self):
        for _ in range(os.read(self.fd, 256).count(b"\n")):
            pkd.note(f"{self.n} sums so far, the last one {self.last}")
