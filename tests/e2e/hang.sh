#!/bin/sh
# A node whose init never returns: with `on stall` it is ended and named, as one whose step hangs; without,
# the program says what it waits for, and is stopped as any other.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline line -o line
build "$e2e/line/line.pkd" --pipeline line --deploy stalls -o stalls
middle="line: node 'middle' \(line.pkd:[0-9]+:[0-9]+\)"

expect 137 "$middle was killed: its init took longer than 300ms; the rest was stopped" \
	./stalls --trouble hang --at 0
expect 137 "$middle was killed: its step took longer than 300ms; the rest was stopped" \
	./stalls --trouble hang

start ./line --trouble doze --at 0
says() { grep -Exq "$1" out; }
within 20 says "$middle: its init has not returned for 5 s; frames start after it" ||
	fail 'nobody says what the program waits for'
kill -TERM "$pid"
finish 5
[ "$status" -eq 143 ] || fail "stopped: status $status, not 143"
[ "$(grep -c 'has not returned' out)" -eq 1 ] || fail 'it is said more than once'

# ---- One that nobody reads, in the last of its frames: all others have ended ----

# With a warning for it.
"$PKDC" build "$e2e/line/line.pkd" --pipeline last -o last >out 2>&1 || fail 'it is not built'
start ./last --trouble doze
last="last: node 'middle' \(line.pkd:[0-9:]+\): its step has not returned for [1-9][0-9]* s;"
within 20 says "$last everything else has ended, and the program is waiting for it" ||
	fail 'nobody says what the program waits for at its end'
[ "$(wc -l <last.csv)" -eq 21 ] || fail 'the others are not done' last.csv
sleep 2
[ "$(grep -c 'everything else has ended' out)" -eq 1 ] || fail 'it is said each second'
kill -INT "$pid"
finish 5
[ "$status" -eq 143 ] || fail "stopped: status $status, not 143"

# Where two hang, neither is the last.
"$PKDC" build "$e2e/line/line.pkd" --pipeline last_two -o last_two >out 2>&1 || fail 'it is not built'
start ./last_two
for node in one other; do
	within 20 says "last_two: node '$node' .*: its step has not returned for [1-9][0-9]* s; everything else has ended, and the program is waiting for it and 1 more" ||
		fail "$node is not named, beside another"
done
kill -INT "$pid"
finish 5

# Nothing is said where others go on.
start ./line --trouble doze
within 20 grep -q 'does not come back' out || fail 'it does not hang'
sleep 2
! grep -q 'everything else has ended' out || fail 'it is said while others go on'
kill -TERM "$pid"
finish 5
