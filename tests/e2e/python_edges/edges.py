import copy
import pickle

import numpy as np
import pkd


class turned:
    def step(self, out):
        # Each is more than is kept apart: they lie where they are published.
        out.view[:] = np.arange(500, dtype=np.uint16)[:, None] // 2
        out.other[:] = 7
        print("a lone \ud800 surrogate")
        if pkd.number() == 3:
            return pkd.END(out.other, out.view[::-1])
        return out.view[::-1], out.other[:]


def marked(view, other):
    pkd.age(view), pkd.age("other")
    return view[0, 0], view[-1, -1], other[0, 0], other[-1, -1]


class kept:
    def step(self, a):
        state = pkd.state
        if pkd.number() == 1:
            state.numbers = np.arange(70000, dtype=np.uint32)
        state.numbers = state.numbers[::-1]
        return state.numbers[0], state.numbers[-1]


class lambda_:
    def __init__(self, params):
        assert params.import_ == 7 and params["import"] == 7

    def step(self, a, class_, out):
        out.shade[:] = a
        assert out.shade is not None
        pairs = np.zeros(2, np.dtype({"names": ["x", "y", "class", "size"], "formats": [">i4", ">f8", "u1", ">u2"]}))
        pairs["x"], pairs["y"], pairs["class"], pairs["size"] = [1, -2], [0.5, 1e9], [3, 4], [5, 6]
        return {"yield": class_, "pairs": list(pairs), "word": "mro"}

    def return_(self, from_):
        pkd.state.total += from_
        return pkd.state.total

    def fails(self):
        self.view = memoryview(pkd.state.total.to_bytes(8, "little"))
        pkd.state.total += 1000
        raise ValueError("it does not")


class seen:
    def step(self, pairs, word):
        assert str(pairs).startswith("Records(["), str(pairs)
        one = pairs[1]
        assert (one.x, one.y, one.class_, one["class"], one.size) == (-2, 1e9, 4, 4, 6), one
        assert pairs.class_.tolist() == [3, 4] and pairs["size"].tolist() == [5, 6]
        swapped = pairs.astype(pairs.dtype.newbyteorder())
        assert int(swapped[1]["x"]) == -2, swapped[1]
        for again in pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one):
            assert (again.x, again.y, again.size) == (-2, 1e9, 6), again
        many = pickle.loads(pickle.dumps(pairs))
        assert type(many) is np.ndarray and many["x"].tolist() == [1, -2], many
        assert len(copy.deepcopy(pairs)) == 2
        assert word.name == "mro_" and [w.name for w in type(word)] == ["mro_", "name_", "value_", "None_", "plain"]
        return {"text": repr(one)}


class Index:
    def __init__(self, of):
        self.of = of

    def __index__(self):
        self.of.clear()
        self.of.extend(object() for _ in range(1000))
        return 1


class odd:
    def __init__(self, params):
        self.what = params.what

    def step(self, a):
        if self.what == 1:
            return 10**5000
        if self.what == 2:
            pkd.age("\ud800")
        if self.what == 3:
            pkd.age(a)
        if self.what == 4:
            return pkd.END(1, n=2)
        if self.what == 5:
            return {"n": 5, "m": 6}
        if self.what == 7:
            return {"m": 5}
        if self.what == 8:
            pkd.params.what = 3
        if self.what == 9:
            pkd.numbr()
        if self.what == 10:
            pkd.params.wat
        if self.what == 11:
            open("/etc/hostname")
        return pkd.END() if self.what == 6 else {"n": 5}


class stopped_at:
    def step(self, view):
        if pkd.number() == 2:
            breakpoint()
        return view[0, 0]


class listed:
    def step(self, a):
        evil = [0, 0, 0, 0]
        if pkd.params is not None and pkd.number() == 2:
            evil[1] = Index(evil)
        return evil
