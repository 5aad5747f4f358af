#!/bin/sh
# A pool of workers makes what one node makes, byte for byte: in order, absent values included.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/workers.pkd" --deploy none -o one
build "$e2e/proofs/workers.pkd" -o pool
./one --quiet >out 2>&1 || fail "one: status $?"
mv workers.csv one.csv
[ "$(wc -l <one.csv)" -eq 101 ] || fail 'one has not made 100 rows' one.csv
for run in 1 2 3; do
	./pool --quiet >out 2>&1 || fail "pool, run $run: status $?"
	cmp one.csv workers.csv || fail "run $run of the pool differs" out
done
./pool 2>out || fail "status $?"
grep -Eq '^ +s_3 +3[34] ' out || fail 'the third worker has not done a third of the work'
