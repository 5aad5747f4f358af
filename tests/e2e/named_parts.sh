#!/bin/sh
# Naming a part never changes what it means: random expressions with parts bound to names give what they
# give without, and the programs of the pages, of the examples and of other tests with each name's text in
# its place, or with names for parts, have the same nodes and processes and write the same tables.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

failed=0
for kind in stream past constant; do
	python3 -B "$e2e/evaluator/evaluate.py" "${PKD_EVALUATE:-150}" "${PKD_EVALUATE_SEED:-2}" "$kind" >out 2>&1 || {
		echo "names for parts ($kind): an expression gives something else"
		tail -n 12 out
		failed=1
	}
done

mkdir programs
for page in language tour cookbook; do
	awk -v page=$page '
		/^```pkd$/ { file = sprintf("programs/%s_%03d.pkd", page, ++n); next }
		/^```/ { file = "" }
		file { print >file }
	' "$ROOT/docs/$page.md"
done
find "$ROOT/examples" "$e2e/rules" "$e2e/naming" "$ROOT/tests/emit" "$ROOT/tests/pass" -name '*.pkd' \
	-exec cp {} programs \;
python3 -B "$e2e/named_parts/named_parts.py" programs/*.pkd >out 2>&1 || {
	tail -n 30 out
	failed=1
}
tail -n 1 out
exit $failed
