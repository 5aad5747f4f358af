"""Random expressions that the language allows, and the streams of random values that they read."""

import math

import terms as t
import values as v
from terms import Binary, Call, Element, Field, Fixed, If, It, Items, Literal, Negative, Not, Over, Past
from terms import Read, Record, When

FRAMES = 24
CAPACITY = 6  # of lists
TEXT = 12     # of texts
SPOT = ("record", (("x", "f32"), ("n", "i16"), ("name", "text"), ("level", "Level")), "Spot")

# The outputs of the origin: name, type, whether it may be absent.
OUTPUTS = (
    ("tiny", "i8", True), ("small", "u8", False), ("short_", "i16", True), ("word", "u16", True),
    ("n", "i32", False), ("m", "i32", True), ("size", "u32", True), ("far", "i64", True),
    ("huge", "u64", True), ("vast", "u64", False), ("deep", "i64", False), ("x", "f32", True), ("y", "f64", False), ("z", "f64", True),
    ("ok", "bool", True), ("on", "bool", False), ("at", "time", True), ("who", "text", True),
    ("tag", "text", False), ("level", "Level", True), ("shorts", ("list", "i16", CAPACITY), True),
    ("octets", ("list", "u8", CAPACITY), False), ("fractions", ("list", "f32", CAPACITY), True),
    ("doubles", ("list", "f64", CAPACITY), False),
    ("lengths", ("list", "u64", CAPACITY), True), ("waits", ("list", "time", CAPACITY), True),
    ("words", ("list", "text", CAPACITY), True), ("spot", SPOT, True),
    ("spots", ("list", SPOT, CAPACITY), True),
)

CONSTANTS = {"TWELVE": 12, "MINUS": -3, "HALF": 0.5, "TENTH": 0.1}
TABLES = {"PRIMES": ("i64", (2, 3, 5, 7, 11)), "SHARES": ("f64", (0.5, -1.5, 0.25))}
PARAMETERS = {"gain": ("f32", 0.75), "bias": ("i16", -7), "share": ("f64", 2.5), "top": ("u8", 200),
              "pause": ("time", 40_000_000), "loud": ("bool", True)}


# ---- Values ----


def random_value(rng, type):
    if type in v.INTS:
        low, high = v.INTS[type]
        if rng.random() < 0.35:
            return rng.choice((low, high, low + 1, high - 1, 0, max(low, -1)))
        return max(low, min(high, rng.randint(-12, 40)))
    if type in v.FLOATS:
        if rng.random() < 0.3:
            x = rng.choice((0.0, math.nan, math.nan, math.inf, -math.inf, 1e30, -1e-20, 0.5, -2.5, 1e15,
                            9e15, 1e16, 1e-5))
        else:
            x = rng.choice((rng.uniform(-4, 4), rng.randint(-20, 20) / 4, rng.uniform(-1e6, 1e6)))
        return v.number(type, x)
    if type == "time":
        return rng.choice((0, 40_000_000, -1_500_000_000, rng.randint(-10**10, 10**10), 2**63 - 1))
    if type == "bool":
        return rng.random() < 0.5
    if type == "text":
        return "".join(rng.choice('abcz ,"1é') for _ in range(rng.choice((0, 1, 1, 2, 4, 6))))
    if type in v.ENUMS:
        return rng.choice(v.ENUMS[type])
    if type[0] == "list":
        return tuple(random_value(rng, type[1]) for _ in range(rng.choice((0, 0, 1, 2, 3, 5, CAPACITY))))
    return tuple(random_value(rng, field) for _, field in type[1])


def random_streams(rng):
    """What the origin makes, and what nodes of C and choices make of it."""
    frames = range(FRAMES)
    everywhere = frozenset(frames)
    streams = []
    for name, type, maybe in OUTPUTS:
        gaps = rng.choice((0.15, 0.4, 0.7)) if maybe else 0
        values = [None if rng.random() < gaps else random_value(rng, type) for _ in frames]
        streams.append(t.Stream("s." + name, type, values, everywhere, maybe))
    by_name = {s.name: s for s in streams}

    def every(name, n, source):
        values = [source.values[i] if i % n == 0 else None for i in frames]
        clock = frozenset(i for i in frames if values[i] is not None)
        streams.append(t.Stream(name, source.type, values, clock))
        return streams[-1]

    def thinned(name, source, chosen=None):
        """`keep` has a value where that of its input is odd; its clock is that of its input."""
        odd = [x if x is not None and x % 2 else None for x in source.values]
        there = [None if x is None else True for x in source.values]
        clock = source.clock if chosen is None else chosen
        streams.append(t.Stream(name + ".odd", source.type, odd, clock))
        streams.append(t.Stream(name + ".there", "bool", there, clock))

    third = every("third", 3, by_name["s.n"])
    every("half", 2, by_name["s.z"])
    thinned("keep", by_name["s.m"])
    thinned("rare", third)
    fifth = t.Stream("", "i32", [x if i % 5 == 0 else None for i, x in enumerate(by_name["s.m"].values)], ())
    thinned("fifth", fifth, frozenset(i for i in frames if fifth.values[i] is not None))
    return streams


# ---- Expressions ----


class Generator:
    def __init__(self, rng, streams, past=(), own=None, direct=False):
        """`direct`: mostly on streams as they are, whose values lie at the bounds."""
        self.rng, self.streams, self.past, self.own, self.direct = rng, streams, past, own, direct
        self.it = []  # the types of the items around, the innermost last

    def pick(self, *choices):
        """One of the pairs (weight, function), of which most give what the language allows."""
        functions = [f for _, f in choices]
        for attempt in range(8):
            try:
                made = self.rng.choices(functions, [weight for weight, _ in choices])[0]()
                made.check(t.Scope(self.it[-1] if self.it else None))
                return made
            except v.Wrong:
                continue
        raise v.Wrong("nothing was found")

    def stream(self, wanted):
        """A stream or a history whose type is wanted; None where there is none."""
        found = [s for s in self.streams if wanted(s.type)]
        before = [s for s in self.past if wanted(s.type)]
        if before and (not found or self.rng.random() < 0.1):
            return Read(self.rng.choice(before), self.rng.choice((1, 1, 2)))
        if not found:
            return None
        s = self.rng.choice(found)
        if self.direct and self.rng.random() < 0.9:
            return Read(s)
        return Read(s, self.rng.choice((0, 0, 0, 0, 1, 1, 2, 3)))

    def read(self, wanted, otherwise):
        """What is of a wanted type as it stands: a stream, the item, a field of one."""
        def of_record(base, type):
            names = [name for name, field in type[1] if wanted(field)]
            return Field(base, self.rng.choice(names)) if names else otherwise()

        def item():
            type = self.it[-1] if self.it else None
            if type and wanted(type):
                return It()
            if isinstance(type, tuple) and type[0] == "record":
                return of_record(It(), type)
            return self.stream(wanted) or otherwise()

        if self.it and self.rng.random() < 0.7:
            return item()
        if self.rng.random() < 0.1:
            return of_record(Read(self.named("s.spot"), self.rng.choice((0, 0, 1))), SPOT)
        return self.stream(wanted) or otherwise()

    def inside(self, xs, make):
        """`make` with the items of xs as `it`."""
        self.it.append(self.item_of(xs))
        try:
            return make()
        finally:
            self.it.pop()

    def item_of(self, xs):
        return xs.check(t.Scope(self.it[-1] if self.it else None)).type[1]

    def of(self, type, d):
        """An expression of this kind of type."""
        if type in v.NUMBERS:
            return self.number(d)
        if type in v.ENUMS:
            return self.enum(d)
        if isinstance(type, tuple):
            return self.list(d, type[1]) if type[0] == "list" else self.record_of(d)
        return {"bool": self.truth, "time": self.time, "text": self.text}[type](d)

    def past_of(self, make, d):
        """A history of what is made; without an item of what is around."""
        around, self.it = self.it, []
        try:
            return Past(make(d), self.rng.choice((1, 1, 2)))
        finally:
            self.it = around

    def chosen(self, d, make):
        """What any type has: ??, if, when, a history."""
        return self.pick(
            (0 if self.own else 1, lambda: self.past_of(make, d - 1)),
            (4, lambda: Binary("??", make(d - 1), make(d - 1))),
            (2, lambda: If(self.truth(d - 1), make(d - 1), make(d - 1))),
            (1, lambda: When(make(d - 1), self.truth(d - 1))))

    def literal(self):
        rng = self.rng
        if rng.random() < 0.15:
            name = rng.choice(list(CONSTANTS))
            return Literal(CONSTANTS[name], name)
        return Literal(rng.choice((0, 1, 2, 3, 5, 7, 10, 100, 300, -1, -2, 0.5, 1.5, -0.25, 3.75, 0.1)))

    def own_past(self):
        """What the expression was before, and what it begins with."""
        type = self.own.type
        begin = Literal(0.5) if type == "f64" else Call(type, Literal(self.rng.choice((0, 1, 3))))
        return Binary("??", Read(self.own, self.rng.choice((1, 1, 2))), begin)

    def parameter(self, type):
        name = self.rng.choice([n for n, (p, _) in PARAMETERS.items()
                                if p == type or (type == "number" and p in v.NUMBERS)])
        return Fixed(*PARAMETERS[name], name)

    def leaf_number(self):
        if self.it and self.rng.random() < 0.6:
            return self.read(lambda x: x in v.NUMBERS, self.literal)
        if self.own and self.own.type in v.NUMBERS and self.rng.random() < 0.3:
            return self.own_past()
        return self.pick(
            (60 if self.direct else 6, lambda: self.read(lambda x: x in v.NUMBERS, self.literal)),
            (3, self.literal),
            (1, lambda: self.parameter("number")),
            (1, lambda: Call("number", self.stream(lambda x: True))))

    def number(self, d):
        if d <= 0:
            return self.leaf_number()
        one, rng = lambda: self.number(d - 1), self.rng
        return self.pick(
            (10, lambda: Binary(rng.choice("+-*/%+-*"), one(), one())),
            (2, lambda: Negative(one())),
            (5, lambda: self.chosen(d, self.number)),
            (3, lambda: Call(rng.choice(("abs", "sign", "floor", "ceil", "round")), one())),
            (2, lambda: Call(rng.choice(("min", "max")), one(), one())),
            (1, lambda: Call("clamp", one(), self.literal(), self.literal())),
            (5, lambda: Call(rng.choice(v.NUMBERS), one())),
            (2, lambda: Call(rng.choice(("sqrt", "exp", "log", "sin", "cos", "tan", "atan", "asin",
                                         "acos")), one())),
            (2, lambda: Call(rng.choice(("pow", "atan2", "hypot")), one(), one())),
            (1, lambda: Call("seconds", self.time(d - 1))),
            (1, lambda: Call("number", self.number(d - 1))),
            (1, lambda: Binary("/", self.time(d - 1), self.time(d - 1))),
            (1, lambda: Call("len", self.text(d - 1))),
            (10, lambda: self.of_list(d)),
            (3, self.leaf_number))

    def of_list(self, d):
        """A number that comes from a list."""
        rng = self.rng
        xs = self.list(d - 1)
        item = self.item_of(xs)
        number = item in v.NUMBERS
        body = lambda: self.inside(xs, lambda: self.number(d - 2))
        truth = lambda: self.inside(xs, lambda: self.truth(d - 2))
        picked = [
            (2, lambda: Call(rng.choice(("len", "count")), xs)),
            (2, lambda: Call("count", xs, truth())),
            (2, lambda: Call(rng.choice(("sum", "mean")), xs, body())),
            (2, lambda: Call(rng.choice(("min", "max")), xs, body())),
        ]
        if number:
            picked += [
                (3, lambda: Call(rng.choice(("sum", "mean", "min", "max", "first")), xs)),
                (2, lambda: Call("best", xs, body())),
                (3, lambda: Element(xs, self.number(d - 2))),
            ]
        return self.pick(*picked)

    def truth(self, d):
        leaf = lambda: self.read(lambda x: x == "bool", lambda: Fixed("bool", True, "true"))
        if d <= 0:
            return self.pick(
                (3, leaf), (1, lambda: self.parameter("bool")), (2, lambda: Call("present", self.stream(bool))),
                (4, lambda: Binary(self.rng.choice(list(v.COMPARE)), self.leaf_number(), self.leaf_number())))
        one, rng = lambda: self.truth(d - 1), self.rng
        comparison = rng.choice(list(v.COMPARE))
        return self.pick(
            (6, lambda: Binary(comparison, self.number(d - 1), self.number(d - 1))),
            (1, lambda: Binary(comparison, self.time(d - 1), self.time(d - 1))),
            (2, lambda: Binary(comparison, self.text(d - 1), self.text(d - 1))),
            (1, lambda: Binary(rng.choice(("==", "!=")), self.enum(0), self.level())),
            (1, lambda: Binary(rng.choice(("==", "!=")), one(), one())),
            (5, lambda: Binary(rng.choice(("and", "or")), one(), one())),
            (2, lambda: Not(one())),
            (1, lambda: Call("present", self.number(d - 1))),
            (2, lambda: self.chosen(d, self.truth)),
            (3, lambda: self.quantified(d)),
            (1, leaf))

    def quantified(self, d):
        xs = self.list(d - 1)
        return Call(self.rng.choice(("exists", "all")), xs, self.inside(xs, lambda: self.truth(d - 2)))

    def time(self, d):
        rng = self.rng
        shown, ns = rng.choice((("5ms", 5_000_000), ("1.5s", 1_500_000_000), ("0s", 0), ("40ms", 40_000_000)))
        if d <= 0:
            return self.pick(
                (3, lambda: self.read(lambda x: x == "time", lambda: Fixed("time", ns, shown))),
                (2, lambda: Fixed("time", ns, shown)), (1, lambda: self.parameter("time")),
                (2, lambda: Call(rng.choice(("time", "age")), self.stream(bool))))
        one = lambda: self.time(d - 1)
        return self.pick(
            (4, lambda: Binary(rng.choice("+-"), one(), one())),
            (2, lambda: Binary(rng.choice("*/"), one(), self.number(d - 1))),
            (1, lambda: Binary("*", self.number(d - 1), one())),
            (2, lambda: Negative(one())),
            (1, lambda: Call("abs", one())),
            (1, lambda: Call(rng.choice(("min", "max")), one(), one())),
            (1, lambda: Call("clamp", one(), Fixed("time", ns, shown), self.parameter("time"))),
            (3, lambda: self.chosen(d, self.time)),
            (2, lambda: Call(rng.choice(("sum", "mean", "min", "max")), self.list(d - 1, "time"))))

    def text(self, d):
        rng = self.rng
        word = rng.choice(("", "a", "b c", "z", "é", ","))
        if d <= 0:
            return self.pick(
                (3, lambda: self.read(lambda x: x == "text", lambda: Fixed("text", word, f'"{word}"'))),
                (1, lambda: Fixed("text", word, f'"{word}"')))
        one = lambda: self.text(d - 1)
        return self.pick(
            (4, lambda: Binary("+", one(), one())),
            (3, lambda: Call("text", self.number(d - 1))),
            (1, lambda: Call("text", self.number(d - 1), Literal(rng.choice((0, 1, 2, 6, 17))))),
            (1, lambda: Call("text", rng.choice((self.time, self.truth, self.enum))(d - 1))),
            (3, lambda: self.chosen(d, self.text)),
            (1, lambda: Call("first", self.list(d - 1, "text"))),
            (1, one))

    def level(self):
        name = self.rng.choice(v.ENUMS["Level"])
        return Fixed("Level", name, name)

    def enum(self, d):
        read = lambda: self.read(lambda x: x == "Level", lambda: Read(self.named("s.level")))
        if d <= 0:
            return read()
        return self.pick((3, read), (1, lambda: self.chosen(d, self.enum)))

    def named(self, name):
        return next(s for s in self.streams if s.name == name)

    def record_of(self, d):
        """A record of the type SPOT."""
        read = lambda: self.stream(lambda x: x == SPOT)
        if d <= 0:
            return read()
        xs = self.list(d - 1, SPOT)
        return self.pick(
            (2, read),
            (2, lambda: Call("first", xs)),
            (2, lambda: Call("best", xs, self.inside(xs, lambda: self.number(d - 2)))),
            (2, lambda: Element(xs, self.number(d - 2))),
            (2, lambda: self.chosen(d, self.record_of)))

    def list(self, d, item=None):
        """A list, of items of this kind."""
        rng = self.rng
        if item is None:
            item = rng.choice(("number", "number", "number", "time", "text", SPOT))
        is_item = (lambda x: x in v.NUMBERS) if item == "number" or item in v.NUMBERS else \
            (lambda x: x == item)
        def read():
            tables = [(name, *table) for name, table in TABLES.items() if is_item(table[0])]
            if tables and rng.random() < 0.1:
                name, type, items = rng.choice(tables)
                return Fixed(("list", type, len(items)), items, name)
            found = self.stream(lambda x: isinstance(x, tuple) and x[0] == "list" and is_item(x[1]))
            if not found:
                raise v.Wrong("no such list")
            return found

        if d <= 0:
            return read()
        one = lambda: self.list(d - 1, item)

        def on(word_or_name, make):
            xs = one()
            body = self.inside(xs, make)
            return Over(word_or_name, xs, body) if word_or_name == "where" else Call(word_or_name, xs, body)

        def selected():
            xs = self.list(d - 1)
            kind = "i16" if item == "number" else item
            return Over("select", xs, self.inside(xs, lambda: self.of(kind, d - 2)))

        return self.pick(
            (5, read),
            (5, lambda: on("where", lambda: self.truth(d - 2))),
            (3, selected),
            (2, lambda: on("sorted", lambda: self.number(d - 2))),
            (1, lambda: Call("sorted", one())),
            (2, lambda: Call("take", one(), self.number(d - 2))),
            (1 if item != SPOT else 0, lambda: Items(
                *(self.of("i16" if item == "number" else item, d - 2) for _ in range(rng.randint(1, 3))))),
            (1, lambda: Binary("??", one(), Items())),
            (2, lambda: self.chosen(d, lambda d: self.list(d, item))))

    def any(self, d):
        """A whole expression: of any type."""
        return self.pick(
            (10, lambda: self.number(d)), (4, lambda: self.truth(d)), (3, lambda: self.time(d)),
            (4, lambda: self.text(d)), (1, lambda: self.enum(d)), (4, lambda: self.list(d)),
            (1, lambda: self.record_of(d)),
            (2, lambda: Record(a=self.number(d - 1), b=self.text(d - 2), c=self.list(d - 2))))


# ---- Whole expressions, with what they give ----


class Expression:
    """A stream that an expression makes: its text and its value on each frame."""

    def __init__(self, name, term, declared=None, own=None):
        self.name, self.term, self.declared = name, term, declared
        self.typed = given_to(declared, term)
        self.needed, self.others = set(), set()
        term.gather(self.needed, self.others)
        if not self.needed and not self.others:
            raise v.Wrong("nothing fires it")
        self.stream = own or t.Stream(name, self.typed.type, [None] * FRAMES, ())
        if own and own.type != self.typed.type:
            raise v.Wrong("the past is of another type")
        self.stream.clock = self.clock()
        for frame in range(FRAMES):
            self.stream.values[frame] = self.at(frame)

    def clock(self):
        of = [s.clock for s in self.needed or self.others]
        return frozenset.intersection(*of) if self.needed else frozenset().union(*of)

    def fires(self, frame):
        if self.needed:
            return all(s.values[frame] is not None for s in self.needed)
        return frame in self.stream.clock

    def at(self, frame):
        if not self.fires(frame):
            return None
        try:
            return self.typed.run(t.Env(frame))
        except v.NoValue:
            return None


Past.stream_of = lambda term: Expression("", term).stream


def given_to(declared, term):
    """Where a type is declared, the result is converted to it; a literal must fit it."""
    typed = term.check(t.Scope())
    if declared is None:
        return t.settled(typed)
    if declared in v.NUMBERS:
        if not t.is_number(typed):
            raise v.Wrong("no number")
        return t.Typed(declared, t.convert(typed, declared))
    if declared == SPOT:
        if not isinstance(typed.type, tuple) or typed.type[0] != "record":
            raise v.Wrong("no record")
        if typed.type == SPOT:
            return typed
        names = [name for name, _ in typed.type[1]]
        if sorted(names) != sorted(name for name, _ in SPOT[1]):
            raise v.Wrong("other fields")

        if isinstance(term, Record):
            for name, part in zip(names, term.parts):
                if isinstance(part, Literal):
                    t.convert(part.check(t.Scope()), dict(SPOT[1])[name])

        def run(env):
            fields = dict(zip(names, zip((type for _, type in typed.type[1]), typed.run(env))))
            return tuple(cut(to, *fields[name]) for name, to in SPOT[1])

        return t.Typed(SPOT, run)
    if typed.type != declared:
        raise v.Wrong("another type")
    return t.Typed(declared, lambda env: cut(declared, declared, typed.run(env)))


def cut(to, type, x):
    """A number or a text as what is declared; a text that is longer is cut."""
    if to in v.NUMBERS:
        return v.number(to, x)
    if to != type:
        raise v.Wrong("another type")
    if to != "text":
        return x
    try:
        return x.encode()[:TEXT].decode()
    except UnicodeDecodeError:
        raise v.Unspecified from None


DECLARED = (*v.NUMBERS, "text", SPOT)


def random_term(rng, streams, past, name):
    """The term, the type that is declared where it stands, the stream of its own past."""
    d = rng.choice((2, 3, 3, 4, 4, 5))
    kind = rng.random()
    if kind < 0.15:
        own = t.Stream(name, rng.choice(v.NUMBERS), [None] * FRAMES, ())
        term = Generator(rng, streams, past, own).number(d)
        return Call(own.type, term), None, own
    if kind > 0.7:
        return Generator(rng, streams, direct=True).any(rng.choice((1, 1, 2))), None, None
    generator = Generator(rng, streams, past)
    if kind < 0.25:
        declared = rng.choice(DECLARED)
        if declared == SPOT:
            level = generator.enum(1)
            return Record(n=generator.number(2), level=level, x=generator.number(2),
                          name=generator.text(2)), declared, None
        return generator.of(declared, d), declared, None
    return generator.any(d), None, None


def random_expression(rng, streams, name, past=()):
    while True:
        try:
            made = Expression(name, *random_term(rng, streams, past, name))
        except (v.Wrong, v.Unspecified):
            continue
        if isinstance(made.term, (Read, Fixed)) or len(made.term.show()) > 600:
            continue
        if any(x is not None for x in made.stream.values) or rng.random() < 0.05:
            return made


# ---- Names ----


def nameable(term, kinds, free=True):
    """The parts below a term that may be bound to a name: without an `it` of what is around them, and
    with a type of their own. `kinds` says which: "stream" those that read one, "past" histories,
    "constant" the rest."""
    if isinstance(term, It) or (isinstance(term, Fixed) and term.type in v.ENUMS):
        return
    if isinstance(term, Items) and not term.parts:
        return
    needed, others = set(), set()
    term.gather(needed, others)
    kind = "stream" if needed or others else "past" if term.varies() else "constant"
    if free and kind in kinds and not has_free_it(term):
        yield term
    for i, part in enumerate(term.parts):
        decimals = isinstance(term, Call) and term.name == "text" and i == 1
        if not decimals:
            yield from nameable(part, kinds)


def has_free_it(term):
    if isinstance(term, It):
        return True
    binds = isinstance(term, Over) or (isinstance(term, Call) and term.has_body)
    return any(map(has_free_it, term.parts[:1] if binds else term.parts))


def bind_parts(rng, expressions, kinds):
    """Binds some parts of them; gives their names and terms, which each stand once."""
    bound = []
    for e in expressions:
        parts = list(nameable(e.term, kinds, free=e.declared is not None))
        for part in rng.sample(parts, min(len(parts), rng.choice((1, 2, 4)))):
            part.bound = f"n{len(bound)}"
            bound.append(part)
    return bound


def random_expressions(rng, streams, n):
    """n of them. The scalars among them may be looked back at by those that follow."""
    made, past = [], []
    for i in range(n):
        made.append(random_expression(rng, streams, f"e{i}", past))
        if isinstance(made[-1].typed.type, str):
            past.append(made[-1].stream)
    return made
