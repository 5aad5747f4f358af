#!/bin/sh
# Killed without warning, the supervisor takes all its processes with it, and leaves no memory and
# no file behind but those that the program was told to write, and its socket, which the next one removes.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline line -o line

# outlive TROUBLE: kills the supervisor of a program whose processes are in all sorts of states.
outlive() {
	rm -f beside.csv
	start ./line --trouble "$1" --at 3
	within 5 test -s beside.csv || fail 'no rows come'
	within 5 named "$pid" before || fail 'there is no process before'
	# A process that a debugger holds dies too.
	kill -STOP "$child"
	within 5 has_state "$child" T || fail 'it does not stop'
	processes=$(children_of "$pid")
	[ "$(echo "$processes" | wc -w)" -eq 7 ] || fail "the processes are '$processes', not seven"
	names_nothing "$pid"
	from=$(now_ms)
	kill -KILL "$pid"
	# shellcheck disable=SC2086 # words
	promptly 1 all_gone $processes || fail 'not all processes are gone 1 s after the supervisor'
	note "$1: gone in $(($(now_ms) - from)) ms"
	finish 1
}

has_state() { [ "$(state_of "$1")" = "$2" ]; }

# Whatever the processes have open or mapped lies in this directory or has no name.
names_nothing() {
	for process in $1 $(children_of "$1"); do
		for fd in "/proc/$process/fd"/*; do
			readlink "$fd"
		done
		awk '$2 ~ /s$/ { print $6 }' "/proc/$process/maps"
	done | grep -v -e '^/dev/null$' -e "^$(pwd -P)/" -e "^$(pwd -P)\$" -e '^pipe:' -e '^socket:' -e '^anon_inode:' \
		-e '^/memfd:.* *(deleted)$' -e '^/memfd:' -e '^$' -e "^$PKD_DIR\$" >named
	[ ! -s named ] || fail 'something has a name' named
}

outlive nothing
outlive hang
outlive spin

# Where it is allowed, once more with directories that belong to this test alone.
if unshare -rm true 2>/dev/null; then
	cat >inside <<'END_INSIDE'
mount -t tmpfs none /dev/shm && mount -t tmpfs none /var/tmp && mount -t tmpfs none /tmp || exit 1
unset TMPDIR
./line >inside.out 2>&1 &
pid=$!
for i in $(seq 200); do
	[ "$(cat /proc/$pid/task/$pid/children | wc -w)" -ge 6 ] && [ -s line.csv ] && break
	sleep 0.1
done
kill -KILL $pid
find /dev/shm /tmp /var/tmp -mindepth 1
END_INSIDE
	rm -f line.csv
	at_most 20 unshare -rm sh ./inside >left 2>&1 || fail 'the test itself failed' left
	[ -s line.csv ] || fail 'the program did not run' inside.out
	[ ! -s left ] || fail 'files are left behind' left
else
	note 'not allowed to mount: /tmp was not looked at'
fi
