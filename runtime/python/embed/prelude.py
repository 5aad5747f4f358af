"""What the embedding has in Python: dtypes, arrays of records, how a node's file is loaded and its
signatures read, and how exceptions are shown. Runs inside of a process of nodes only."""

import keyword
import os
import sys
import threading
import types
import importlib.util
from enum import IntEnum

import numpy as np
from numpy import asarray, bool_, frombuffer, ndarray, void

import pkd


class Error(Exception):
    """What a node raises to say what is wrong: its text alone is shown, without a traceback."""


class BadValue(ValueError):
    """A value that does not fit the type of its output."""


class OnlyInside(RuntimeError):
    """A name that has a meaning only while a node is called."""


class Leave(Exception):
    """Raised in __init__: the node takes no part in this run, and the rest goes on."""


for _type in (Error, BadValue, OnlyInside, Leave):
    setattr(pkd, _type.__name__, _type)
    _type.__module__ = "pkd"


# ---- Types ----


def plain_dtype(word):
    return np.dtype(word)


def record_dtype(fields, size, capsule):
    names = [name for name, _, _ in fields]
    return np.dtype(
        {
            "names": names,
            "formats": [dtype for _, dtype, _ in fields],
            "offsets": [offset for _, _, offset in fields],
            "itemsize": size,
        },
        metadata={"pkd": capsule},
    )


def array_dtype(item, n):
    return np.dtype((item, (n,)))


def list_dtype(item, n, offset, size):
    return np.dtype(
        {"names": ["len", "items"], "formats": ["u4", (item, (n,))], "offsets": [0, offset], "itemsize": size},
        metadata={"pkd_list": True},
    )


def text_dtype(n, size):
    return np.dtype(
        {"names": ["len", "text"], "formats": ["u4", f"S{n + 1}"], "offsets": [0, 4], "itemsize": size},
        metadata={"pkd_text": True},
    )


def bytes_dtype(n, size):
    return np.dtype(
        {"names": ["len", "data"], "formats": ["u4", ("u1", (n,))], "offsets": [0, 4], "itemsize": size},
        metadata={"pkd_bytes": True},
    )


_taken = {"mro", "name", "value"}  # what a member of an enum cannot be called


def renamed(word):
    """By PEP 8: a keyword has an underscore behind it."""
    return word + "_" if keyword.iskeyword(word) else word


def enum_members(name, names):
    words = {word + "_" if word in _taken else renamed(word): i for i, word in enumerate(names)}
    return tuple(IntEnum(renamed(name.rsplit(".", 1)[-1]), words))


def _text(item):
    # S drops only NULs at the end: what is behind the text may be left from another value.
    return bytes(item["text"])[: int(item["len"])].decode("utf-8", "replace")


def _plain(dtype):
    """The same without what only the embedding knows of it."""
    if dtype.subdtype:
        return np.dtype((_plain(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.names is None:
        return dtype
    fields = [dtype.fields[name] for name in dtype.names]
    return np.dtype(
        {
            "names": list(dtype.names),
            "formats": [_plain(field[0]) for field in fields],
            "offsets": [field[1] for field in fields],
            "itemsize": dtype.itemsize,
        }
    )


def reduced(record):
    """How a record is pickled: as an object with its fields, all of them copies."""
    fields = {}
    for name, value in record._asdict().items():
        if isinstance(value, pkd.Record):
            value = reduced(value)
        elif isinstance(value, ndarray):
            value = value.copy()
        elif isinstance(value, memoryview):
            value = bytes(value)
        fields[name] = value
    return types.SimpleNamespace(**fields)


class Records(ndarray):
    """An array of records: an item is a record, a column an array; a column of texts one of str."""

    def __getitem__(self, key):
        got = ndarray.__getitem__(self, key)
        kind = type(got)
        if kind is void:
            meta = got.dtype.metadata
            return pkd._record(got, meta["pkd"]) if meta and "pkd" in meta else got
        if kind is Records and isinstance(key, str):
            meta = got.dtype.metadata
            if meta and "pkd_text" in meta:
                return np.array([_text(item) for item in got.view(ndarray)], dtype=str)
            if meta and ("pkd_list" in meta or "pkd_bytes" in meta):
                return [getattr(item, key) for item in self]
            if got.dtype.names is None:
                return got.view(ndarray)
        return got

    def __getattr__(self, name):
        names = self.dtype.names or ()
        if name in names:
            return self[name]
        if name[-1:] == "_" and name[:-1] in names:
            return self[name[:-1]]
        raise AttributeError(f"neither an array nor its records have a field {name!r}")

    def __array_finalize__(self, other):
        pass

    def __repr__(self):
        return f"Records({list(self)!r})"

    __str__ = __repr__

    def __reduce__(self):
        # What the types are is known in here only: elsewhere it is an array of NumPy.
        return asarray, (self.view(ndarray).astype(_plain(self.dtype)),)

    def copy(self, order="C"):
        """An array of its own, which may be kept."""
        return ndarray.copy(self, order)


def equal(a, b):
    """Of two records as dicts: fields may be arrays."""
    if a.keys() != b.keys():
        return False
    for name, x in a.items():
        y = b[name]
        if isinstance(x, ndarray) or isinstance(y, ndarray):
            if isinstance(x, Records) or isinstance(y, Records):
                if len(x) != len(y) or any(p != q for p, q in zip(x, y)):
                    return False
            elif not np.array_equal(x, y):
                return False
        elif x != y:
            return False
    return True


def assign(memory, dtype, value, n):
    """Copies an array by NumPy. False: it must be looked at item by item."""
    if not isinstance(value, ndarray):
        try:
            value = asarray(value)
        except Exception:
            return False
    to, base = ndarray((n,), dtype, memory), dtype
    while base.subdtype:
        base = base.subdtype[0]
    if value.shape != to.shape and not (base.names and value.shape == to.shape[:1]):
        return False
    if value.dtype == base:
        to[...] = value.view(ndarray) if isinstance(value, Records) else value
        return True
    if base.names is None and base.kind == "f" and value.dtype.kind in "fiu":
        if base.itemsize < value.dtype.itemsize and value.dtype.kind == "f":
            with np.errstate(over="ignore"):
                to[...] = value
            if not np.array_equal(np.isfinite(to), np.isfinite(value)):
                return False
        else:
            to[...] = value
        return True
    if base.names is None and base.kind in "iu" and np.can_cast(value.dtype, base, "safe"):
        if value.dtype.kind in "iu":
            to[...] = value
            return True
    return False


# ---- Parameters ----


def missing(what, name, names):
    """There is no such name; what is like it, or all."""
    import difflib

    near = difflib.get_close_matches(name, names, 1)
    if near:
        return f"{what} has no {name!r}: do you mean {near[0]!r}?"
    return f"{what} has no {name!r}" + (f": it has {', '.join(sorted(names))}" if names else "")


class Params(types.SimpleNamespace):
    """The parameters of a node, as attributes and items."""

    def __getattr__(self, name):
        raise AttributeError(missing("the node", name, list(self.__dict__)))

    def __setattr__(self, name, value):
        raise AttributeError(f"a parameter cannot be set from inside of the node: {name!r}; keep it in self")

    __delattr__ = lambda self, name: self.__setattr__(name, None)

    def __getitem__(self, name):
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def __contains__(self, name):
        return hasattr(self, name)

    def __iter__(self):
        return iter(self.__dict__)


# ---- The node's file ----


def load(path, instance, alone):
    """The module of one node, which shares its globals with no other. `alone`: the only node in
    Python of its process."""
    folder = os.path.dirname(path)
    name = f"{os.path.splitext(os.path.basename(path))[0]}@{instance}"
    if not os.path.exists(path):
        raise Error(f"its source '{path}' is not there any more")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    before = set(sys.modules)
    sys.modules[name] = module
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        if not alone:
            # Another node's `utils` may be another file, and another instance has its own.
            sys.path.remove(folder)
            for other in set(sys.modules) - before - {name}:
                file = getattr(sys.modules[other], "__file__", None)
                if file and file.startswith(folder + os.sep):
                    del sys.modules[other]
            sys.path.append(folder)
    return module


def find(module, path, name):
    file, name = os.path.basename(path), renamed(name)
    try:
        found = getattr(module, name)
    except AttributeError:
        raise Error(
            f"{file} has neither a class nor a function '{name}', which is what the node is called"
        ) from None
    if isinstance(found, type):
        if not callable(getattr(found, "step", None)):
            raise Error(f"the class {name} of {file} has no method step(self, ...)")
    elif not callable(found):
        raise Error(f"'{name}' of {file} is neither a class nor a function")
    return found


def arguments(function, inputs, outputs, what):
    """Which value each positional argument of step is: the number of an input, -1 out, -2 ctx,
    -3 params."""
    import inspect

    inputs = [renamed(name) for name in inputs]
    special = {"out": -1, "ctx": -2, "params": -3}
    order, seen = [], set()
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise Error(f"{what} must name its inputs, and has a *{name}")
        if name in inputs:
            order.append(inputs.index(name))
            seen.add(name)
        elif name in special:
            order.append(special[name])
        elif parameter.default is not parameter.empty:
            if parameter.kind is parameter.KEYWORD_ONLY:
                continue
            break
        else:
            raise Error(f"{what} has a parameter '{name}', which is no input of the node: {_list(inputs)}")
        if parameter.kind is parameter.KEYWORD_ONLY:
            raise Error(f"{what} has '{name}' behind a *: inputs are given by position")
    for name in inputs:
        if name not in seen:
            raise Error(f"{what} has no parameter '{name}', an input of the node")
    return order


def _list(names):
    return "its inputs are " + ", ".join(f"'{name}'" for name in names) if names else "it has no inputs"


def construct(cls, params, ctx):
    made = cls.__new__(cls, params) if cls.__new__ is not object.__new__ else cls.__new__(cls)
    try:
        made.ctx = ctx
    except AttributeError:
        pass
    if cls.__init__ is not object.__init__:
        if takes(cls.__init__, 1):
            made.__init__(params)
        else:
            made.__init__()
    return made


def takes(method, n):
    """Whether it can be called with n more arguments than itself."""
    import inspect

    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):
        return True
    places = [p for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
        return True
    return len(places) - (0 if hasattr(method, "__self__") else 1) >= n


# ---- Exceptions and prints ----


def debugs():
    """Whether a debugger stands in it, whose frames keep what the step was given."""
    bdb = sys.modules.get("bdb")
    if bdb is None:
        return False
    import signal

    holders = sys.gettrace(), signal.getsignal(signal.SIGINT)
    return any(isinstance(getattr(holder, "__self__", None), bdb.Bdb) for holder in holders)


def clean(text):
    """What UTF-8 cannot write is written as an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def explain(error):
    text, lines = _explain(error)
    return clean(text), [clean(line) for line in lines], isinstance(error, PermissionError)


def _explain(error):
    """(what is wrong, the lines of the traceback), of the user's frames."""
    import traceback

    lines, place = [], ""
    hidden = os.path.realpath(__file__)
    frames = []
    try:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if not frame.filename.startswith("<") and os.path.realpath(frame.filename) != hidden
        ]
    except Exception:
        pass
    if isinstance(error, SyntaxError) and error.filename:
        place = f" ({os.path.basename(error.filename)}:{error.lineno})"
        lines = [line.rstrip() for line in (error.text or "").splitlines()[:1]]
        return f"{type(error).__name__}: {error.msg}{place}", lines
    if isinstance(error, (Error, Leave)) or (isinstance(error, BadValue) and not frames):
        return str(error), []
    if frames:
        last = frames[-1]
        own = [f for f in frames if "site-packages" not in f.filename and "dist-packages" not in f.filename] or frames
        place = f" ({os.path.basename(own[-1].filename)}:{own[-1].lineno}, in {own[-1].name})"
        if len(frames) > 24:
            frames = frames[:12] + frames[-12:]
        repeated = 0
        for frame in frames:
            line = f"  {frame.filename}:{frame.lineno}, in {frame.name}: {(frame.line or '').strip()}"
            repeated = repeated + 1 if lines and line == lines[-1] else 0
            if repeated < 2:
                lines.append(line)
    if isinstance(error, SystemExit):
        return (
            f"it has called sys.exit({'' if error.code is None else repr(error.code)}), which ends nothing here: "
            f"`return pkd.END` ends the node, pkd.stop() the program{place}"
        ), lines
    text = str(error).replace("\n", " ")
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}", lines


class Printer:
    """sys.stdout and sys.stderr: each line is one of the log, under the node's name."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, is_error, fd):
        self.is_error, self.fd, self.rest, self.lock = is_error, fd, "", threading.RLock()

    def put(self, line):
        pkd._print(clean(line).replace("\0", "?"), self.is_error)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self.lock:
            *lines, self.rest = (self.rest + text).split("\n")
            for line in lines:
                self.put(line)
            if len(self.rest) > 4000:
                self.flush()
        return len(text)

    def flush(self):
        with self.lock:
            rest, self.rest = self.rest, ""
            if rest:
                self.put(rest)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def seekable(self):
        return False

    def fileno(self):
        return self.fd


def print_all():
    """What an encoding does not have, too."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def redirect():
    sys.stdout, sys.stderr = Printer(False, 1), Printer(True, 2)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
