"""Each node says at some frames how large its process is, how many objects there are, and how often what all values
share is referred to."""
import gc
import os
import sys

import numpy as np
import pkd

Y = np.arange(35, dtype=np.uint8).reshape(5, 7)
UV = np.arange(24, dtype=np.uint8).reshape(3, 4, 2)
BGR = np.dstack([Y, Y, Y])
BIG = np.zeros((280, 320, 3), np.uint8)
POINTS = np.zeros(3, [("x", "f4"), ("y", "f8")])


def measure(n):
    if n not in (1000, 2000) and n % 20000:
        return
    gc.collect()
    with open("/proc/self/statm") as file:
        kib = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    shared = [None, True, False, Y, UV, BGR, BIG, POINTS, np.uint8, np.dtype("u1"), np.ndarray, pkd.END, *range(-5, 20)]
    print("flat", n, kib, len(gc.get_objects()), sum(map(sys.getrefcount, shared)), sys.getallocatedblocks())


def scalars(n):
    measure(n)
    return {
        "b": n % 2 == 0, "i8_": n % 100, "u8_": np.uint8(n % 200), "i16_": 1, "u16_": 2, "i32_": 3, "u32_": 4, "i64_": n,
        "u64_": 2**64 - 1 - n, "f": 0.5, "g": n * 0.1, "t": n, "c": "green", "s": f"n {n % 100}", "raw": b"abc",
    }


def see_scalars(b, i8_, u8_, i16_, u16_, i32_, u32_, i64_, u64_, f, g, t, c, s, raw):
    measure(pkd.number())
    assert bytes(raw) == b"abc" and c.name == "green" and pkd.age("b") is not None and pkd.age(raw) is not None
    return i64_


def deep(n):
    return {
        "name": "name", "at": (n, -n), "colour": 2, "on": True, "when_": n, "path": POINTS, "m": [1, 2, 3, 4],
        "aa": [[1, 2], [3, 4], (5, 6)], "raw": b"ab",
    }


def composed(n):
    measure(n)
    return (
        {"x": n, "y": 2 * n}, deep(n), np.arange(5, dtype="i4"), POINTS[: n % 3], ["a", "bc"], [1, 2, 3], [[1], (2, 3)],
        [deep(n), deep(n + 1)], [0, "green", 2], np.array([True, False]), None if n % 2 else n,
        {"x": n, "y": 0.0} if n % 2 else None, [b"", bytearray(b"xyz")],
    )


def see_composed(p, d, l, lp, ls, ll, ld, le, lb, o, q, lr):
    n = pkd.number()
    measure(n)
    assert p.x == np.float32(n) and d.name == "name" and d.path.x[0] == 0 and lp["y"].tolist() == [0] * (n % 3)
    assert ld["name"][1] == "name" and ld[0].at.y == -n and [bytes(r) for r in lr] == [b"", b"xyz"] and d.aa[2, 1] == 6
    try:
        p.x = 3
    except AttributeError:
        pass
    try:
        l[0] = 3
    except ValueError:
        pass
    return n


def images(n):
    measure(n)
    planes = {"i420": (Y, UV[:, :, 0], UV[:, :, 1]), "nv12": (Y, UV)}
    return {"g8": Y, "bgr": BGR[:, ::-1], "rgba": np.dstack([BGR, Y]), "g16": Y.astype("u2"), "gf": Y.astype("f4"), "big": BIG, **planes}


def filled(n, out):
    measure(n)
    out.g8[...], out.bgr[...], out.rgba[...], out.g16[...], out.gf[...] = Y, BGR, 1, 2, 3
    out.big[0, 0] = 1
    for name in ("i420", "nv12"):
        for plane in getattr(out, name):
            plane[...] = 4


def see_images(g8, bgr, rgba, g16, gf, i420, nv12, big):
    measure(pkd.number())
    assert big[0, 0, 0] in (0, 1) and i420[2].shape == (3, 4) and memoryview(gf).format == "f"
    return pkd.number()


def many(bank, window):
    measure(pkd.number())
    assert len(bank) == len(window) == 3
    return pkd.number()
