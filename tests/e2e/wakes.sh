#!/bin/sh
# A node that `wakes` fires without an input: what it keeps comes by itself, each value once, in order,
# through kills; inputs and wakes take turns; one without inputs is ended by itself or by a stop; what it dies
# of when woken costs no frame. And pkd_ahead: a node works on all that waits, and answers in order.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# make PIPELINE: builds it. Of a `state` that a restart forgets there is a warning.
make() {
	"$PKDC" build "$e2e/wakes/wakes.pkd" --pipeline "$1" -o "$1" >out 2>&1 || fail "$1 cannot be built"
}

# column N FILE, without its header.
column() { tail -n +2 "$2" | cut -d, -f "$1"; }

# has_all N COLUMN FILE: it has 1 to N, in order.
has_all() {
	seq "$1" >wanted
	column "$2" "$3" >have
	cmp wanted have >difference || fail "$3, $kills kills: other values" difference
}

# tortured VICTIMS COMMAND...: to its end, with kills.
tortured() {
	victims=$1
	shift
	start "$@"
	while ! is_gone "$pid"; do
		for victim in $victims; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
			sleep 0.01
		done
	done
	finish 10
	[ "$status" -eq 0 ] || fail "killed $kills times: status $status"
}

kills=0
make held
for mode in "" --single-process; do
	# shellcheck disable=SC2086 # words
	at_most 20 ./held $mode >out 2>&1 || fail "held $mode: status $?"
	has_all 300 3 held.csv
done
# Between two numbers nothing but wakes: the last of them come before the end.
at_most 20 ./held --total 40 --pause 10ms >out 2>&1 || fail "held: status $?"
has_all 40 3 held.csv
runs=0
while [ "$runs" -lt 2 ] || [ "$kills" -lt 40 ]; do
	[ "$runs" -lt 20 ] || fail "killed only $kills times"
	tortured 'a n' ./held --total 2000 --pause 100us
	has_all 2000 3 held.csv
	runs=$((runs + 1))
done
note "held: killed $kills times in $runs runs"
# The number that it dies of twice is left out, and no other, though it wakes in between.
at_most 20 ./held --crash 100 >out 2>&1
[ $? -eq 0 ] || fail "a crash: status $?"
{ seq 99; seq 101 300; } >wanted
column 3 held.csv | cmp - wanted >difference || fail 'a crash costs other numbers' difference

make by_itself
kills=0
tortured 'a' ./by_itself --ends 500
has_all 500 3 by_itself.csv
rm by_itself.csv
start ./by_itself
within 5 test -s by_itself.csv || fail 'it does not begin'
kill -TERM "$pid"
finish 5
[ "$status" -eq 0 ] || fail "stopped: status $status"
n=$(column 3 by_itself.csv | wc -l)
has_all "$n" 3 by_itself.csv

make turns
kills=0
at_most 5 ./turns >out 2>&1 || fail "turns: status $?"
[ "$(column 3 turns.csv | wc -l)" -eq 300 ] || fail 'the input has no turn'
# As many wakes as inputs at least, but for those that came while the node waited for its first input.
first=$(column 3 turns.csv | head -n 1) last=$(column 3 turns.csv | tail -n 1)
[ $((last - first)) -ge 290 ] || fail "the wakes have no turn: $first to $last"

make dies
at_most 20 ./dies >out 2>&1
[ $? -eq 0 ] || fail "dies: status $?"
grep -q 'was killed by SIGABRT' out || fail 'it does not die'
has_all 15 3 dies.csv

# ---- Ahead ----

make ahead
kills=0
at_most 20 ./ahead --total 300 >out 2>&1 || fail "ahead: status $?"
has_all 300 3 ahead.csv
has_all 300 4 ahead.csv
[ "$(column 5 ahead.csv | sort -n | tail -n 1)" -eq 16 ] || fail 'it does not see all that waits' ahead.csv
# What comes while step waits with another value in hand is begun at once.
at_most 20 ./ahead --total 30 --pause 5ms --takes 100ms >out 2>&1 || fail "ahead: status $?"
early=$(column 6 ahead.csv | tail -n 1)
[ "$early" -ge 5 ] || fail "what comes later is not seen: $early before they were due"
runs=0
while [ "$runs" -lt 2 ] || [ "$kills" -lt 30 ]; do
	[ "$runs" -lt 20 ] || fail "killed only $kills times"
	tortured 'w n' ./ahead --total 500 --takes 5ms
	has_all 500 3 ahead.csv
	has_all 500 4 ahead.csv
	runs=$((runs + 1))
done
note "ahead: killed $kills times in $runs runs"

make one_by_one
kills=0
at_most 20 ./one_by_one >out 2>&1 || fail "one_by_one: status $?"
[ "$(column 4 one_by_one.csv | sort -n | tail -n 1)" -eq 1 ] || fail 'it looks ahead of latest'

# ---- What is refused ----

cat >no.pkd <<'END'
node a() -> (n: u32) {
    origin paced
    wakes
}
node b(n: u32) -> (m: u32) {
    wakes
}
pipeline p() {
    x = a()
    y = b(x)
}
END
"$PKDC" check no.pkd >out 2>&1 && fail 'wakes of an origin'
grep -q "'wakes' is for a node with inputs" out && grep -q 'no frame to belong to' out || fail 'other words'
