#!/bin/sh
# The abnormal end of a node: it is named, and its process's policy is followed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# For each deploy a program of that name.
build "$e2e/line/line.pkd" --pipeline line -o stop
for deploy in absent restart twice given_up; do
	build "$e2e/line/line.pkd" --pipeline line --deploy "$deploy" -o "$deploy"
done

middle="line: node 'middle' \(line.pkd:[0-9]+:[0-9]+\)"

# ends STATUS LAST-LINE COMMAND...: and no process is left.
ends() {
	expect "$@"
	last_line | grep -Exq -- "$2" || fail "the last line is not '$2'"
}

# ---- stop, the default ----

ends 139 "$middle was killed by SIGSEGV; the rest was stopped" ./stop --trouble fault
ends 134 "$middle was killed by SIGABRT; the rest was stopped" ./stop --trouble abort
ends 1 "$middle exited with status 3; the rest was stopped" ./stop --trouble leave
ends 1 "$middle failed; the rest was stopped" ./stop --trouble fail
grep -Exq "$middle: did not like 42" out || fail "the node's own message is missing"
ends 1 "$middle failed; the rest was stopped" ./stop --trouble fail_silently
grep -Exq "$middle: step failed at frame 100: Input/output error" out ||
	fail 'the error of step is not explained'

# What came before the frame is in the table, and nothing after it.
[ "$(tail -n 1 line.csv)" = 99,9.900000000,99 ] || fail "the last row is $(tail -n 1 line.csv)"

# In init.
ends 139 "$middle was killed by SIGSEGV; the rest was stopped" ./stop --trouble fault --at 0
ends 1 "$middle failed; the rest was stopped" ./stop --trouble fail --at 0
grep -Exq "$middle: did not like 42" out || fail "the node's own message is missing"
ends 1 "$middle failed; the rest was stopped" ./stop --trouble fail_silently --at 0
grep -Exq "$middle: init failed: Input/output error" out || fail 'the error of init is not explained'

# Killed from outside: nobody's fault, but it is named.
start ./stop
within 5 named "$pid" middle || fail 'there is no process middle'
within 5 test -s line.csv || fail 'no rows come'
kill -KILL "$child"
finish 5
[ "$status" -eq 137 ] || fail "killed from outside: status $status, not 137"
last_line | grep -Exq "$middle was killed by SIGKILL; the rest was stopped" ||
	fail 'the last line does not name the node and the signal'

# ---- absent: the rest runs to its end ----

ends 3 "$middle was killed by SIGSEGV; the rest continues without it" \
	./absent --frames 500 --trouble fault --quiet
[ "$(tail -n 1 line.csv)" = 99,9.900000000,99 ] || fail "the last row is $(tail -n 1 line.csv)"
[ "$(wc -l <beside.csv)" -eq 501 ] || fail "$(wc -l <beside.csv) lines beside it, not 501"
expect 3 "$middle failed; the rest continues without it" ./absent --frames 500 --trouble fail --at 0

# ---- restart ----

# The second death with the same frame gives that frame up.
expect 0 "$middle was killed by SIGSEGV; it is started again \(restart 2\)" \
	./restart --frames 500 --trouble fault
grep -Exq ' *middle: 1 frame failed' out || fail 'the frame is not counted as failed'
grep -Exq ' *process middle: restarted 2 times' out || fail 'the restarts are not counted'
[ "$(wc -l <line.csv)" -eq 500 ] || fail "$(wc -l <line.csv) lines, not 500"
! grep -q '^100,' line.csv || fail 'the frame that kills has a row'

# When the restarts are used up, the end is that of the policy.
ends 1 "$middle failed; the rest was stopped" ./twice --trouble fail --at 0
[ "$(grep -c 'is started again' out)" -eq 2 ] || fail 'not two restarts'

# Given up after its restarts, too: what comes out is not all, and the status says so.
expect 3 "$middle failed; the rest continues without it" ./given_up --frames 500 --trouble fail --at 0
[ "$(grep -c 'is started again' out)" -eq 2 ] || fail 'not two restarts'
[ "$(wc -l <beside.csv)" -eq 501 ] || fail "$(wc -l <beside.csv) lines beside it, not 501"
