"""evaluate.py EXPRESSIONS SEED [KIND...]: random expressions, compiled fifty to a program, which is run
with each part in a process of its own and with all in one, beside what terms.py says that they give. With
kinds, "stream", "past" and "constant", some parts of these kinds are bound to names: nothing may change.

From the environment: PKDC. The working directory gets the programs."""

import csv
import json
import math
import os
import random
import subprocess
import sys

import generator as g
import terms as t
import values as v

TIMES = [10_000_000 * (i + 1) + 1_000_000 * (i * i % 7) for i in range(g.FRAMES)]
C_NAMES = {"f32": "float", "f64": "double", "time": "int64_t", "bool": "bool", "Level": "uint32_t"}


# ---- The program ----


def type_name(type):
    if type == "text":
        return f"string<{g.TEXT}>"
    if type == g.SPOT:
        return "Spot"
    if isinstance(type, tuple):
        return f"list<{type_name(type[1])}, {g.CAPACITY}>"
    return type


def c_type(type):
    if type == "text":
        return f"struct {{ uint32_t len; char text[{g.TEXT + 1}]; }}"
    if type == g.SPOT:
        return "struct Spot"
    if isinstance(type, tuple):
        return f"struct {{ uint32_t len; {c_type(type[1])} items[{g.CAPACITY}]; }}"
    return C_NAMES.get(type) or f"{'u' if type[0] == 'u' else ''}int{type[1:]}_t"


def c_value(type, x):
    if type in v.FLOATS:
        return "NAN" if math.isnan(x) else f"{'-' * (x < 0)}INFINITY" if math.isinf(x) else x.hex()
    if type == "text":
        return f"{{{len(x.encode())}, {json.dumps(x, ensure_ascii=False)}}}"
    if type == "Level":
        return str(v.ENUMS[type].index(x))
    if isinstance(type, tuple) and type[0] == "list":
        return f"{{{len(x)}, {{{', '.join(c_value(type[1], item) for item in x) or '0'}}}}}" \
            if x else "{0}"
    if isinstance(type, tuple):
        return "{" + ", ".join(c_value(field, item) for (_, field), item in zip(type[1], x)) + "}"
    if x == -(2**63):
        return "INT64_MIN"
    return str(int(x)) + ("u" if type == "u64" else "")


def c_table(stream):
    """The step's part for an output of the origin."""
    name = stream.name.removeprefix("s.")
    zero = "{0}" if stream.type == "text" or isinstance(stream.type, tuple) else "0"
    rows = ",\n            ".join(zero if x is None else c_value(stream.type, x) for x in stream.values)
    there = ", ".join(str(int(x is not None)) for x in stream.values)
    text = f"        static const {c_type(stream.type)} {name}[] = {{\n            {rows}}};\n"
    copy = f"memcpy(out->{name}, &{name}[i], sizeof *out->{name});"
    if not stream.maybe:
        return f"{text}        {copy}\n"
    return (f"{text}        static const bool {name}_there[] = {{{there}}};\n"
            f"        if ({name}_there[i])\n            {copy}\n        else\n"
            f"            source_absent_{name}(ctx);\n")


def declarations(streams):
    origin = [s for s in streams if s.name.startswith("s.")]
    outputs = ", ".join(f"{s.name[2:]}: {type_name(s.type)}{'?' * s.maybe}" for s in origin)
    constants = "".join(f"const {name} = {value}\n" for name, value in g.CONSTANTS.items())
    constants += "".join(f"const {name} = {list(items)}\n" for name, (_, items) in g.TABLES.items())
    takers = "".join(f"node take_{taker(type)}(v: {type_name(type)}) -> (w: {type_name(type)}) {{\n"
                     f"    stateless\n    step {{= memcpy(out->w, in->v, sizeof *out->w); =}}\n}}\n" for type in g.DECLARED)
    return f"""use table

enum Level {{ {", ".join(v.ENUMS["Level"])} }}
type Spot {{ x: f32, n: i16, name: string<{g.TEXT}>, level: Level }}
{constants}
node source() -> ({outputs}) {{
    origin paced
    step {{=
        static const int64_t times[] = {{{", ".join(map(str, TIMES))}}};
        uint64_t i = pkd_number(ctx) - 1;
        pkd_set_time(ctx, times[i]);
{"".join(map(c_table, origin))}        return i + 1 == {g.FRAMES} ? PKD_END : PKD_OK;
    =}}
}}

/// Says that there is a value, and which where it is odd.
node odd_ones(v: i32) -> (odd: i32?, there: bool) {{
    stateless
    step {{=
        if (*in->v % 2)
            *out->odd = *in->v;
        else
            odd_ones_absent_odd(ctx);
        *out->there = true;
    =}}
}}

/// Take what they are given as what they declare.
{takers}"""


def taker(type):
    return "spot" if type == g.SPOT else type


def parameters():
    shown = {"time": lambda ns: f"{ns // 10**6}ms", "bool": lambda x: str(x).lower()}
    return ", ".join(f"{name}: {type} = {shown.get(type, str)(value)}"
                     for name, (type, value) in g.PARAMETERS.items())


def statement(e):
    shown = f"take_{taker(e.declared)}({e.term.show()})" if e.declared else e.term.show()
    return f"    {e.name} = {shown}\n    table.csv({e.name}, path: \"{e.name}.csv\")\n"


def binding(part):
    name, part.bound = part.bound, None
    shown = f"    {name} = {part.show()}\n"
    part.bound = name
    return shown


def deploy(expressions):
    processes = "".join(f"    process p_{e.name} {{ {e.name} }}\n" for e in expressions)
    return f"""
deploy program {{
{processes}}}
"""


def program(streams, expressions, bound, fused):
    statements = "".join(map(binding, bound)) + "".join(map(statement, expressions))
    return f"""{declarations(streams)}
pipeline program({parameters()}) {{
    s = source()
    third = every(3) s.n
    half  = every(2) s.z
    keep  = odd_ones(s.m)
    rare  = odd_ones(third)
    fifth = odd_ones(every(5) s.m)
{statements}}}
{"" if fused else deploy(expressions)}"""


# ---- What the tables say ----


def cells(type, x):
    """The cells of a row, as `read` reads them."""
    if isinstance(type, tuple) and type[0] == "record":
        return [cell for (_, field), item in zip(type[1], x) for cell in cells(field, item)]
    if isinstance(type, tuple):
        return [len(x), [plain(type[1], item) for item in x]]
    return [x if type in v.FLOATS else plain(type, x)]


def plain(type, x):
    """A value as JSON has it."""
    if type == "time":
        return v.text_of_time(x)
    if type in v.FLOATS and not math.isfinite(x):
        return None
    if isinstance(type, tuple) and type[0] == "record":
        return {name: plain(field, item) for (name, field), item in zip(type[1], x)}
    return x


def same(type, expected, row):
    flat = []
    flatten(type, flat)
    return len(flat) == len(row) and all(same_cell(*three) for three in zip(flat, expected, row))


def flatten(type, into):
    if isinstance(type, tuple) and type[0] == "record":
        for _, field in type[1]:
            flatten(field, into)
    elif isinstance(type, tuple):
        into += ["u32", type]
    else:
        into.append(type)


def same_cell(type, x, cell):
    if isinstance(type, tuple):
        items = json.loads(cell, parse_float=str, parse_int=str, parse_constant=str)
        return len(items) == len(x) and all(same_item(type[1], a, b) for a, b in zip(x, items))
    return same_item(type, x, cell)


def same_item(type, x, item):
    if isinstance(type, tuple):
        return all(same_item(field, x[name], item[name]) for name, field in type[1])
    if type in v.FLOATS:
        return item is None if x is None else same_float(type, x, item)
    if type == "bool":
        return item in (x, str(x).lower())
    return str(x) == item


def same_float(type, x, shown):
    got = v.number(type, float(shown))
    if math.isnan(x) or math.isnan(got):
        return math.isnan(x) and math.isnan(got)
    return x == got and math.copysign(1, x) == math.copysign(1, got)


def table(name):
    """The rows by their frames; a table without rows has no file."""
    if not os.path.exists(name):
        return {}
    with open(name, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    os.remove(name)
    return {int(row[0]): row[1:] for row in rows}


def differences(expression):
    found = table(f"{expression.name}.csv")
    type = expression.typed.type
    for frame, x in enumerate(expression.stream.values, 1):
        row = found.pop(frame, None)
        if x is None and row is None:
            continue
        if x is None or row is None:
            yield frame, x, row
        elif row[0] != v.text_of_time(TIMES[frame - 1]) or not same(type, cells(type, x), row[1:]):
            yield frame, x, row[1:]


# ---- All of it ----


def run(*command, flags=""):
    env = {**os.environ, "CFLAGS": f"{os.environ.get('CFLAGS', '')} {flags}"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=env)
    if done.returncode != 0:
        print(" ".join(command), "ends with", done.returncode)
        print((done.stdout + done.stderr)[:4000])
    return done.returncode == 0


def report(expression, mode, found):
    frame, x, row = found[0]
    print(f"{expression.name} {mode}: {expression.term.show()}")
    print(f"    {expression.typed.type}; {len(found)} frames differ, first {frame}: expected {x!r}, got {row}")
    for s in sorted({*expression.needed, *expression.others},
                    key=lambda s: s.name):
        print(f"    {s.name} = {s.values[frame - 1]!r}, before {s.values[:frame - 1][-3:]}")


def some(rng, streams):
    """Few of them, so that expressions share theirs and become one node where no deploy parts them."""
    kept = {*rng.sample(range(len(streams)), 6), *(i for i, s in enumerate(streams)
                                                   if s.name in ("s.spot", "s.level", "s.n", "s.x"))}
    return [s for i, s in enumerate(streams) if i in kept]


def try_program(number, rng, n, kinds):
    streams = g.random_streams(rng)
    fused = number % 2 == 1
    expressions = g.random_expressions(rng, some(rng, streams) if fused else streams, n)
    bound = g.bind_parts(rng, expressions, kinds)
    name = f"program_{number}"
    with open(f"{name}.pkd", "w", encoding="utf-8") as file:
        file.write(program(streams, expressions, bound, fused))
    # To optimise takes most of the time, so one of four is.
    if not run(os.environ["PKDC"], "build", f"{name}.pkd", "-o", f"./{name}", flags="-O0" * (number % 4 > 0)):
        return n
    failed = 0
    for mode in ("", "--single-process"):
        if not run(f"./{name}", "--quiet", *mode.split()):
            return n
        for e in expressions:
            found = list(differences(e))
            if found:
                report(e, mode, found)
                failed += 1
    return failed


def main():
    n, seed, kinds = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    per_program = int(os.environ.get("PKD_EVALUATE_EACH", 50))
    t.times(TIMES)
    failed = 0
    for number in range((n + per_program - 1) // per_program):
        rng = random.Random(f"{seed}/{number}")
        failed += try_program(number, rng, min(per_program, n - number * per_program), kinds)
    print(f"{n} expressions of seed {seed}, {failed} differences")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
