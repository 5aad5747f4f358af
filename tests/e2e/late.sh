#!/bin/sh
# While the declared budgets are kept, no frame is later than the compiler's bound; and an assert
# below the bound is refused with the path. The bound supposes a free CPU: best of five runs.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

"$PKDC" check --report --json "$e2e/proofs/late.pkd" >out 2>&1 || fail 'it is not proved'
bound=$(sed -n 's/.*"bound_ns": \([0-9]*\).*/\1/p' out)
[ "${bound:-0}" -gt 0 ] || fail 'the report has no bound'
"$PKDC" check -D LIMIT=27ms "$e2e/proofs/late.pkd" >out 2>&1 && fail 'a bound of 28 ms passes for 27 ms'
grep -q E0608 out || fail 'another message was expected'

build "$e2e/proofs/late.pkd" -o late
for run in 1 2 3 4 5; do
	./late --quiet >out 2>&1 || fail "status $?"
	worst=$(sed -n 's/.*worst \([0-9]*\) us.*/\1/p' out)
	[ "${worst:-0}" -gt 0 ] || fail 'nothing was measured'
	note "run $run: at the latest $worst us, bound $((bound / 1000)) us"
	[ "$worst" -le $((bound / 1000)) ] && exit 0
done
fail 'a frame was later than the bound in each of five runs'
