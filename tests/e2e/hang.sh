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
