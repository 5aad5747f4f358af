"""Nodes by themselves, right and wrong."""
import glob
import os
import tempfile

import numpy as np
import pkd
import pkd.testing
from pkd import inside


def raises(kind, words, call):
    try:
        call()
    except kind as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"nothing was raised: {words}")


frame = np.zeros((6, 8), np.uint8)
frame[0, :2] = 9
with pkd.testing.Node("faces.pkd", "faces", W=8, H=6, least=5) as node:
    given = node.step(frame)
    assert (given.n, given.mood, [face.name for face in given.found]) == (2, None, ["face 0", "face 1"]), given
    frame[1] = 5
    given = node.step(frame=frame, near=[{"x": 1, "name": "Ada"}])
    assert (given.n, given.mood, given.found[0].name) == (10, "sad", "Ada"), given
    assert node.call("reset", to=5) == 12
    node.set(more=1)
    assert node.step(frame).n == 11
    raises(pkd.Invalid, "needs its input 'frame'", node.step)
    raises(pkd.Invalid, "has no input 'b': it has frame, near", lambda: node.step(frame, b=1))
    raises(pkd.Failed, "input 'frame': wanted an array (height, width) of uint8", lambda: node.step(frame.astype(float)))
with pkd.testing.Node("faces.pkd", "faces", W=8, H=6) as node:
    frame[:] = 0
    frame[0, :7] = 9
    raises(pkd.Failed, "faces: step at frame 1: ValueError: seven (faces.py:", lambda: node.step(frame))
with pkd.testing.Node("faces.pkd", "counts") as node:
    assert [node.step() for _ in range(3)] == [1, 2, 3]
with pkd.testing.Node("faces.pkd", "names") as node:
    assert node.step().split() == sorted(inside.FUNCTIONS + ("END", "MORE", "SKIP")), node.step()
raises(pkd.Unknown, "no node 'face' in it: there is faces, twice, counts, names", lambda: pkd.testing.Node("faces.pkd", "face"))
raises(pkd.Invalid, "faces has sizes: give H=...", lambda: pkd.testing.Node("faces.pkd", "faces", W=8))
raises(pkd.Failed, "unknown option --under_test.k", lambda: pkd.testing.Node("faces.pkd", "twice", k=3))
assert not glob.glob(os.path.join(tempfile.gettempdir(), "pkd-testing-*"))
