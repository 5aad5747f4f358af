"""Types and values of the language, by "Types of expressions", "Functions" and "Numbers at their
bounds" of docs/language.md: what meets, what is converted, and what each operator gives.

A type is "i8" ... "f64", "bool", "time", "text", the name of an enum, ("list", T) or
("record", ((name, T), ...)). A value is an int (numbers, times in ns), a float, a bool, a str (texts,
names of enums), or a tuple (lists; records in the order of their fields)."""

import ctypes
import math

INTS = {f"{s}{n}": (-(2 ** (n - 1)), 2 ** (n - 1) - 1) if s == "i" else (0, 2**n - 1)
        for s in "iu" for n in (8, 16, 32, 64)}
FLOATS = ("f32", "f64")
NUMBERS = (*INTS, *FLOATS)
ENUMS = {"Level": ("low", "mid", "high")}

LIBM = ctypes.CDLL("libm.so.6")


class NoValue(Exception):
    """The expression has no value for this frame."""


class Wrong(Exception):
    """The language does not allow it."""


class Unspecified(Exception):
    """The reference does not say what comes out."""


def is_unsigned(t):
    return t in INTS and t[0] == "u"


def bits(t):
    return int(t[1:])


def wide(t):
    """What `sum` and `mean` compute in."""
    if t in INTS:
        return t[0] + "64"
    return "f64" if t == "f32" else t


# ---- Conversions ----


def bounded(t, x):
    low, high = INTS[t] if t != "time" else INTS["i64"]
    return min(max(x, low), high)


def single(x):
    """The nearest f32. An int is rounded once, not by way of a double."""
    if isinstance(x, int):
        size = abs(x).bit_length()
        if size > 24:
            drop = size - 24
            kept, rest = abs(x) >> drop, abs(x) & ((1 << drop) - 1)
            half = 1 << (drop - 1)
            kept += rest > half or (rest == half and kept & 1)
            x = (kept << drop) * (1 if x > 0 else -1)
    return ctypes.c_float(x).value


def whole(t, x):
    """To a whole number: the nearest of the type, of a fraction the whole part, 0 of a NaN."""
    if isinstance(x, int):
        return bounded(t, x)
    if math.isnan(x):
        return 0
    if math.isinf(x):
        return INTS["i64" if t == "time" else t][x > 0]
    return bounded(t, int(x))


def number(t, x):
    if t in INTS:
        return whole(t, x)
    return single(x) if t == "f32" else float(x)


def rounded_time(x):
    """A time from a fraction: the nearest, a half away from 0."""
    return whole("time", nearest(x))


# ---- Arithmetic ----


def nearest(x):
    if not math.isfinite(x):
        return x
    low = math.floor(x)
    part = x - low  # exact: |part| < 1
    up = part > 0.5 or (part == 0.5 and x > 0)
    return math.copysign(float(low + up), x)


def quotient(a, b):
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def divided(a, b):
    if b:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def arithmetic(op, t, a, b):
    """Of two numbers of the type t; a difference of unsigned ones is an i64."""
    if t in FLOATS:
        if op == "/":
            x = divided(a, b)
        else:
            x = a + b if op == "+" else a - b if op == "-" else a * b
        return single(x) if t == "f32" else x
    if op in "/%":
        if b == 0:
            raise NoValue
        q = quotient(a, b)
        return bounded(t, q if op == "/" else a - q * b)
    if op == "-" and is_unsigned(t):
        return bounded("i64", a - b)
    return bounded(t, a + b if op == "+" else a - b if op == "-" else a * b)


COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def bytes_of(x):
    return x.encode() if isinstance(x, str) else x


def least(a, b, more):
    """min or max of two: what is no number gives way."""
    if isinstance(a, float):
        if math.isnan(a):
            return b
        if math.isnan(b):
            return a
        if a == b == 0 and math.copysign(1, a) != math.copysign(1, b):
            raise Unspecified
    return max(a, b) if more else min(a, b)


def is_nan(x):
    return isinstance(x, float) and math.isnan(x)


def libm(name, *arguments):
    function = getattr(LIBM, name)
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_double] * len(arguments)
    return function(*(float(a) for a in arguments))


# ---- Texts ----


def text_of_float(t, x):
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "-inf" if x < 0 else "inf"
    if x == 0:
        return "-0" if math.copysign(1, x) < 0 else "0"
    for digits in range(17):
        shown = f"{x:.{digits}e}"
        if (single(float(shown)) if t == "f32" else float(shown)) == x:
            break
    mantissa, exponent = shown.split("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa[0] == "-" else ("", mantissa)
    exponent = int(exponent)
    if not -5 <= exponent <= 15:
        return f"{sign}{mantissa}e{exponent:+03d}"
    figures = mantissa.replace(".", "")
    if exponent < 0:
        return sign + "0." + "0" * (-exponent - 1) + figures
    figures = figures.ljust(exponent + 1, "0")
    rest = figures[exponent + 1:]
    return sign + figures[:exponent + 1] + ("." + rest if rest else "")


def text_of_time(ns):
    sign = "-" if ns < 0 else ""
    return f"{sign}{abs(ns) // 10**9}.{abs(ns) % 10**9:09d}"


def text_of(t, x):
    if t in FLOATS:
        return text_of_float(t, x)
    if t == "time":
        return text_of_time(x)
    if t == "bool":
        return "true" if x else "false"
    return str(x)
