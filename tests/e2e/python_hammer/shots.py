import numpy as np
import pkd


class shots:
    def __init__(self, params):
        self.last = params.last

    def step(self, out):
        pkd.state.made += 1
        n = pkd.state.made
        assert n == pkd.number()
        out.frame[...] = n % 251
        shot = {"number": n, "bytes": bytes([n % 256]) * (n % 2048), "text": str(n) * 4, "values": [n] * (n % 17)}
        made = {"small": np.full((48, 64), n % 241, np.uint8), "shot": shot}
        return pkd.END(made) if n >= self.last else made


def whole(frame, n, modulus):
    assert frame.min() == frame.max() == n % modulus, f"a mixture: {np.unique(frame)} in {n}"


def check(shot):
    n = shot.number
    assert bytes(shot.bytes) == bytes([n % 256]) * (n % 2048) and shot.text == str(n) * 4
    assert shot["values"].tolist() == [n] * (n % 17)
    return n


class all:
    def step(self, frame, small, shot):
        n = check(shot)
        assert n == pkd.number()
        whole(frame, n, 251)
        whole(small, n, 241)
        state = pkd.state
        state.digest = (state.digest * 31 + int(frame[-1, -1, 0]) + n) % 2**61
        state.seen = [*state.seen[-7:], n]
        assert state.seen.tolist() == [*range(max(1, n - 7), n + 1)]
        return state.digest, frame


def newest(frame):
    whole(frame, pkd.number(), 251)
    return pkd.number()


def sampling(shot, view):
    n = check(shot)
    if view is not None:
        assert view.min() == view.max()
    return n
