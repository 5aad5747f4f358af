"""Expressions of the language: how they are written, what type they have, which streams they need, and
what they give on a frame. From docs/language.md alone.

`check(scope)` types a term and makes the function that computes it; `show` writes it with the fewest
parentheses that the precedences ask for; `gather` collects the streams that it needs and the
others."""

import math

import values as v
from values import NoValue, Unspecified, Wrong

IF, COALESCE, OR, AND, NOT, CMP, SUM, PROD, NEG, REACH, POSTFIX = range(11)

# What follows a text: anything, something before which a condition after `when` ends, or its end.
OPEN, BEFORE_COALESCE, CLOSED = range(3)


class Typed:
    """A type, the function from an environment to a value, and the number itself of a literal."""

    def __init__(self, type, run, literal=None):
        self.type, self.run, self.literal = type, run, literal


class Scope:
    """What `it` is, and whether numbers are computed in 64 bits, as in a sum."""

    def __init__(self, it=None, wide=False):
        self.it, self.wide = it, wide

    def inside(self, it, wide=False):
        return Scope(it, wide)


class Env:
    """A frame, counted from 0, and the items that are looked at, the innermost last."""

    def __init__(self, frame):
        self.frame, self.its = frame, []

    def under(self, item, run):
        self.its.append(item)
        try:
            return run(self)
        finally:
            self.its.pop()


class Stream:
    """A stream: its value on each frame, None where it has none, and its clock."""

    def __init__(self, name, type, values, clock, maybe=True):
        self.name, self.type, self.values, self.clock = name, type, values, clock
        self.maybe = maybe

    def before(self, frame, k):
        """The frame of the k-th value before it."""
        found = [i for i in range(frame) if self.values[i] is not None]
        if len(found) < k:
            raise NoValue
        return found[-k]


def leaf(scope, t, run):
    """In a sum each number is taken as one of 64 bits."""
    if not scope.wide or t not in v.NUMBERS or v.wide(t) == t:
        return Typed(t, run)
    to = v.wide(t)
    return Typed(to, lambda env: v.number(to, run(env)))


def is_number(t):
    return t.literal is not None or t.type in v.NUMBERS


def convert(typed, to):
    """The function that gives the value as a number of the type `to`."""
    if typed.literal is not None:
        if to in v.INTS:
            low, high = v.INTS[to]
            if isinstance(typed.literal, float) or not low <= typed.literal <= high:
                raise Wrong("a literal does not fit")
        constant = v.number(to, typed.literal)
        return lambda env: constant
    if typed.type == to:
        return typed.run
    return lambda env: v.number(to, typed.run(env))


def common(a, b):
    """The type of both, of two numbers."""
    if a.literal is not None and b.literal is not None:
        return "f64" if isinstance(a.literal, float) or isinstance(b.literal, float) else "i64"
    if b.literal is not None:
        a, b = b, a
    if a.literal is not None:
        return "f64" if isinstance(a.literal, float) and b.type in v.INTS else b.type
    if (a.type in v.FLOATS) != (b.type in v.FLOATS):
        whole, fraction = (a.type, b.type) if a.type in v.INTS else (b.type, a.type)
        return "f32" if fraction == "f32" and v.bits(whole) <= 16 else "f64"
    if a.type in v.INTS and v.is_unsigned(a.type) != v.is_unsigned(b.type):
        return "i64"
    return a.type if v.bits(a.type) >= v.bits(b.type) else b.type


def meet(*all_):
    """The common type of several and their functions. What is no literal meets first, from the left."""
    if all(is_number(t) for t in all_):
        literals = [t for t in all_ if t.literal is not None]
        others = [t for t in all_ if t.literal is None]
        joined = settled((others or literals)[0])
        for t in (others or literals)[1:]:
            joined = Typed(common(joined, t), None)
        if others:
            for t in literals:
                if not isinstance(t.literal, float):
                    convert(t, joined.type)  # it must fit, though a fraction makes it an f64
            if joined.type in v.INTS and any(isinstance(t.literal, float) for t in literals):
                joined = Typed("f64", None)
        return joined.type, [convert(t, joined.type) for t in all_]
    for t in all_:
        alike(all_[0], t)
    return all_[0].type, [t.run for t in all_]


def alike(a, b):
    """What are neither numbers nor texts must have equal types."""
    if a.type != b.type:
        raise Wrong("types that do not meet")
    if isinstance(a.type, tuple) and a.type[0] == "list" and a.type[2] is None:
        raise Unspecified("the capacity of a text")


def settled(t):
    """A literal that meets nothing is an i64 or f64."""
    if t.literal is None:
        return t
    to = "f64" if isinstance(t.literal, float) else "i64"
    return Typed(to, convert(t, to))


class Term:
    level = POSTFIX
    reach = OPEN  # what must follow it, or it stands in parentheses
    parts = ()
    bound = None  # a name that stands for it

    def show(self, level=IF, tail=CLOSED):
        if self.bound:
            return self.bound
        if self.level < level or tail < self.reach:
            return f"({self.write(CLOSED)})"
        return self.write(tail)

    def gather(self, needed, others, always=True):
        for part in self.parts:
            part.gather(needed, others, always)

    def varies(self):
        return any(part.varies() for part in self.parts)

    def type_of(self, part, scope):
        return settled(part.check(scope))


# ---- What stands alone ----


class Literal(Term):
    """A number, or a constant's name for one."""

    def __init__(self, value, name=None):
        self.value, self.name = value, name
        negative = value < 0 or (value == 0 and math.copysign(1, value) < 0)
        self.level = NEG if negative and not name else POSTFIX

    def write(self, tail):
        if self.name:
            return self.name
        return str(self.value) if isinstance(self.value, int) else fraction(self.value)

    def check(self, scope):
        return Typed(None, None, self.value)


def fraction(x):
    shown = repr(x)
    if "e" in shown and "." not in shown:
        shown = shown.replace("e", ".0e")
    return shown


class Fixed(Term):
    """A time, text, truth or parameter, as it is written."""

    def __init__(self, type, value, shown):
        self.type, self.value, self.shown = type, value, shown

    def write(self, tail):
        return self.shown

    def check(self, scope):
        return leaf(scope, self.type, lambda env: self.value)


class Read(Term):
    """A stream, or a value of its history."""

    def __init__(self, stream, back=0):
        self.stream, self.back = stream, back

    def write(self, tail):
        return f"{self.stream.name}[-{self.back}]" if self.back else self.stream.name

    def gather(self, needed, others, always=True):
        if not self.back:
            (needed if always else others).add(self.stream)

    def varies(self):
        return True

    def frame(self, env):
        if self.back:
            return self.stream.before(env.frame, self.back)
        if self.stream.values[env.frame] is None:
            raise NoValue
        return env.frame

    def check(self, scope):
        return leaf(scope, self.stream.type, lambda env: self.stream.values[self.frame(env)])


class Past(Term):
    """What another expression was some of its values before: (a + b)[-1]. `stream_of` makes its stream."""

    stream_of = None

    def __init__(self, e, back):
        self.parts, self.back, self.stream = (e,), back, None

    def write(self, tail):
        return f"({self.parts[0].show()})[-{self.back}]"

    def gather(self, needed, others, always=True):
        pass

    def varies(self):
        return True

    def frame(self, env):
        return self.stream.before(env.frame, self.back)

    def check(self, scope):
        self.stream = self.stream or Past.stream_of(self.parts[0])
        return leaf(scope, self.stream.type, lambda env: self.stream.values[self.frame(env)])


class It(Term):
    def varies(self):
        return True

    def write(self, tail):
        return "it"

    def check(self, scope):
        if scope.it is None:
            raise Wrong("no item")
        return leaf(scope, scope.it, lambda env: env.its[-1])


# ---- Operators ----


class Binary(Term):
    levels = {"+": SUM, "-": SUM, "*": PROD, "/": PROD, "%": PROD, "and": AND, "or": OR, "??": COALESCE}

    def __init__(self, op, a, b):
        self.op, self.parts = op, (a, b)
        self.level = self.levels.get(op, CMP)

    def write(self, tail):
        a, b = self.parts
        left = a.show(self.level + (self.level == CMP), BEFORE_COALESCE if self.op == "??" else OPEN)
        return f"{left} {self.op} {b.show(self.level + 1, tail)}"

    def gather(self, needed, others, always=True):
        a, b = self.parts
        a.gather(needed, others, always and self.op != "??")
        b.gather(needed, others, always and self.op not in ("??", "and", "or"))

    def check(self, scope):
        a, b = (part.check(scope) for part in self.parts)
        if self.op in ("and", "or"):
            return logic(self.op, a, b)
        if self.op == "??":
            return coalesce(a, b)
        if self.op in v.COMPARE:
            return compare(self.op, a, b)
        if "time" in (a.type, b.type):
            return of_times(self.op, a, b)
        if self.op == "+" and a.type == b.type == "text":
            return Typed("text", lambda env: a.run(env) + b.run(env))
        if not is_number(a) or not is_number(b):
            raise Wrong("no numbers")
        return of_numbers(self.op, a, b)


def of_numbers(op, a, b):
    t, (left, right) = meet(a, b)
    if op == "%" and t in v.FLOATS:
        raise Wrong("% of fractions")
    if b.literal == 0 and t in v.INTS and op in "/%":
        raise Wrong("a division by a literal zero")
    result = "i64" if op == "-" and v.is_unsigned(t) else t

    def run(env):
        x = left(env)
        return v.arithmetic(op, t, x, right(env))

    return Typed(result, run)


def of_times(op, a, b):
    if a.type == b.type == "time":
        if op == "/":
            return Typed("f64", lambda env: v.divided(float(a.run(env)), float(b.run(env))))
        if op in "+-":
            return Typed("time", lambda env: v.arithmetic(op, "time", a.run(env), b.run(env)))
        raise Wrong("times")
    if op == "*" and b.type == "time":
        a, b = b, a
    if op not in "*/" or a.type != "time" or not is_number(b):
        raise Wrong("times")
    b = settled(b)
    if b.type in v.INTS:
        return Typed("time", lambda env: v.arithmetic(op, "time", a.run(env), b.run(env)))
    return Typed("time", lambda env: v.rounded_time(
        v.arithmetic(op, "f64", float(a.run(env)), b.run(env))))


def compare(op, a, b):
    if a.type in v.ENUMS or a.type == "bool":
        if op not in ("==", "!="):
            raise Wrong("an order of these")
    elif a.type not in (*v.NUMBERS, "time", "text", None):
        raise Wrong("not compared")
    t, (left, right) = meet(a, b)
    if t == "i64" and "u64" in (a.type, b.type):  # exactly
        left, right = a.run, b.run
    of = v.bytes_of if t == "text" else lambda x: x

    def run(env):
        x = of(left(env))
        return v.COMPARE[op](x, of(right(env)))

    return Typed("bool", run)


def logic(op, a, b):
    if a.type != "bool" or b.type != "bool":
        raise Wrong("no truths")
    if op == "and":
        return Typed("bool", lambda env: a.run(env) and b.run(env))
    return Typed("bool", lambda env: a.run(env) or b.run(env))


def coalesce(a, b):
    if a.literal is not None:
        raise Wrong("a literal is never absent")
    if a.type in v.NUMBERS:
        if not is_number(b):
            raise Wrong("types")
        other = convert(b, a.type)
    else:
        if b.type == EMPTY and isinstance(a.type, tuple) and a.type[0] == "list":
            if a.type[2] is None:
                raise Unspecified("the capacity of a text")
        else:
            alike(a, b)
        other = b.run

    def run(env):
        try:
            return a.run(env)
        except NoValue:
            return other(env)

    return Typed(a.type, run)


class Negative(Term):
    level = NEG

    def __init__(self, a):
        self.parts = (a,)

    def write(self, tail):
        text = self.parts[0].show(NEG, tail)
        return f"-({text})" if text.startswith("-") else "-" + text

    def check(self, scope):
        a = self.parts[0].check(scope)
        if a.literal is not None:
            raise Wrong("that is a literal")
        if a.type in v.FLOATS:
            return Typed(a.type, lambda env: -a.run(env))
        if a.type == "time" or a.type in v.INTS:
            t = "i64" if v.is_unsigned(a.type) else a.type
            return Typed(t, lambda env: v.bounded(t, -a.run(env)))
        raise Wrong("no number")


class Not(Term):
    level = NOT

    def __init__(self, a):
        self.parts = (a,)

    def write(self, tail):
        return "not " + self.parts[0].show(NOT, tail)

    def check(self, scope):
        a = self.parts[0].check(scope)
        if a.type != "bool":
            raise Wrong("no truth")
        return Typed("bool", lambda env: not a.run(env))


class If(Term):
    level, reach = REACH, CLOSED

    def __init__(self, c, a, b):
        self.parts = (c, a, b)

    def write(self, tail):
        c, a, b = self.parts
        return f"if {c.show()} then {a.show()} else {b.show(IF, tail)}"

    def gather(self, needed, others, always=True):
        self.parts[0].gather(needed, others, always)
        for part in self.parts[1:]:
            part.gather(needed, others, False)

    def check(self, scope):
        c, a, b = (part.check(scope) for part in self.parts)
        if c.type != "bool":
            raise Wrong("no truth")
        t, (yes, no) = meet(a, b)
        return Typed(t, lambda env: yes(env) if c.run(env) else no(env))


class When(Term):
    level, reach = REACH, BEFORE_COALESCE

    def __init__(self, a, c):
        self.parts = (a, c)

    def write(self, tail):
        a, c = self.parts
        return f"{a.show(POSTFIX)} when {c.show(OR, tail)}"

    def check(self, scope):
        a, c = self.type_of(self.parts[0], scope), self.parts[1].check(scope)
        if c.type != "bool":
            raise Wrong("no truth")

        def run(env):
            if not c.run(env):
                raise NoValue
            return a.run(env)

        return Typed(a.type, run)


# ---- Lists and records ----


def list_of(item, capacity):
    """Of a text that is computed, the reference does not say what capacity it has."""
    if item == "text":
        return ("list", item, None)
    if isinstance(item, tuple) and item[0] == "list":
        raise Wrong("no table shows that")
    return ("list", item, capacity)


def item_type(typed):
    if not isinstance(typed.type, tuple) or typed.type[0] != "list" or typed.type == EMPTY:
        raise Wrong("no list")
    return typed.type[1]


class Over(Term):
    """xs where c, xs select e."""

    level, reach = REACH, BEFORE_COALESCE

    def __init__(self, word, xs, e):
        self.word, self.parts = word, (xs, e)

    def write(self, tail):
        xs, e = self.parts
        return f"{xs.show(POSTFIX)} {self.word} {e.show(OR, tail)}"

    def check(self, scope):
        xs = self.parts[0].check(scope)
        item = item_type(xs)
        e = self.type_of(self.parts[1], scope.inside(item))
        if self.word == "select":
            t = list_of(e.type, xs.type[2])
            return Typed(t, lambda env: tuple(env.under(x, e.run) for x in xs.run(env)))
        if e.type != "bool":
            raise Wrong("no truth")
        return Typed(xs.type, lambda env: tuple(x for x in xs.run(env) if env.under(x, e.run)))


EMPTY = ("list", None, 0)  # of [], which has the type of what stands before ??


class Items(Term):
    def __init__(self, *parts):
        self.parts = parts

    def write(self, tail):
        return "[" + ", ".join(part.show() for part in self.parts) + "]"

    def check(self, scope):
        if not self.parts:
            return Typed(EMPTY, lambda env: ())
        t, runs = meet(*(part.check(scope) for part in self.parts))
        return Typed(list_of(t, len(runs)), lambda env: tuple(run(env) for run in runs))


class Record(Term):
    def __init__(self, **fields):
        self.names, self.parts = tuple(fields), tuple(fields.values())

    def write(self, tail):
        fields = (f"{name}: {part.show()}" for name, part in zip(self.names, self.parts))
        return "{ " + ", ".join(fields) + " }"

    def check(self, scope):
        parts = [self.type_of(part, scope) for part in self.parts]
        t = ("record", tuple((name, part.type) for name, part in zip(self.names, parts)), self)
        return Typed(t, lambda env: tuple(part.run(env) for part in parts))


class Field(Term):
    def __init__(self, record, name):
        self.name, self.parts = name, (record,)

    def write(self, tail):
        return f"{self.parts[0].show(POSTFIX)}.{self.name}"

    def check(self, scope):
        record = self.parts[0].check(scope)
        if not isinstance(record.type, tuple) or record.type[0] != "record":
            raise Wrong("no record")
        names = [name for name, _ in record.type[1]]
        at = names.index(self.name)
        return leaf(scope, record.type[1][at][1], lambda env: record.run(env)[at])


class Element(Term):
    def __init__(self, xs, i):
        self.parts = (xs, i)

    def write(self, tail):
        xs, i = self.parts
        shown = i.show()
        if shown.startswith("-"):
            shown = f"0 + {i.show(PROD)}"
        return f"{xs.show(POSTFIX)}[{shown}]"

    def check(self, scope):
        xs, i = (self.type_of(part, scope) for part in self.parts)
        item = item_type(xs)
        if isinstance(self.parts[0], Fixed) and not self.parts[1].varies():
            raise Wrong("an element of a constant is a constant")
        if i.type not in v.INTS:
            raise Wrong("no whole number")

        def run(env):
            items = xs.run(env)
            at = i.run(env)
            if not 0 <= at < len(items):
                raise NoValue
            return items[at]

        return leaf(scope, item, run)


# ---- Functions ----


def is_table(term):
    return isinstance(term, Fixed) and isinstance(term.type, tuple)


class Call(Term):
    has_body = False  # its second argument is computed for each item

    def is_over_list(self, scope):
        """min and max: of a list, or of two numbers."""
        if self.name not in ("min", "max"):
            return False
        first = self.parts[0].check(scope)
        return isinstance(first.type, tuple) and first.type[0] == "list"

    def __init__(self, name, *parts):
        self.name, self.parts = name, parts

    def write(self, tail):
        return f"{self.name}({', '.join(part.show() for part in self.parts)})"

    def gather(self, needed, others, always=True):
        for part in self.parts:
            part.gather(needed, others, always and self.name != "present")

    def check(self, scope):
        if self.name in ("len", "min", "max", "sum") and len(self.parts) == 1 and is_table(self.parts[0]):
            items = self.parts[0].value
            return Typed(None, None, {"len": len, "min": min, "max": max, "sum": sum}[self.name](items))
        if self.name in v.NUMBERS:
            return cast(self.name, *self.parts, scope)
        if self.name in REAL:
            return real(self.name, [part.check(scope) for part in self.parts], scope)
        if self.name in PLAIN and not self.is_over_list(scope):
            return PLAIN[self.name](self.name, scope, *(part.check(scope) for part in self.parts))
        self.has_body = len(self.parts) == 2 and self.name != "take"
        if self.name in ORIGIN:
            return ORIGIN[self.name](scope, *self.parts)
        return LIST[self.name](self.name, scope, *self.parts)


def cast(to, part, scope):
    x = settled(part.check(scope))
    if x.type not in v.NUMBERS:
        raise Wrong("no number")
    return leaf(scope, to, lambda env: v.number(to, x.run(env)))


REAL = ("sqrt", "exp", "log", "pow", "hypot", "sin", "cos", "tan", "asin", "acos", "atan", "atan2")


def real(name, all_, scope):
    if not all(is_number(t) for t in all_):
        raise Wrong("no numbers")
    if all(t.literal is not None for t in all_):
        raise Wrong("a constant")
    t, arguments = meet(*all_)
    if t in v.INTS:
        t = "f64"
    return Typed(t, lambda env: v.number(t, v.libm(name, *(run(env) for run in arguments))))


def measure(name, scope, a):
    """abs, sign, floor, ceil, round."""
    a = settled(a)
    t = a.type
    if t not in v.NUMBERS and (t != "time" or name not in ("abs", "sign")):
        raise Wrong("no number")
    if name == "sign":
        def sign(env):
            x = a.run(env)
            return x if v.is_nan(x) or x == 0 else type(x)((x > 0) - (x < 0))
        return Typed("i64" if t == "time" else t, sign)
    if name == "abs":
        return Typed(t, lambda env: abs(a.run(env)) if t in v.FLOATS else v.bounded(t, abs(a.run(env))))
    if t in v.INTS:
        return a

    def run(env):
        x = a.run(env)
        if not math.isfinite(x):
            return x
        if name == "round":
            return v.nearest(x)
        return math.copysign(float(math.floor(x) if name == "floor" else math.ceil(x)), x)

    return Typed(t, run)


def clamp(name, scope, a, low, high):
    t, runs = meet(a, low, high)
    if t not in v.NUMBERS and t != "time":
        raise Wrong("no number")

    def run(env):
        x, least, most = (part(env) for part in runs)
        if v.is_nan(x):
            return x
        if v.is_nan(least) or v.is_nan(most):
            raise Unspecified
        if x == 0 == least or x == 0 == most:
            if isinstance(x, float):
                raise Unspecified
        return min(max(x, least), most)

    return Typed(t, run)


def extreme(name, scope, a, b):
    t, (left, right) = meet(a, b)
    if t not in v.NUMBERS and t != "time":
        raise Wrong("no number")

    def run(env):
        x = left(env)
        return v.least(x, right(env), name == "max")

    return Typed(t, run)


def text(name, scope, a, n=None):
    a = settled(a)
    if a.type not in (*v.NUMBERS, "bool", "time") and a.type not in v.ENUMS:
        raise Wrong("no text of that")
    if scope.wide and a.type in v.FLOATS:
        raise Unspecified
    if n is None:
        return Typed("text", lambda env: v.text_of(a.type, a.run(env)))
    if a.type not in v.NUMBERS or n.literal is None or not 0 <= n.literal <= 17:
        raise Wrong("decimals")

    def run(env):
        x = a.run(env)
        if isinstance(x, float) and not abs(x) < 1e16:
            return v.text_of("f64", x)
        if isinstance(x, int):
            return str(x) + ("." + "0" * n.literal if n.literal else "")
        return f"{x:.{n.literal}f}"

    return Typed("text", run)


def seconds(name, scope, a):
    if a.type != "time":
        raise Wrong("no time")
    return Typed("f64", lambda env: a.run(env) / 1e9)


def length(name, scope, a):
    if a.type == "text":
        return leaf(scope, "u32", lambda env: len(a.run(env).encode()))
    item_type(a)
    return leaf(scope, "u32", lambda env: len(a.run(env)))


PLAIN = {
    **dict.fromkeys(("abs", "sign", "floor", "ceil", "round"), measure),
    **dict.fromkeys(("min", "max"), extreme),
    "clamp": clamp, "text": text, "seconds": seconds, "len": length,
}


def over(scope, xs, e, wide=False):
    """The items and, of each, what e is; without e the item."""
    xs = xs.check(scope)
    e = settled((e or It()).check(scope.inside(item_type(xs), wide)))
    return xs, e


def fold(name, scope, xs, c=None):
    """count, exists, all."""
    if c is None:
        return length(name, scope, xs.check(scope))
    xs, c = over(scope, xs, c)
    if c.type != "bool":
        raise Wrong("no truth")
    if name == "count":
        return leaf(scope, "u32", lambda env: sum(env.under(x, c.run) for x in xs.run(env)))
    of = any if name == "exists" else all
    return Typed("bool", lambda env: of(env.under(x, c.run) for x in xs.run(env)))


def total(name, scope, xs, e=None):
    """sum and mean."""
    xs, e = over(scope, xs, e, wide=True)
    t = e.type
    if t not in v.NUMBERS and t != "time":
        raise Wrong("no number")

    def run(env):
        items = [env.under(x, e.run) for x in xs.run(env)]
        s = 0.0 if t in v.FLOATS else 0
        for x in items:
            s = v.arithmetic("+", t, s, x)
        if name == "sum":
            return s
        if not items:
            raise NoValue
        if t == "time":
            return v.arithmetic("/", "time", s, len(items))
        return float(s) / len(items)

    return Typed(t if name == "sum" or t == "time" else "f64", run)


def extreme_of(name, scope, xs, e=None):
    xs, e = over(scope, xs, e)
    if e.type not in v.NUMBERS and e.type != "time":
        raise Wrong("no number")

    def run(env):
        items = [env.under(x, e.run) for x in xs.run(env)]
        if not items:
            raise NoValue
        found = items[0]
        for x in items[1:]:
            found = v.least(found, x, name == "max")
        return found

    return leaf(scope, e.type, run)


def best(name, scope, xs, e):
    xs, e = over(scope, xs, e)
    if e.type not in v.NUMBERS and e.type != "time":
        raise Wrong("no number")

    def run(env):
        items = xs.run(env)
        keys = [env.under(x, e.run) for x in items]
        if not items:
            raise NoValue
        found = None
        for i, key in enumerate(keys):
            if not v.is_nan(key) and (found is None or key > keys[found]):
                found = i
        return items[found or 0]

    return leaf(scope, item_type(xs), run)


def first(name, scope, xs):
    xs = xs.check(scope)

    def run(env):
        items = xs.run(env)
        if not items:
            raise NoValue
        return items[0]

    return leaf(scope, item_type(xs), run)


def in_order(name, scope, xs, e=None):
    xs, e = over(scope, xs, e)
    if e.type not in v.NUMBERS and e.type != "time":
        raise Wrong("no number")

    def run(env):
        keyed = [(env.under(x, e.run), x) for x in xs.run(env)]
        keyed.sort(key=lambda pair: (v.is_nan(pair[0]), 0 if v.is_nan(pair[0]) else pair[0]))
        return tuple(x for _, x in keyed)

    return Typed(xs.type, run)


def take(name, scope, xs, n):
    xs, n = xs.check(scope), settled(n.check(scope))
    item_type(xs)
    if n.type not in v.INTS:
        raise Wrong("no whole number")

    def run(env):
        items = xs.run(env)
        return items[:max(n.run(env), 0)]

    return Typed(xs.type, run)


LIST = {
    **dict.fromkeys(("count", "exists", "all"), fold),
    **dict.fromkeys(("sum", "mean"), total),
    **dict.fromkeys(("min", "max"), extreme_of),
    "best": best, "first": first, "sorted": in_order, "take": take,
}


def frame_of(scope, x):
    """The frame of a value: that of a stream or history; of any other part that of the firing."""
    typed = x.check(Scope())
    if isinstance(x, (Read, Past)):
        return x.frame
    if not x.varies() or not isinstance(x, (Binary, If, When)):
        raise Wrong("a constant, or what may be left out")
    run = typed.run

    def frame(env):
        run(env)
        return env.frame

    return frame


def presence(scope, x):
    frame = frame_of(scope, x)

    def run(env):
        try:
            frame(env)
            return True
        except NoValue:
            return False

    return Typed("bool", run)


def times(env_times):
    """`number`, `time` and `age`, where frame i has the capture time env_times[i]."""

    def of_frame(type, make):
        def check(scope, x):
            frame = frame_of(scope, x)
            return leaf(scope, type, lambda env: make(frame(env), env))
        return check

    ORIGIN.update({
        "number": of_frame("u64", lambda frame, env: frame + 1),
        "time": of_frame("time", lambda frame, env: env_times[frame]),
        "age": of_frame("time", lambda frame, env: env_times[env.frame] - env_times[frame]),
    })


ORIGIN = {"present": presence}
