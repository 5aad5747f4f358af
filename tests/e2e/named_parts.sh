#!/bin/sh
# Naming a part never changes what it means: random expressions with parts bound to names give what they
# give without, and the programs of the reference, of the examples and of tests/e2e/rules with each name's
# text in its place, or with names for parts, give the same C.
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
awk '
	/^```pkd$/ { file = sprintf("programs/page_%03d.pkd", ++n); next }
	/^```/ { file = "" }
	file { print >file }
' "$ROOT/docs/language.md"
find "$ROOT/examples" "$e2e/rules" -name '*.pkd' -exec cp {} programs \;
python3 -B "$e2e/named_parts/named_parts.py" programs/*.pkd >out 2>&1 || {
	tail -n 30 out
	failed=1
}
tail -n 1 out
exit $failed
