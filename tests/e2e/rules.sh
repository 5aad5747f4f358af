#!/bin/sh
# The rules of the language's semantics: programs whose tables come out only if the rules hold, in
# processes of their own and in one. The expected tables were computed by another program.
set -eu
failed=0
for pipeline in joins history banks borders functions; do
	"$PKDC" build "$ROOT/tests/e2e/rules/rules.pkd" --pipeline="$pipeline" -o "./$pipeline"
	for mode in "" --single-process; do
		rm -f ./*.csv
		"./$pipeline" --quiet $mode
		for table in *.csv; do
			cmp "$ROOT/tests/e2e/rules/$table" "$table" || {
				diff "$ROOT/tests/e2e/rules/$table" "$table" | head -n 8
				failed=1
			}
		done
		echo "$pipeline $mode: $(ls ./*.csv | wc -l) tables"
	done
done
exit $failed
