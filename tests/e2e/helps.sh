#!/bin/sh
# A help that has code leads to a program that compiles: those of tests/check and of the wrong programs
# of docs/diagnostics are applied, each to the program that got it.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

cp -R "$ROOT/tests/check" programs
rm -f programs/*.err programs/*.report
for page in "$ROOT"/docs/diagnostics/*.md; do
	code=$(basename "$page" .md)
	awk '$0 == "Wrong:" { found = 1; next }
		found && /^```/ { if (inside) exit; inside = 1; next }
		inside' "$page" >"programs/page_$code.pkd"
	[ -s "programs/page_$code.pkd" ] || rm "programs/page_$code.pkd"
done
python3 "$e2e/helps/helps.py" "$PKDC" "$PWD"/programs/*.pkd >out 2>&1 || fail 'a help that does not help'
grep -q '^[1-9][0-9]* helps tried$' out || fail 'no help was tried'
tail -n 1 out
