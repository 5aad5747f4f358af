#!/bin/sh
# Over PKD_FLAT (100000) firings of nodes in Python that take and give values of each type, fill outputs, meet errors
# and look at views: neither references nor objects nor memory grow.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

build "$e2e/python_flat/flat.pkd" -o flat
./flat --quiet --last 2000 >out 2>&1 || fail "flat: status $?"
cp out several
./flat --quiet --last "${PKD_FLAT:-100000}" --single-process --freeze=off >out 2>&1 || fail "flat in one process: status $?"

cat >look.py <<'END'
import re, sys

def look(name, kib_more, last):
    seen = {}
    for who, n, *figures in re.findall(r"^(?:flat: (\w+): )?flat (\d+) (\d+) (\d+) (\d+) (\d+)$", open(name).read(), re.M):
        seen.setdefault(who, {}).setdefault(int(n), []).append([int(figure) for figure in figures])
    assert len(seen) == (9 if name == "several" else 1), seen.keys()
    for who, rows in seen.items():
        assert {1000, last} <= rows.keys(), rows.keys()
        lowest = lambda n: [min(column) for column in zip(*rows[n])]
        kib, objects, references, blocks = (b - a for a, b in zip(lowest(1000), lowest(last)))
        print(name, who, f"{kib} KiB, {objects} objects, {references} references, {blocks} blocks more")
        assert kib < kib_more and objects < 100 and references < 100 and blocks < 500

look("several", 2048, 2000)
look("out", 2048, int(sys.argv[1]))
END
"$PKD_PYTHON" look.py "${PKD_FLAT:-100000}" >look 2>&1 || fail "something grows" look
note "$(cat look)"
