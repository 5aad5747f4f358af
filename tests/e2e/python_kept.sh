#!/bin/sh
# What a step was given is its own only until it returns. Whatever way a view of it is kept, that is found before
# the firing commits, with what to write; what nobody can reach any more is no view, and copies may be kept.
# Nobody writes to an input.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

build "$e2e/python_kept/kept.pkd" -o kept
./kept --quiet >out 2>&1
[ $? -eq 3 ] || fail "kept: not status 3"

cat >look.py <<'END'
import re, sys
source = open(sys.argv[1]).read()
kinds = re.findall('"([^"]*)"', source[source.index("KINDS = [") : source.index("]", source.index("KINDS = [")) ])
text = open("out").read()
fine = {"nothing", "cycle", "dead traceback", "text column", "small out", "copy", "pickle", "scalar", "state", "returned", "bank", "weak"}
words = {
    "record": r"point.*point\.copy\(\)", "records": r"points.*points\.copy\(\)", "records slice": r"'points'", "column": r"'points'",
    "record array": r"'point'", "bytes": r"bytes\(raw\)", "list": r"numbers\.copy\(\)", "state array": r"view of the persistent state",
    "cast": "'small'", "small": "'small'", "out": r"its output 'view'.*out\.view\.copy\(\)", "write": "read-only", "add": "read-only",
    "setflags": "WRITEABLE", "view": "WRITEABLE", "write record": "cannot be written to", "write records": "read-only",
    "write bytes": "read-only", "copyto": "read-only", "dlpack": "readonly", "put": "read-write",
}
wrong = []
for i, kind in enumerate(kinds):
    said = re.findall(rf"node 'x\[{i}\]' \(kept.pkd:\d+:\d+\): (.*)", text)
    wanted = words.get(kind, r"'frame', which is there only during the step: take a copy: frame\.copy\(\)")
    if kind in fine:
        if said:
            wrong.append(f"{kind}: {said}")
    elif len(said) != 1 or not re.search("^step at frame 3: .*" + wanted, said[0]):
        wrong.append(f"{kind}: {said}")
print("\n".join(wrong))
sys.exit(bool(wrong) or len(kinds) < 50)
END
grep -v 'init has not returned' out >some && mv some out
"$PKD_PYTHON" look.py "$e2e/python_kept/kept.pkd" >look 2>&1 || fail "other messages" look
