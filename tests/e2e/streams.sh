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

# What goes to a standard output that is closed, or full, is not lost without a word: a table's rows, what a node
# prints by itself, and the help.
cat >lines.pkd <<'END'
use clock
use table

node print(n: u64) {
    step {= printf("%llu\n", (unsigned long long)*in->n); =}
}

pipeline rows() {
    t = clock.ticks(period: 1ms, count: 3)
    table.csv({ n: t.n }, path: "-")
}

pipeline printed() {
    t = clock.ticks(period: 1ms, count: 3)
    print(t.n)
}
END
build lines.pkd --pipeline rows -o rows
build lines.pkd --pipeline printed -o printed
# lost LINE COMMAND...: to either.
lost() {
	line=$1
	shift
	for to in '>&-' '>/dev/full'; do
		at_most 20 sh -c "exec \"\$@\" $to" sh "$@" 2>out
		status=$?
		[ "$status" -eq 1 ] || fail "$* $to: status $status"
		grep -Eq "$line" out || fail "$* $to: nothing says what was lost"
	done
}
lost "node 'csv' .* cannot write '-': (standard output is closed|No space left)" ./rows --quiet
lost "process 'print.*' cannot write to standard output: (Bad file|No space left)" ./printed --quiet
lost 'cannot write to standard output: (Bad file|No space left)' ./rows --help

# 4 blocks of 512 bytes: neither channels nor the table fit.
(
	ulimit -f 4
	./one --quiet >out 2>&1
)
status=$?
[ "$status" -eq 1 ] || fail "at the limit of a file's size: status $status"
[ -s out ] || fail 'at the limit of a file: nothing was said'
