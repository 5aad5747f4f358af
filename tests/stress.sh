#!/bin/sh
# Runs the tests with processes in them again and again beside busy loops: none may fail because the
# machine has other work. One line for each test, what the failed runs said, and as the last line
#
#   N passed, N failed[, N left out]
#
#   stress.sh               all of them
#   stress.sh WORD...       those whose name contains one of the words
#   STRESS_TIMES            how often each, 20
#   STRESS_LOAD             how many busy loops, 8
#   STRESS_MINUTES          then no further test begins, 600
#   STRESS_PASSED           a file of those that have passed before: they are left out, and others added
#
# From the Makefile: B (the build directory).
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. tests/long.sh
B=${B:-build}
times=${STRESS_TIMES:-20}
minutes=${STRESS_MINUTES:-600}
mkdir -p "$B/stress" || exit 2
before=${STRESS_PASSED:-/dev/null}
[ -e "$before" ] || : >"$before" || exit 2

loops='' run=''
clean_up() {
	# shellcheck disable=SC2086 # words
	[ -z "$run$loops" ] || kill $run $loops 2>/dev/null
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

load "${STRESS_LOAD:-8}" $((minutes + 60))

# Names of tests in which processes are started, or wait for one another.
tests() {
	grep -lE '(start|within|promptly|torture|soak|hammer|at_most|expect) ' tests/e2e/*.sh |
		sed 's|tests/\(.*\)\.sh|\1|'
	grep -lE '\bfork\(\)|pthread_create' tests/unit/*.c | sed 's|tests/\(.*\)\.c|\1|'
	echo fault/init
	grep -lE 'mkfifo' stdlib/*/*_test.c | sed 's|\(.*\)_test\.c|\1|'
}

began=$(date +%s)
is_over() { [ $(($(date +%s) - began)) -ge $((minutes * 60)) ]; }

# In the background, so that this shell hears signals.
run_test() {
	case $1 in
	e2e/*) word="=$1" ;;
	*) word=$1 ;;
	esac
	tests/run "$word" >"$B/stress/out" 2>&1 </dev/null 4<&- &
	run=$!
	wait $run
	set -- $?
	run=
	return "$1"
}

# repeat TEST: `times` runs; how many have passed is in $good, and how many there were in $n.
repeat() {
	n=0 good=0
	while [ $n -lt "$times" ] && ! is_over; do
		n=$((n + 1))
		if run_test "$1"; then
			good=$((good + 1))
		else
			sed 's/^/      /' "$B/stress/out"
		fi
		! grep -q '^skip ' "$B/stress/out" || skips=$((skips + 1))
	done
}

passed=0 failed=0 left_out=0
tests >"$B/stress/tests"
while read -r test <&4; do
	wanted "$test" "$@" || continue
	! grep -qx "$test" "$before" || continue
	skips=0
	repeat "$test"
	if [ "$n" -lt "$times" ] && [ $good -eq $n ]; then
		left_out=$((left_out + 1))
		echo "      $test: $good of $n, then the time was over"
	elif [ "$good" -eq "$times" ]; then
		passed=$((passed + 1))
		echo "$test" >>"$before"
		if [ $skips -eq 0 ]; then echo "ok    $test"; else echo "ok    $test ($skips skipped)"; fi
	else
		failed=$((failed + 1))
		echo "FAIL  $test: $good of $n"
	fi
done 4<"$B/stress/tests"

printf '%s passed, %s failed' $passed $failed
[ $left_out -eq 0 ] || printf ', %s left out' $left_out
echo
[ $failed -eq 0 ]
