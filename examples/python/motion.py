import numpy as np
import pkd


class motion:
    def __init__(self, params):
        self.params = params

    def step(self, frame):
        now, usual = frame[::8, ::8].mean(axis=2), pkd.state.usual.reshape(72, 96)
        if not pkd.state.begun:
            usual[...], pkd.state.begun = now, True
        moves = np.abs(now - usual) > self.params.threshold
        usual += 0.05 * (now - usual)
        edges = np.flatnonzero(np.diff(moves.sum(axis=0) > 1, prepend=False, append=False))
        objects = []
        for left, right in edges.reshape(-1, 2)[:64]:
            rows = np.flatnonzero(moves[:, left:right].any(axis=1))
            box = (left / 96, rows[0] / 72, (right - left) / 96, (rows[-1] + 1 - rows[0]) / 72)
            objects.append({"box": box, "label": "moves", "score": moves[:, left:right].mean(), "id": 0})
        return objects
