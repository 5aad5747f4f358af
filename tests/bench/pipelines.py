#!/usr/bin/env python3
"""pipelines.py SHAPE N: a pipeline of about N nodes, to stdout.

A node of each kind has the same small value, so that only their number and connection counts.
"""
import sys

NODES = """\
node make() -> (value: i32) {
    origin paced
}
node step(value: i32) -> (result: i32)
node join(a: i32, b: i32) -> (result: i32)
node mix(value: i32, seen: i32?) -> (result: i32)
node maybe(value: i32) -> (result: i32?)
node end(value: i32)
node merge<N>(values: [i32; N]) -> (result: i32)
pipeline two(value: i32) -> (result: i32) {
    first = step(value)
    last  = step(first)
    out result = last
}
pipeline four(value: i32) -> (result: i32) {
    first = two(value)
    last  = two(first)
    out result = last
}
pipeline eight(value: i32) -> (result: i32) {
    first = four(value)
    last  = four(first)
    out result = last
}
"""

BANK = 4096  # as many elements as a bank may have


def chain(n):
    yield "n0 = make()"
    for i in range(1, n - 1):
        yield f"n{i} = step(n{i - 1})"
    yield f"last = end(n{n - 2})"


def reverse(n):
    """A chain whose every name is used before the line that binds it."""
    return reversed(list(chain(n)))


def fan(n):
    yield "n0 = make()"
    for i in range(1, n):
        yield f"n{i} = end(n0)"


def diamonds(n):
    """Fork and join, one after the other."""
    yield "j0 = make()"
    k = 0
    for k in range(1, n // 3 + 1):
        yield f"a{k} = step(j{k - 1})"
        yield f"b{k} = step(j{k - 1})"
        yield f"j{k} = join(a{k}, b{k})"
    yield f"last = end(j{k})"


def nested(n):
    """A fork-join within a fork-join within …: long and short ways side by side."""
    yield "n0 = make()"
    half = (n - 1) // 2
    for i in range(1, half + 1):
        yield f"n{i} = step(n{i - 1})"
    yield f"j{half} = step(n{half})"
    for i in range(half - 1, -1, -1):
        yield f"j{i} = join(n{i}, j{i + 1})"
    yield "last = end(j0)"


def unnamed(n):
    """Calls that are bound to no name."""
    yield "n0 = make()"
    for _ in range(1, n):
        yield "end(n0)"


def sampled(n):
    """Each node samples the last: rings of sampling."""
    yield "n0 = make()"
    for i in range(1, n):
        yield f"n{i} = mix(n{i - 1}, sample n{min(i + 1, n - 1)})"


def asserted(n):
    """A chain with a hundred assertions."""
    yield "n0 = make()"
    for i in range(1, n - 1):
        yield f"n{i} = step(latest n{i - 1})"
    yield f"last = end(n{n - 2})"
    for i in range(1, n - 2, max(1, n // 100)):
        yield f"assert independent(n{i - 1}, n{i})"


def feedback(n):
    """Filters one behind the other, in parts of fifty that C stands between."""
    yield "n0 = make()"
    for i in range(1, n):
        before = f"n{i - 1}" if i % 50 else f"step(n{i - 1})"
        if i % 50 == 0:
            yield f"c{i} = {before}"
            before = f"c{i}"
        yield f"n{i} = (n{i}[-1] ?? 0) / 2 + {before} / 2"
    yield f"last = end(n{n - 1})"


def processes(n):
    return chain(n)


def deploy(n):
    """Four neighbours in each process, each with a failure policy."""
    for i in range(0, n - 4, 4):
        yield f"process p{i} {{ n{i}, n{i + 1}, n{i + 2}, n{i + 3} }}"
        yield f"on crash of n{i} {{ restart 3 per 10s then absent }}"


def wide(n):
    """One node that joins all, declared and called in one line."""
    yield "n0 = make()"
    for i in range(1, n - 1):
        yield f"n{i} = step(n0)"
    yield "last = all(" + ", ".join(f"a{i}: n{i}" for i in range(n - 1)) + ")"


def commented(n):
    return chain(n)


def mistakes(n):
    """Each statement has an unknown name in it."""
    yield "n0 = make()"
    for i in range(1, n):
        yield f"n{i} = step(m{i})"


def loops(n):
    """A loop whose rounds bind elements of two banks; as many loops as banks are too short."""
    yield "n0 = make()"
    for k in range(0, n // 2, BANK):
        yield f"for i in 0..<{min(n // 2 - k, BANK)} {{"
        yield f"    a{k}[i] = step(n0)"
        yield f"    b{k}[i] = step(a{k}[i])"
        yield "}"


def banks(n):
    """Banks of 64 streams, each joined by one node."""
    yield "n0 = make()"
    for k in range(0, n, 65):
        yield f"for i in 0..<{min(n - k, 64)} {{"
        yield f"    b{k}[i] = step(n0)"
        yield "}"
        yield f"s{k} = merge(b{k})"


def inner(n):
    """Uses of a pipeline that has others in it, eight nodes each, one after the other."""
    yield "u0 = make()"
    k = 0
    for k in range(1, n // 8 + 1):
        yield f"u{k} = eight(u{k - 1})"
    yield f"last = end(u{k})"


def sums(n):
    """Expressions, each over the one before it and over its own past."""
    yield "e0 = make()"
    for i in range(1, n):
        yield f"e{i} = (e{i}[-1] ?? 0) + e{i - 1}"


def fallbacks(n):
    """Expressions that may have no value, each in the one before it."""
    yield "e0 = make()"
    for i in range(1, n):
        yield f"e{i} = if e{i - 1} > {i} then (100 / e{i - 1}) ?? 3 else e{i - 1} * 2"


def operators(n):
    """Expressions of a hundred operators."""
    yield "n0 = make()"
    for i in range(0, n, 100):
        yield f"e{i} = n0" + " + n0 * 3" * (min(100, n - i) // 2)


def gathered(n):
    """Expressions, each over the one before it and one more stream."""
    yield "n0 = make()"
    yield "e0 = n0 + 1"
    for i in range(1, n // 2):
        yield f"n{i} = step(n{i - 1})"
        yield f"e{i} = e{i - 1} + n{i}"


def histories(n):
    """The same, each also over the past of the stream and of another expression over it."""
    yield "n0 = make()"
    yield "e0 = n0 + 1"
    for i in range(1, n // 3):
        yield f"n{i} = step(n{i - 1})"
        yield f"f{i} = n{i} + 1"
        yield f"e{i} = e{i - 1} + (n{i}[-1] ?? 0) + (f{i}[-1] ?? 0)"


def delays(n):
    """Expressions over the past of the one before, the first of another stream."""
    yield "n0 = make()"
    yield "c = step(n0)"
    yield "e0 = c + 1"
    for i in range(1, n):
        yield f"e{i} = (e{i - 1}[-1] ?? 0) + n0"


def ticks(n):
    """Choices of choices, with an expression on the clock of each."""
    yield "n0 = make()"
    for i in range(1, n // 3):
        yield f"n{i} = step(latest n{i - 1})"
        yield f"m{i} = maybe(n{i})"
        yield f"e{i} = m{i} ?? 0"


def written(n):
    """Expressions with a node each, written as C."""
    yield "n0 = make()"
    for i in range(1, n // 2):
        yield f"n{i} = step(n0)"
        yield f"e{i} = n{i} + 1"


def parts(n):
    """One node of many expressions, which is compiled: so fewer of them."""
    yield "n0 = number()"
    yield f"for i in 0..<{max(n // 5, 1)} {{"
    yield "    s[i] = n0 + i"
    yield "}"
    yield "all_of(s)"


SHAPES = [chain, reverse, fan, diamonds, nested, unnamed, sampled, asserted, processes, wide,
          commented, mistakes, loops, banks, inner, sums, fallbacks, operators, feedback,
          gathered, histories, delays, ticks, written, parts]


def head(shape, n):
    print(NODES)
    if shape is wide:
        print("node all(" + ", ".join(f"a{i}: i32" for i in range(n - 1)) + ")\n")
    if shape is parts:
        print("node number() -> (n: i32) { step {= *out->n = 1; return PKD_END; =} }")
        print("node all_of<N>(s: [i32; N]) { step {= (void)in; =} }\n")
    for _ in range(n if shape is commented else 0):
        print("/// A line of a long comment.")


def main():
    if len(sys.argv) == 1:
        print(*(shape.__name__ for shape in SHAPES))
        return
    name, n = sys.argv[1], int(sys.argv[2])
    shape = next(s for s in SHAPES if s.__name__ == name)
    head(shape, n)
    print("pipeline p() {")
    for line in shape(n):
        print("    " + line)
    print("}")
    if shape is processes:
        print("\ndeploy p {")
        for line in deploy(n):
            print("    " + line)
        print("}")


main()
