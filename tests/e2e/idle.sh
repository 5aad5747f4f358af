#!/bin/sh
# Who waits does not use the processor: a live program with one frame a second, and beside it a
# source that has no room because its reader hangs.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline quiet -o quiet

# User and system time of the processes, in clock ticks: fields 14 and 15, counted after the name.
ticks_of() {
	for process in "$@"; do
		sed 's/.*) //' "/proc/$process/stat"
	done | awk '{ n += $12 + $13 } END { print n + 0 }'
}

hz=$(getconf CLK_TCK)
seconds=5

start ./quiet --trouble hang
within 5 named "$pid" stuck || fail 'there is no process stuck'
# Until all have begun; the reader hangs with the first frame.
within 5 test -s seen.csv || fail 'the table does not begin'
has_rows() { [ "$(wc -l <seen.csv)" -gt "$1" ]; }
within 5 has_rows 1 || fail 'no frame comes'
# shellcheck disable=SC2046 # words
set -- "$pid" $(children_of "$pid")
[ $# -eq 8 ] || fail "$# processes, not eight"
before=$(ticks_of "$@")
rows=$(wc -l <seen.csv)
from=$(now_ms)
within $((2 * seconds)) has_rows $((rows + seconds)) || fail "no $seconds frames come: it was not live"
took=$(($(now_ms) - from))
ticks=$(($(ticks_of "$@") - before))
for process in "$@"; do
	! is_gone "$process" || fail "process $process is gone"
done
note "$((ticks * 1000 / hz)) ms of processor time in $took ms, $seconds frames"
[ $((ticks * 100)) -lt $((took * hz / 1000)) ] || fail "$ticks ticks of CPU in $took ms are 1 % or more"
kill -TERM "$pid"
finish 4

# ---- Neighbours that all sleep leave each other alone ----

cat "$e2e/lib/once.pkd" - >chain.pkd <<'END_PKD'
node end(n: u64) {
    stateless
    step {= (void)in; pkd_note(ctx, "has it"); =}
}
pipeline chain() {
    a = once()
    b = pass(a)
    c = pass(b)
    d = pass(c)
    e = pass(d)
    f = pass(e)
    g = pass(f)
    end(g)
}
END_PKD
build chain.pkd -o chain
start ./chain
within 5 grep -q 'has it' out || fail 'the frame does not come to the end'
# shellcheck disable=SC2046 # words
set -- $(children_of "$pid")
before=$(ticks_of "$@")
# Not a wait for something: the time that is measured.
sleep $seconds
used=$((($(ticks_of "$@") - before) * 1000 / hz))
note "8 idle neighbours: $used ms of CPU in $seconds s"
[ "$used" -le 50 ] || fail "8 idle neighbours used $used ms of CPU in $seconds s"
kill -INT "$pid"
finish 4
