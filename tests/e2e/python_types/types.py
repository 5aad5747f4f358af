import numpy as np
import pkd

EDGES = {
    "i8_": (-128, 127), "u8_": (0, 255), "i16_": (-32768, 32767), "u16_": (0, 65535),
    "i32_": (-(2**31), 2**31 - 1), "u32_": (0, 2**32 - 1), "i64_": (-(2**63), 2**63 - 1), "u64_": (0, 2**64 - 1),
}


def scalars(n):
    numbers = {name: edges[n % 2] for name, edges in EDGES.items()}
    if n == 3:
        numbers = {name: np.int64(n) for name in numbers}
    return {
        "b": n % 2 == 0 if n != 3 else np.bool_(True), "f": 0.5 * n, "g": np.float64(0.1 * n), "t": n * 10**9,
        "c": n % 3 if n != 4 else "green", "s": "äö" * (n % 3), "raw": bytes(range(n)), **numbers,
    }


def see_scalars(b, i8_, u8_, i16_, u16_, i32_, u32_, i64_, u64_, f, g, t, c, s, raw):
    n = pkd.number()
    assert type(b) is bool and b == (n % 2 == 0 or n == 3), b
    for name, edges in EDGES.items():
        assert locals()[name] == (n if n == 3 else edges[n % 2]), name
    assert f == 0.5 * n and g == 0.1 * n and t == n * 10**9
    assert c == (n % 3 if n != 4 else 1) and c.name == ("red", "green", "blue")[int(c)]
    assert s == "äö" * (n % 3)
    assert isinstance(raw, memoryview) and raw.readonly and bytes(raw) == bytes(range(n))
    return n


def deep(n):
    return {
        "name": "x" * n, "at": (n, -n), "colour": "blue", "on": True, "when_": n,
        "path": [{"x": i, "y": i} for i in range(n % 4)], "m": np.arange(4) * n,
        "aa": [[1, 2], [3, 4], (5, n)], "raw": b"ab"[: n % 3],
    }


def composed(n):
    points = np.zeros(n % 5, [("x", "f4"), ("y", "f8")])
    points["x"], points["y"] = np.arange(n % 5), 7.0
    return (
        {"x": n, "y": 2 * n}, deep(n), np.arange(n, dtype="i4"), points, ["a", "bc", "defg"][: n % 4],
        np.array([n, 0.5, 1e9]), [[1], (2, 3)], [deep(n), deep(n + 1)], [0, "green", 2], np.array([True, False]),
        None if n % 2 else n, {"x": n, "y": 0.0} if n % 2 else None, [b"", bytearray(b"xyz")],
    )


def check_deep(d, n):
    assert d.name == "x" * n and d["name"] == d.name
    assert (d.at.x, d.at.y) == (n, -n) and tuple(d.at) == (n, -n)
    assert d.colour.name == "blue" and d.on is True and d.when_ == n
    assert [(p.x, p.y) for p in d.path] == [(i, i) for i in range(n % 4)]
    assert d.m.tolist() == [0, n, 2 * n, 3 * n] and d.m.dtype == np.int16 and not d.m.flags.writeable
    assert d.aa.tolist() == [[1, 2], [3, 4], [5, n]] and d.aa.shape == (3, 2)
    assert bytes(d.raw) == b"ab"[: n % 3]
    kept = d.copy()
    assert kept == d and kept is not d and "name" in d.keys()


def see_composed(p, d, l, lp, ls, ll, ld, le, lb, o, q, lr):
    n = pkd.number()
    assert p.x == n and p["y"] == 2 * n and p == {"x": n, "y": 2 * n}
    check_deep(d, n)
    assert l.tolist() == list(range(n)) and l.dtype == np.int32 and not l.flags.writeable
    assert lp.x.tolist() == list(range(n % 5)) and lp["y"].tolist() == [7.0] * (n % 5)
    assert lp[lp["x"] > 1].x.tolist() == list(range(2, n % 5))
    assert [r.x for r in lp] == lp["x"].tolist() and len(lp) == n % 5 and lp.dtype.names == ("x", "y")
    assert ls == ("a", "bc", "defg")[: n % 4]
    assert [x.tolist() for x in ll] == [[1], [2, 3]]
    assert len(ld) == 2
    check_deep(ld[0], n)
    check_deep(ld[1], n + 1)
    assert ld["name"].tolist() == ["x" * n, "x" * (n + 1)] and ld.at.x.tolist() == [n, n + 1]
    assert le.tolist() == [0, 1, 2] and lb.tolist() == [True, False] and lb.dtype == bool
    assert o is None if n % 2 else o == n
    assert q is None if n % 2 == 0 else q.x == n
    assert [bytes(x) for x in lr] == [b"", b"xyz"]
    return n


def pictures(n):
    y = (np.arange(35).reshape(5, 7) + n).astype(np.uint8)
    uv = (np.arange(24).reshape(3, 4, 2) + n).astype(np.uint8)
    bgr = np.dstack([y, y + 1, y + 2])
    return {
        "g8": y, "bgr": bgr, "rgba": np.dstack([bgr, y]), "g16": y.astype(np.uint16) * 257,
        "gf": y.astype(np.float32) / 3, "i420": (y, uv[:, :, 0], uv[:, :, 1]), "nv12": (y, uv),
        "big": np.full((480, 640, 3), n, np.uint8),
    }


def images(n):
    made = pictures(n)
    if n == 2:  # other strides, the same pixels
        made["bgr"] = np.ascontiguousarray(made["bgr"][::-1, ::-1, ::-1])[::-1, ::-1, ::-1]
        made["g8"] = np.asfortranarray(made["g8"])[:, :, None]
        made["big"] = np.repeat(made["big"], 2, axis=1)[:, ::2]
    return made


def filled(n, out):
    made = pictures(n)
    for name, value in made.items():
        slot = getattr(out, name)
        for plane, into in zip(*((value, slot) if isinstance(value, tuple) else ([value], [slot]))):
            into[...] = plane
    assert out.big is out.big
    return {"big": out.big} if n % 2 else None




def see_images(g8, bgr, rgba, g16, gf, i420, nv12, big):
    n = pkd.number()
    seen = dict(g8=g8, bgr=bgr, rgba=rgba, g16=g16, gf=gf, i420=i420, nv12=nv12, big=big)
    for name, wanted in pictures(n).items():
        got = seen[name]
        for a, b in zip(*((wanted, got) if isinstance(wanted, tuple) else ([wanted], [got]))):
            assert type(b) is np.ndarray and b.dtype == a.dtype and b.shape == a.shape, (name, a.shape, b.shape)
            assert np.array_equal(a, b), (name, a, b)
            assert not b.flags.writeable
            try:
                b[0] = 1
            except ValueError as error:
                assert "read-only" in str(error)
            else:
                raise AssertionError("an input was written to")
    return n


def many(bank, window):
    n = pkd.number()
    assert bank == (n, n, n), bank
    assert window == tuple(i if i > 0 else None for i in range(n - 2, n + 1)), window
    return n
