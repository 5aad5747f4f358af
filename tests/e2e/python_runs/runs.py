import os
import signal
import time

import helper
import pkd


class paced:
    def __init__(self, params):
        self.last = params.last
        pkd.expect_frames(self.last)

    def step(self):
        pkd.set_time(pkd.number() * 10**9)
        pkd.state.made += 1
        assert pkd.state.made == pkd.number()
        if pkd.number() == 3 and not hasattr(self, "waited"):
            self.waited = pkd.now()
            return pkd.later(pkd.now() + 10**7)
        if pkd.number() == 3:
            assert pkd.now() >= self.waited + 10**7
        return pkd.number() if pkd.state.made < self.last else pkd.END(pkd.number())


class piped:
    def __init__(self, params):
        self.read, self.write = os.pipe()
        os.set_blocking(self.read, False)
        pkd.watch(self.read)
        self.waiting, self.n = [], 0
        os.write(self.write, b"first")

    def ready(self):
        self.waiting.append(os.read(self.read, 100))

    def step(self):
        if self.n == 3:
            return pkd.SKIP
        if not self.waiting:
            return pkd.later(pkd.now() + 10**10)
        self.n += 1
        os.write(self.write, b"again %d" % self.n)
        return self.waiting.pop().decode()


class split:
    def step(self, n):
        assert helper.count() == getattr(self, "calls", 0) + 1, "a module is shared with another node"
        self.calls = getattr(self, "calls", 0) + 1
        if pkd.flushing():
            assert n is None and pkd.fired() is None
            return pkd.END(-pkd.part()) if pkd.part() == 2 else -pkd.part()
        assert pkd.fired() == "n"
        value = 10 * n + pkd.part()
        return pkd.MORE(value) if pkd.part() + 1 < n % 4 else value


class waking:
    def __init__(self, params):
        self.woken = 0
        pkd.wake(0)

    def step(self, n):
        if not pkd.woken():
            return n
        assert n is None
        self.woken += 1
        if self.woken < 3:
            pkd.wake(pkd.now() + 1000)
        return -self.woken


class sum:
    def __init__(self, params):
        self.params = params
        self.told = 0
        log = memoryview(pkd.memory("log")).cast("q")
        assert pkd.state.total == 0 or log[0] >= pkd.state.total
        try:
            pkd.state.total = 3
        except AttributeError as error:
            assert "in step and in commands only" in str(error)
        else:
            raise AssertionError("the state was written to in __init__")

    def changed(self, params):
        self.told += 1
        assert params is self.params and params.gain >= 0

    def step(self, n):
        state = pkd.state
        memoryview(pkd.memory("log")).cast("q")[0] = state.total + n
        state.total += n * self.params.gain
        state.history = [*state.history[-7:], n]
        state.counts[n % 4] += 1
        state.last = f"frame {n}"
        if self.params.die and n % 3 == 0 and not os.path.exists(f"died.{n}"):
            open(f"died.{n}", "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        assert state.history.tolist() == list(range(max(1, n - 7), n + 1)), state.history
        assert state.counts.sum() == n and len(state.counts) == 4
        return state.total, f"{state.last} {self.params.gain} {self.params['name']} {self.told}"

    def reset(self, to, why):
        if to % 2:
            raise ValueError(f"cannot count from {to}, which is odd")
        before, pkd.state.total = pkd.state.total, to
        if to == 666:
            raise pkd.Error("this is undone")
        return f"was {before}: {why}"

    def look(self):
        return pkd.state.total


def work(n):
    time.sleep(0.002)
    return n * n, os.getpid()


class confined:
    def __init__(self, params):
        self.file, self.other = params.file, params.other
        import json
        import numpy.random
        import helper  # of its own folder

    def step(self, n):
        helper.count()
        text = open(self.file).read().strip()
        for path in ("/etc/hostname", self.other):
            try:
                open(path).read()
            except PermissionError:
                text += " refused"
        try:
            open(os.path.join(os.path.dirname(__file__), "new.txt"), "w")
        except PermissionError:
            text += " no write"
        return text
