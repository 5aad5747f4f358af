import pkd

class faces:
    def __init__(self, params):
        self.params = params

    def step(self, frame, near):
        n = int((frame >= self.params.least).sum()) + self.params.more
        if n == 7:
            raise ValueError("seven")
        pkd.state.total += n
        found = [{"x": i, "name": f"face {i}"} for i in range(min(n, 8))]
        if near is not None:
            found[0]["name"] = near[0].name
        return found, n, "sad" if n > 5 else None

    def reset(self, to):
        before = pkd.state.total
        pkd.state.total = to
        return before

def twice(n):
    return 2 * n

def counts():
    return pkd.number()


def names():
    import types

    kinds = types.BuiltinFunctionType, type(pkd.END)
    return " ".join(sorted(name for name in dir(pkd) if not name.startswith("_") and isinstance(getattr(pkd, name), kinds)))
