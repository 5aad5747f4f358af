#!/bin/sh
# A writer that waits for room in the history of a node whose process is never idle is woken when there is
# some, not by the safety time-out of its sleep, a second for each hundred frames. The same nodes with the
# writer in that process, where nobody is woken, show how long they take on this machine.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# took PROGRAM: how long `y` takes for its 2000 frames, in $took. The others of its process take much
# longer; the program is stopped then.
took() {
	start "./$1"
	from=$(now_ms)
	within 30 grep -q 'y: has all$' out || fail "$1: y has not got its 2000 frames"
	took=$(($(now_ms) - from))
	kill -INT "$pid"
	finish 4
	[ "$status" -eq 0 ] || fail "$1: status $status"
}

build "$e2e/proofs/busy.pkd" -o busy
build "$e2e/proofs/busy.pkd" --deploy together -o together
took together
control=$took
took busy
note "2000 frames in $took ms, in one process in $control ms"
# Twenty time-outs would be twenty seconds more.
[ $took -le $((2 * control + 10000)) ] || fail "2000 frames took $took ms, in one process $control ms"
