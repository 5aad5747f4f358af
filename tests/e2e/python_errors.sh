#!/bin/sh
# Each thing that a node in Python can do wrong is one message, with node, output and frame, what was wanted and what
# it got; of an exception the traceback in the user's lines comes before. The others go on.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

build "$e2e/python_errors/errors.pkd" -o errors
./errors --quiet >out 2>&1
status=$?
[ "$status" -ne 0 ] || fail "errors: status $status"

grep -v 'init has not returned' out >some && mv some out
cat >look.py <<'END'
import re, sys
source = open(sys.argv[1]).read()
kinds = re.findall('"([^"]*)"', source[source.index("KINDS = [") : source.index("]", source.index("KINDS = [")) ])
text = open("out").read()
words = {
    "shape": "output 'view': wanted an array (height, width, 3) of uint8 of at most 6 x 8, got (8, 6, 3) of uint8",
    "channels": "got (6, 8, 4) of uint8", "dtype": "got (6, 8, 3) of float64",
    "list for an image": "output 'view': wanted an array, got [[1, 2, 3]] (list)", "too large": "got (60, 80, 3)",
    "empty": "got (0, 8, 3)", "no buffer": "wanted an array, got 7 (int)", "planes": "output 'yuv': wanted 3 planes, got 2",
    "plane": "output 'yuv[1]': wanted an array (height, width) of uint8, here (3, 4), got (6, 8)",
    "none": "output 'i': it was not given", "missing": "output 's': it was not given", "unknown": "a dict with 'vieww', which is no output",
    "tuple": "it has returned a tuple of 3: return a tuple of the 12 outputs", "scalar": "output 'p': wanted Point, got 3 (int)",
    "range": "output 'i': 256 is out of range for u8: 0 to 255", "negative": "-1 is out of range", "nan": "wanted a whole number (u8), got nan",
    "float": "wanted u8, got 2.0 (numpy.float32)", "text for a number": "wanted u8, got '7' (str)", "f32": "1e+39 is out of range for f32",
    "bool": "wanted bool, got 2", "enum": "wanted a value of Colour (red ... blue), got 3", "enum text": "got 'pink'",
    "long text": "it has 6 bytes, and string<4> has room for 4", "nul": "has a NUL", "surrogate": "UTF-8",
    "text for bytes": "wanted bytes, got 'abc' (str)", "long bytes": "it has 5 bytes, and bytes<4> has room for 4",
    "long list": "it has 4 items, and list<Point, 3> has room for 3", "field": "has no 'y', a field of Point",
    "unknown field": "Point has no field 'z'", "field range": "output 'l[1].y': 40000 is out of range for i16",
    "array": "output 'm[0]': wanted a whole number", "exception": r"KeyError: 'no such thing\nat all' (errors.py:",
    "group": "RuntimeError: in the handler", "deep": "LinAlgError: Last 2 dimensions", "recursion": "RecursionError",
    "exit": "it has called sys.exit(3)", "os exit": "exited with status 9", "generator": "it has returned a generator",
    "bad repr": "wanted u8, got a value that cannot be shown (Odd)", "later": "a time is a whole number of nanoseconds", "outside": "in a thread",
    "memory": "MemoryError", "kill": "killed by SIGSEGV", "lazy": "wanted an array, got <generator",
    "write": "see python_kept",
}
lined = {"exception", "group", "deep", "recursion", "exit", "later", "memory"}
wrong = []
for i, kind in enumerate(kinds):
    said = [line for line in re.findall(rf"node 'x\[{i}\]' \(errors.pkd:\d+:\d+\):? (.*)", text) if not line.startswith("failed")]
    if kind not in words:
        if said:
            wrong.append(f"{kind}: {said}")
    elif len(said) != 1 or words[kind] not in said[0] or (kind not in ("kill", "os exit") and not said[0].startswith("step at frame 2: ")):
        wrong.append(f"{kind}: {said}")
    traced = len(re.findall(rf"errors: x\[{i}\]:   /.*errors.py:\d+, in ", text))
    if (kind in lined) != bool(traced) or traced > 8:
        wrong.append(f"{kind}: {traced} lines of traceback")
print("\n".join(wrong))
sys.exit(bool(wrong) or len(kinds) < 45)
END
"$PKD_PYTHON" look.py "$e2e/python_errors/errors.pkd" >look 2>&1 || fail "other messages" look
