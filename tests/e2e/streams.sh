#!/bin/sh
# A program whose messages nobody reads, whose descriptors are closed, whose files reach a limit: it
# does its work, or says in a line why not.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/workers.pkd" --deploy none -o one

{
	./one 2>&1
	echo $? >status
} | head -c 0
[ "$(cat status)" -eq 0 ] || fail "nobody reads stderr: status $(cat status)" status
[ "$(wc -l <workers.csv)" -eq 101 ] || fail 'nobody reads stderr: rows are missing' workers.csv

rm workers.csv
./one 0<&- 1>&- 2>&- || fail "with descriptors closed: status $?" /dev/null
[ "$(wc -l <workers.csv)" -eq 101 ] || fail 'with descriptors closed: rows are missing' workers.csv

# 4 blocks of 512 bytes: neither channels nor the table fit.
(
	ulimit -f 4
	./one --quiet >out 2>&1
)
status=$?
[ "$status" -eq 1 ] || fail "at the limit of a file's size: status $status"
[ -s out ] || fail 'at the limit of a file: nothing was said'
