"""named_parts.py FILE.pkd...: naming a part never changes what it means. Of each program two others are made:
`inlined`, where the text of a name, in parentheses, stands where the name was, and `named`, where parts in
parentheses, fields of records and arguments of functions are bound to names. Both must have the nodes,
edges, streams and processes of the program itself, and write the same tables where they can run.

From the environment: PKDC. Works in the working directory; says what differs."""

import difflib
import os
import re
import shutil
import subprocess
import sys

FUNCTIONS = set(
    "abs sign clamp min max floor ceil round sqrt exp log pow sin cos tan asin acos atan atan2 hypot i8 i16 "
    "i32 i64 u8 u16 u32 u64 f32 f64 seconds text len count exists all sum mean first best sorted take number "
    "time age present".split())
EDGES = {"latest", "sample", "queue", "every"}
WORDS = set(
    "and any assert else every false for if in it latest not or out queue sample then true when where "
    "select".split())
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, set(")]}")


class Token:
    def __init__(self, start, end, text):
        self.start, self.end, self.text = start, end, text

    def is_name(self):
        return re.fullmatch(r"[A-Za-z_]\w*", self.text) and self.text not in WORDS


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def tokens(path, source):
    found = []
    for line in run(os.environ["PKDC"], "check", "--dump=tokens", path).stdout.splitlines():
        place = re.match(r"(\d+)\.\.(\d+)\t", line)
        if place:
            start, end = map(int, place.groups())
            ends_line = line.endswith("\tend of line")
            found.append(Token(start, end, "\n" if ends_line else source[start:end].decode()))
    return found


# ---- Statements ----


class Statement:
    """Tokens of a pipeline, with what each bracket closes, and the blocks around it."""

    def __init__(self, tokens, blocks):
        self.tokens, self.blocks = tokens, blocks
        self.name = tokens[0].text if len(tokens) > 2 and tokens[0].is_name() and tokens[1].text == "=" else None
        self.rhs = tokens[2:] if self.name else tokens


def statements(all_):
    """Of all pipelines, those of each block with a number for the block and those around it."""
    found, i, blocks = [], 0, 0
    while i < len(all_):
        if all_[i].text == "pipeline" and (i == 0 or all_[i - 1].text == "\n"):
            while all_[i].text != "{":
                i += 1
            blocks += 1
            i, blocks = block(all_, i + 1, (blocks,), blocks, found)
        i += 1
    return found


def block(all_, i, around, blocks, found):
    """From behind its bracket; gives the index of the one that closes it."""
    current, depth = [], 0
    while all_[i].text != "}" or depth:
        token = all_[i]
        if token.text == "\n" and not depth:
            add(current, around, found)
            current = []
        elif token.text == "{" and not depth and opens_block(current):
            blocks += 1
            i, blocks = block(all_, i + 1, (*around, blocks), blocks, found)
            current = []
        else:
            depth += (token.text in OPEN) - (token.text in CLOSE)
            if token.text != "\n":
                current.append(token)
        i += 1
    add(current, around, found)
    return i, blocks


def opens_block(before):
    return before and (before[0].text in ("for", "if") or before[0].text == "else")


def add(current, around, found):
    if current and current[0].text not in ("for", "if", "else", "assert"):
        found.append(Statement(current, around))


def closing(tokens, i):
    """The index of the bracket that closes the one at i."""
    depth = 0
    for k in range(i, len(tokens)):
        depth += (tokens[k].text in OPEN) - (tokens[k].text in CLOSE)
        if depth == 0:
            return k
    raise ValueError


def called(tokens, i):
    """The path before the bracket at i: "table.csv", "len", "" where it is no call."""
    k = i
    while k > 0 and (tokens[k - 1].is_name() or tokens[k - 1].text in EDGES) and \
            (k == i or tokens[k].text == "."):
        k -= 1
        if k > 0 and tokens[k - 1].text == ".":
            k -= 1
    return "".join(t.text for t in tokens[k:i])


def is_expression(rhs, functions):
    if rhs[0].text in EDGES or rhs[0].text in ("[", "{"):
        return rhs[0].text == "{"
    if all(t.is_name() or t.text in ".[]" or t.text.isdigit() for t in rhs):
        return False
    for i, token in enumerate(rhs):
        if token.text == "(" and called(rhs, i):
            whole = len(called(rhs, i)) and closing(rhs, i) == len(rhs) - 1 and \
                all(t.is_name() or t.text == "." for t in rhs[:i])
            return not whole or called(rhs, i) in functions
        if not (token.is_name() or token.text == "."):
            return True
    return True


# ---- The program with texts in place of names ----


def is_whole_argument(tokens, i, functions):
    """Whether the name at i is all that an input of a node is given."""
    before = tokens[i - 1].text if i else ""
    after = tokens[i + 1].text if i + 1 < len(tokens) else ""
    if before not in ("(", ",", ":", "[") or after not in (",", ")", "]"):
        return i == 0 and not after
    depth = 0
    for k in range(i - 1, -1, -1):
        depth += (tokens[k].text in CLOSE) - (tokens[k].text in OPEN)
        if depth < 0:
            if tokens[k].text == "[" and not called(tokens, k):
                depth = 0  # a bank of streams, maybe
                continue
            name = called(tokens, k) if tokens[k].text == "(" else ""
            return bool(name) and name not in functions
    return False


def reads_stream(tokens, i):
    """A history, a window, or behind an edge word."""
    after = [t.text for t in tokens[i + 1:i + 4]]
    if after[:1] == ["["] and (after[1:2] == ["-"] or ".." in [t.text for t in tokens[i:closing(tokens, i + 1)]]):
        return True
    if i and tokens[i - 1].text in ("latest", "sample"):
        return True
    if i and tokens[i - 1].text == ")":
        depth = 0
        for k in range(i - 1, -1, -1):
            depth += (tokens[k].text in CLOSE) - (tokens[k].text in OPEN)
            if depth == 0:
                return k > 0 and tokens[k - 1].text in EDGES
    return False


def uses(statement, name, functions):
    tokens = statement.rhs
    for i, token in enumerate(tokens):
        if token.text != name or (i and tokens[i - 1].text == "."):
            continue
        if i + 1 < len(tokens) and tokens[i + 1].text in (":", "="):
            continue
        if not is_whole_argument(tokens, i, functions) and not reads_stream(tokens, i):
            yield token


def is_label(tokens, i):
    """A field's or argument's name, or the word before the C of a node."""
    after = tokens[i + 1].text
    return after.startswith("{=") or (after == ":" and tokens[i - 1].text in "({,")


def remains(all_tokens, statement, others, used):
    """Whether anything else speaks of the name: a history, an edge, an assert, a deploy."""
    elsewhere = {id(t) for s in others if s.blocks[0] != statement.blocks[0] for t in s.tokens}
    counted = {id(t) for t in used} | elsewhere | {id(statement.tokens[0])}
    return any(t.text == statement.name and id(t) not in counted and not is_label(all_tokens, i)
               for i, t in enumerate(all_tokens))


def inlined_once(source, all_tokens, functions, done):
    """With the text of one more name in its places; None where there is none left."""
    all_ = statements(all_tokens)
    bound = [(s.name, s.blocks[0]) for s in all_ if s.name]
    for s in all_:
        key = (s.name, s.blocks[0])
        if not s.name or key in done or bound.count(key) > 1 or not is_expression(s.rhs, functions):
            continue
        done.add(key)
        found = [use for other in all_ if other.blocks[:len(s.blocks)] == s.blocks
                 and other.tokens[0].text != "out" for use in uses(other, s.name, functions)]
        if not found or any(t.text == s.name for t in s.rhs):
            continue
        text = source[s.rhs[0].start:s.rhs[-1].end].decode()
        edits = [(use.start, use.end, f"({text})") for use in found]
        if not remains(all_tokens, s, all_, found):
            edits.append((s.tokens[0].start, s.tokens[-1].end, ""))
        return edited(source, edits)
    return None


def inlined(path, source, functions):
    done, count = set(), 0
    while True:
        with open(path, "wb") as file:
            file.write(source)
        after = inlined_once(source, tokens(path, source), functions, done)
        if after is None:
            return count
        source, count = after, count + 1


# ---- The program with names in place of texts ----


def parts(statement, functions):
    """First and last token of what may be bound: it stands in brackets that belong to an expression."""
    tokens = statement.rhs
    if tokens[0].text in EDGES or tokens[0].text == "out":
        return
    around = []
    for i, token in enumerate(tokens):
        if token.text in OPEN:
            inside = around[-1] if around else True
            name = called(tokens, i) if token.text == "(" else ""
            is_body = token.text == "(" and not name
            around.append(token.text == "{" or (inside and (is_body or name in functions)))
            if token.text == "(" and around[-1]:
                yield from arguments(tokens, i)
            elif token.text == "{":
                yield from fields(tokens, i)
        elif token.text in CLOSE:
            around.pop()


def split(tokens, i):
    """The runs between the commas of the bracket at i."""
    end, start, depth = closing(tokens, i), i + 1, 0
    for k in range(i + 1, end + 1):
        if depth == 0 and (tokens[k].text == "," or k == end):
            if k > start:
                yield tokens[start:k]
            start = k + 1
        depth += (tokens[k].text in OPEN) - (tokens[k].text in CLOSE)


def arguments(tokens, i):
    for number, run_ in enumerate(split(tokens, i)):
        if not (called(tokens, i) == "text" and number == 1):
            yield run_


def fields(tokens, i):
    for run_ in split(tokens, i):
        if len(run_) > 2 and run_[1].text == ":":
            yield run_[2:]


def may_be_bound(part):
    texts = [t.text for t in part]
    if "it" in texts or any(t in EDGES for t in texts) or ":" in texts[1:2]:
        return False
    return any(t.is_name() for t in part) and not all(t.is_name() or t.text == "." for t in part)


def named(path, source, functions):
    edits, taken = [], set()
    for s in statements(tokens(path, source)):
        binds = {t.text for t in s.rhs if t.text == s.name}
        end = s.tokens[-1].end
        if s.tokens[0].text == "out" or binds:
            continue
        for part in parts(s, functions):
            key = (part[0].start, part[-1].end)
            if not may_be_bound(part) or any(a <= key[0] < b or key[0] <= a < key[1] for a, b in taken):
                continue
            taken.add(key)
            name = f"part_{len(taken)}"
            text = source[key[0]:key[1]].decode()
            edits.append((*key, name))
            edits.append((end, end, f"\n{name} = {text}"))
    with open(path, "wb") as file:
        file.write(edited(source, edits))
    return len(taken)


def edited(source, edits):
    """Later places first; what lies in a place that is left out is left out."""
    gone = [(start, end) for start, end, text in edits if not text]
    edits = [e for e in edits if not e[2] or not any(a <= e[0] < b for a, b in gone)]
    for start, end, text in sorted(edits, key=lambda e: (e[0], e[1]), reverse=True):
        source = source[:start] + text.encode() + source[end:]
    return source


# ---- What comes out ----


def graph(path, pipeline):
    """Nodes, edges, streams and processes, without places, names of inputs and numbers of expressions."""
    made = run(os.environ["PKDC"], "check", "--dump=graph", "--pipeline", pipeline, path)
    if made.returncode:
        return None, made.stderr
    text = re.sub(r" at [^\n]*?\.pkd:\d+:\d+", "", made.stdout)
    text = re.sub(r"^pipeline .*", "", text)
    text = re.sub(r"^( +in )\S+ =", r"\1=", text, flags=re.M)
    text = re.sub(r"(, read by|expression_\d+\.)[^\n]*", r"\1", text)
    return re.sub(r"(record|expression)_\d+", r"\1", text).splitlines(), ""


def tables(path, pipeline):
    """What the program writes, without capture times; where it has no need of anything."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if re.search(r"^use (?!table)", source, flags=re.M):
        return []
    if run(os.environ["PKDC"], "build", path, "--pipeline", pipeline, "-o", "./program").returncode:
        return []  # a node without C
    os.makedirs("tables", exist_ok=True)
    done = subprocess.run(["../program", "--quiet"], capture_output=True, text=True, timeout=120, cwd="tables")
    found = [f"status {done.returncode}"]
    for name in sorted(os.listdir("tables")):
        with open(f"tables/{name}", encoding="utf-8") as file:
            found += [name, *(re.sub(r"^(\d+),[^,]*", r"\1", line) for line in file.read().splitlines())]
        os.remove(f"tables/{name}")
    return found


def unordered(lines):
    """A graph without the numbers that nodes, streams and edges have by their order."""
    text = re.sub(r"\b(node|stream|edge) \d+", r"\1", "\n".join(lines))
    return sorted(re.split(r"\n(?! )", text))


def differing(path, other, pipeline):
    """How the program in `other` is another one."""
    expected, _ = graph(path, pipeline)
    got, why = graph(other, pipeline)
    if expected is None:
        return []
    if got is None:
        return why.splitlines()[:4]
    if unordered(expected) == unordered(got):
        expected, got = tables(path, pipeline), tables(other, pipeline)
        if expected != got and expected != tables(path, pipeline):
            return []  # it hangs on the clock
    return list(difflib.unified_diff(expected, got, lineterm="", n=0))[2:12]


def compare(path, folder):
    with open(path, "rb") as file:
        source = file.read()
    name = os.path.basename(path)
    own = re.findall(rb"^(?:node|pipeline)\s+(\w+)", source, flags=re.M)
    functions = FUNCTIONS - {n.decode() for n in own}
    count, bad = 0, []
    other = os.path.join(folder, name)
    for used in re.findall(rb'^use "(\w+\.pkd)"', source, flags=re.M):
        beside = os.path.join(os.path.dirname(path), used.decode())
        if os.path.exists(beside):
            shutil.copy(beside, folder)
    for make in (inlined, named):
        with open(other, "wb") as file:
            file.write(source)
        n = make(other, source, functions)
        count += n
        if not n:
            continue
        for pipeline in re.findall(rb"^pipeline\s+(\w+)\(", source, flags=re.M):
            why = differing(path, other, pipeline.decode())
            if why:
                bad.append((f"{pipeline.decode()} {make.__name__}", why))
    return count, bad


def main():
    count, n_bad = 0, 0
    for path in sys.argv[1:]:
        # Beside the program, so that what it names is found.
        folder = os.path.join(os.path.dirname(path), "again")
        os.makedirs(folder, exist_ok=True)
        n, bad = compare(path, folder)
        count += n
        for how, why in bad:
            n_bad += 1
            print(f"{path}, {how}:")
            print(*(f"    {line}" for line in why), sep="\n")
    print(f"{count} parts, {n_bad} differences")
    sys.exit(n_bad > 0)


if __name__ == "__main__":
    main()
