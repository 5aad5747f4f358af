#!/bin/sh
# pkd.testing.Node: one node in Python by itself, as docs/python.md has it and at its edges; and the names that belong
# inside of a node, which are the same outside.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes
export PKD_DIR="$PWD/place" PATH="$B:$PATH" PYTHONPATH="$ROOT/runtime/python" PYTHONDONTWRITEBYTECODE=1

for file in tally.pkd tally.py test_tally.py; do
	awk -v file="$file" '$0 ~ "^```[a-z]+ " file "$" { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/python.md" >"$file"
	[ -s "$file" ] || fail "docs/python.md has no $file"
done
cat >run.py <<'END'
import test_tally

for name in sorted(vars(test_tally)):
    if name.startswith("test_"):
        getattr(test_tally, name)()
END
at_most 120 "$PKD_PYTHON" run.py >out 2>&1 || fail 'docs/python.md: the tests of tally'
cp "$e2e/pypkd/faces.pkd" "$e2e/pypkd/faces.py" .
at_most 120 "$PKD_PYTHON" "$e2e/pypkd/testing.py" >out 2>&1 || fail 'pkd.testing'
[ -z "$(find . -name '.testing.sock' -o -name testing_nodes.py)" ] || fail 'something is left'
