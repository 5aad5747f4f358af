#!/bin/sh
# Ctrl-C and SIGTERM: everything is gone within 2 s (asserted as 3 s of a control that is as busy), files
# are whole, and whoever had to be forced is named.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline line -o line
build "$e2e/line/line.pkd" --pipeline line --deploy pair -o pair
longest=0

# stop TARGET SIGNAL: sends the signal and waits for the end of all; the status is in $status.
stop() {
	processes="$pid $(children_of "$pid")"
	from=$(now_ms)
	kill -"$2" "$1"
	# shellcheck disable=SC2086 # words
	promptly 3 all_gone $processes || fail "not all ended within 3 s of SIG$2"
	took=$(($(now_ms) - from))
	[ "$took" -le "$longest" ] || longest=$took
	finish 1
}

# stuck PROGRAM TROUBLE AT SIGNAL STATUS KILLED-BY
stuck() {
	rm -f beside.csv line.csv
	start "./$1" --trouble "$2" --at "$3"
	within 5 grep -q 'does not come back' out || fail "no $2 at $3"
	# The rest comes to a standstill once the source has no room.
	[ "$3" = 0 ] || within 5 stands_still "$pid" || fail 'the source runs on'
	stop "$pid" "$4"
	[ "$status" -eq "$5" ] || fail "$2 at $3, SIG$4: status $status, not $5"
	grep -Exq "line: node 'middle' \(line.pkd:[0-9:]+\) did not stop in time and was killed by SIG$6" out ||
		fail "$2 at $3, SIG$4: no line names the node"
}

# The source has no room and sleeps: it would count one frame each millisecond.
stands_still() {
	[ -s beside.csv ] && named "$1" numbers && frames=$(busy "$child") && sleep 0.1 &&
		[ "$(busy "$child")" = "$frames" ] && [ "$(state_of "$child")" = S ]
}

# How often the process gave up the processor by itself.
busy() { sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$1/status"; }

# ---- A node that does not come back ----

stuck line doze 100 INT 143 TERM
stuck line hang 100 INT 137 KILL
stuck line hang 100 TERM 137 KILL
stuck line spin 100 TERM 137 KILL
stuck pair hang 100 INT 137 KILL
stuck line hang 0 INT 137 KILL
stuck line spin 0 TERM 137 KILL

# The others have closed their files properly: what came before is in the table.
[ ! -e line.csv ] || fail 'a frame went through a node in init'
start ./line --trouble hang
within 5 grep -q 'does not come back' out || fail 'it does not hang'
within 5 stands_still "$pid" || fail 'the source runs on'
stop "$pid" TERM
[ "$(tail -n 1 line.csv)" = 99,9.900000000,99 ] || fail "the last row is $(tail -n 1 line.csv)"

# Rows are written once a second.
has_rows() { [ -e beside.csv ] && [ "$(wc -l <beside.csv)" -gt 10 ]; }

# ---- A healthy program, by a signal to it and as a terminal does it: to the whole group ----

# healthy SIGNAL [-]: the lines of both tables are the same frames, the last one whole.
healthy() {
	rm -f line.csv beside.csv
	before_start=setsid
	start ./line
	before_start=
	within 5 has_rows || fail 'no rows come'
	stop "${2:-}$pid" "$1"
	[ "$status" -eq 0 ] || fail "SIG$1 to ${2:-}pid: status $status, not 0"
	[ "$(grep -c . out)" -ge 8 ] || fail 'no table at the end'
	! grep -q 'killed' out || fail "SIG$1 to ${2:-}pid: a process was killed"
	awk -F, 'NR > 1 && ($1 != NR - 1 || $3 != $1 || NF != 3) { print "row " NR ": " $0 }' \
		line.csv >wrong
	[ ! -s wrong ] || fail 'rows are not whole' wrong
	[ -z "$(tail -c 1 line.csv)" ] || fail 'the last row is cut off'
	cmp line.csv beside.csv || fail 'a frame that had begun did not come to its end'
}

healthy INT
healthy TERM
healthy HUP
healthy INT -
healthy HUP -
# As timeout(1) does it, and a service manager that stops a group of processes.
healthy TERM -

# ---- The supervisor has no time to say that it was told, too ----

is_stopped() { [ "$(state_of "$1")" = T ]; }
# No signal is left pending that the process has a handler for.
has_no_term_pending() { ! grep -Eq '^S(hd|ig)Pnd:[[:space:]]*0*4000$' "/proc/$1/status"; }

rm -f line.csv beside.csv
before_start=setsid
start ./line
before_start=
within 5 has_rows || fail 'no rows come'
named "$pid" middle && middle=$child
kill -STOP "$pid"
within 5 is_stopped "$pid" || fail 'the supervisor does not stop'
kill -TERM -"$pid"
within 5 has_no_term_pending "$middle" || fail 'the signal does not arrive'
sleep 0.2 # a moment longer than a node waits for the supervisor's word
kill -CONT "$pid"
finish 5
[ "$status" -eq 0 ] || fail "SIGTERM to a group whose supervisor is late: status $status, not 0"
! grep -q killed out || fail 'a process was killed'

# One that it was meant for alone dies of it.
start ./line
within 5 grep -q . beside.csv || fail 'no rows come'
within 5 named "$pid" middle || fail 'there is no middle'
kill -TERM "$child"
finish 5
[ "$status" -eq 143 ] || fail "SIGTERM to a node alone: status $status, not 143"
grep -q "node 'middle' .* was killed by SIGTERM" out || fail 'nobody says who was killed'

note "the longest stop took $longest ms"
