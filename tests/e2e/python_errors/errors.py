import os
import signal

import numpy as np
import pkd


class bad:
    def __init__(self, params):
        self.kind = params.kind
        self.before = None

    def step(self, n):
        y = np.zeros((6, 8), np.uint8)
        uv = np.zeros((3, 4), np.uint8)
        out = {
            "view": np.zeros((6, 8, 3), np.uint8), "yuv": (y, uv, uv), "i": n, "f": 1.5, "b": True, "c": "green",
            "s": "abc", "raw": b"abc", "l": [(1, 2)], "p": {"x": 1, "y": 2}, "m": [1, 2], "o": n,
        }
        if n == 2 and self.kind != "fine":
            out = self.spoil(out)
        return out

    def spoil(self, out):
        kind = self.kind
        wrong = {
            "shape": ("view", np.zeros((8, 6, 3), np.uint8)), "channels": ("view", np.zeros((6, 8, 4), np.uint8)),
            "dtype": ("view", np.zeros((6, 8, 3))), "list for an image": ("view", [[1, 2, 3]]),
            "too large": ("view", np.zeros((60, 80, 3), np.uint8)), "empty": ("view", np.zeros((0, 8, 3), np.uint8)),
            "no buffer": ("view", 7), "planes": ("yuv", out["yuv"][:2]),
            "plane": ("yuv", (out["yuv"][0], out["yuv"][0], out["yuv"][1])), "none": ("i", None),
            "scalar": ("p", 3), "range": ("i", 256), "negative": ("i", -1), "nan": ("i", float("nan")),
            "float": ("i", np.float32(2)), "text for a number": ("i", "7"), "f32": ("f", 1e39), "bool": ("b", 2),
            "enum": ("c", 3), "enum text": ("c", "pink"), "long text": ("s", "äöü"), "nul": ("s", "a\0"),
            "surrogate": ("s", "\ud800"), "text for bytes": ("raw", "abc"), "long bytes": ("raw", b"12345"),
            "long list": ("l", [(0, 0)] * 4), "field": ("p", {"x": 1}), "unknown field": ("p", {"x": 1, "y": 2, "z": 3}),
            "field range": ("l", [(0, 0), (0, 40000)]), "array": ("m", np.array([1.0, np.nan])),
            "lazy": ("view", (x for x in range(3))),
        }.get(kind)
        if wrong:
            out[wrong[0]] = wrong[1]
        elif kind == "missing":
            del out["s"]
        elif kind == "unknown":
            out["vieww"] = 1
        elif kind == "tuple":
            return tuple(out.values())[:3]
        else:
            return getattr(self, "do_" + kind.replace(" ", "_"))(out)
        return out

    def do_exception(self, out):
        raise KeyError("no such thing\nat all")

    def do_group(self, out):
        try:
            {}[1]
        except KeyError as error:
            raise RuntimeError("in the handler") from error

    def do_deep(self, out):
        return np.linalg.inv(np.zeros((2, 3)))

    def do_recursion(self, out):
        return self.do_recursion(out)

    def do_exit(self, out):
        raise SystemExit(3)

    def do_os_exit(self, out):
        os._exit(9)

    def do_generator(self, out):
        yield out

    def do_bad_repr(self, out):
        class Odd:
            def __repr__(self):
                raise ValueError("no repr")

        out["i"] = Odd()
        return out

    def do_later(self, out):
        return pkd.later("soon")

    def do_outside(self, out):
        import threading

        seen = []
        thread = threading.Thread(target=lambda: seen.append(pkd.number()))
        thread.start()
        thread.join()
        raise pkd.Error(f"in a thread it is {seen[0]}")

    def do_memory(self, out):
        return np.zeros(1 << 60, np.uint8)

    def do_kill(self, out):
        os.kill(os.getpid(), signal.SIGSEGV)

    def do_write(self, out):
        raise pkd.Error("see python_kept")

    def do_late_write(self, out):
        out["o"] = 3
        return pkd.END(out)
