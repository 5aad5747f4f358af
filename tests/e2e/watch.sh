#!/bin/sh
# Nodes wait for descriptors as well as frames: what comes is dealt with at once, without a frame and
# without a CPU that turns meanwhile.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/watch/watch.pkd" -o watch
build "$e2e/watch/watch.pkd" --deploy together -o together
build "$e2e/watch/watch.pkd" --deploy again -o again
mkfifo lines questions answers

# Asks how many frames there were, and waits a second for an answer: a node that was killed has none.
ask() {
	echo how many >questions
	# Opened for both, so that it does not wait for a writer.
	answer=$(timeout 1 sh -c 'exec 3<>answers; read -r n <&3 && echo "$n"')
}
heard() { ask && [ "$answer" = "$1" ]; }

# The shortest of several times shows what the program needs: a busy machine delays some, not all.
shorter() {
	took=$(($(now_ms) - before))
	[ "$took" -ge "${shortest:-$((took + 1))}" ] || shortest=$took
}

for program in './watch' './together' './watch --single-process'; do
	# shellcheck disable=SC2086 # words
	start $program --quiet
	exec 4<>lines 5<>questions 6<>answers
	within 5 ask || fail "$program: no answer at all"
	[ "$answer" = 0 ] || fail "$program: $answer frames before the first"
	shortest=
	for i in 1 2 3 4 5 6 7 8 9 10; do
		before=$(now_ms)
		echo "line $i" >lines
		within 2 heard "$i" || fail "$program: line $i is not heard"
		[ "$i" -eq 1 ] || shorter
	done
	note "$program: a line is heard in $shortest ms"
	# Each but the first would take a second or so if it were the safety time-out of a sleep that ends it.
	[ "$shortest" -lt 500 ] || fail "$program: each line took at least $shortest ms"
	ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
	idle=0
	for child in $(children_of "$pid"); do
		idle=$((idle - $(ticks "$child")))
	done
	sleep 1
	for child in $(children_of "$pid"); do
		idle=$((idle + $(ticks "$child")))
	done
	[ "$idle" -le 2 ] || fail "$program: $idle ticks of CPU in an idle second"
	echo end >lines
	finish 3
	[ "$status" -eq 0 ] || fail "$program: status $status"
	exec 4<&- 5<&- 6<&-
done

# A stop ends the waiting; so does a ready that fails, with its own message.
exec 4<>lines 5<>questions 6<>answers
shortest=
for run in 1 2 3 4 5 6; do
	start ./watch --quiet
	within 5 ask || fail 'no answer'
	before=$(now_ms)
	kill -INT "$pid"
	finish 3
	[ "$status" -eq 0 ] || fail "stopped, run $run: status $status"
	shorter
done
# Who is not rung for sleeps on for a second.
note "stopped in $shortest ms"
[ "$shortest" -lt 700 ] || fail "the stop took at least $shortest ms"
start ./watch --quiet
within 5 ask || fail 'no answer'
echo fail >questions
finish 3
[ "$status" -eq 1 ] || fail "ready failed: status $status"
grep -q "node 'answer' (.*): does not answer that" out || fail 'not the message of ready'

# Killed and started again, it listens as before; so do those that are to wake it.
start ./again --quiet
within 5 ask || fail 'no answer'
for i in 1 2 3 4 5 6; do
	for victim in answer lines; do
		named "$pid" "$victim" || fail "there is no $victim"
		kill -KILL "$child"
		within 2 is_gone "$child"
		within 2 named "$pid" "$victim" || fail "$victim is not there again"
	done
	within 5 heard 0 || fail "kill $i: no answer"
	echo "line $i" >lines
	within 5 heard 1 || fail "kill $i: the line is not heard"
done
echo end >lines
finish 3
[ "$status" -eq 0 ] || fail "killed: status $status"
