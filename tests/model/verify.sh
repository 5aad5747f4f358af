#!/bin/sh
# Checks the models: `make verify`, or with VERIFY=short what takes well below a minute. One line for
# each case of cases.txt, and the count as the last line; status 1 when a case did not end as it should.
#
#   verify.sh [WORD...]   only the cases whose line contains one of the words
#
# A case passes when its search was exhaustive and found nothing, or, expected to fail, when it found
# an assertion that does not hold or a process that waits for ever. JOBS (the CPUs) run at a time.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
cases=$here/cases.txt
form=${VERIFY:-full}
CC=${CC:-cc}

# ---- One case ----

# say RESULT NAME TEXT: a line, and its first word for the count.
say() {
	echo "$1" >"$work/result"
	printf '%-5s %s: %s\n' "$1" "$2" "$3"
}

seconds() {
	now=$(date +%s%3N)
	echo "$(((now - began) / 1000)).$(((now - began) % 1000 / 100)) s"
}

# run_spin MODEL EXPECTED SECONDS MB DEFINE...
run_spin() {
	model=$1 expected=$2 limit=$3 memory=$4
	shift 4
	name="$model${*:+ $*}"
	command -v spin >/dev/null || { say skip "$name" 'spin is not installed'; return; }
	began=$(date +%s%3N)
	if ! spin -a "$@" "$here/$model.pml" >out 2>&1 ||
		! $CC -O1 -w -DSAFETY -DMEMLIM="$memory" -o pan pan.c >>out 2>&1; then
		say FAIL "$name" "it does not compile: $(tail -n 1 out)"
		return
	fi
	timeout -k 1 "$limit" ./pan -m100000 >out 2>&1
	status=$?
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' out)
	found=$(sed -n 's/^pan:[0-9]*: \(assertion violated.*\|invalid end state\).*/\1/p' out | sed 's/ (at depth.*//')
	figures="${states:-0} states, $(seconds)"
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		say FAIL "$name" "not done after $limit s"
	elif [ -n "$found" ] && [ "$expected" = fail ]; then
		say ok "$name" "caught ($found), $figures"
	elif [ -n "$found" ]; then
		kept=$here/../../build/verify
		mkdir -p "$kept"
		mv "$model.pml.trail" "$kept/$model.trail"
		say FAIL "$name" "$found; to see how: spin -k build/verify/$model.trail -t -p -g -l $* tests/model/$model.pml"
	elif ! grep -q 'errors: 0' out || grep -Eq 'Search not completed|max search depth|out of memory' out; then
		say FAIL "$name" "the search was not exhaustive: $(grep -E 'depth|memory|completed' out | head -n 1)"
	elif [ "$expected" = fail ]; then
		say FAIL "$name" "not caught, $figures"
	else
		say ok "$name" "$figures"
	fi
}

# As an ordinary program it must run to its end; that shows that it compiles and little more.
run_c11() {
	model=$1 expected=$2 limit=$3
	shift 4
	name="$model${*:+ $*}"
	if [ "$expected" = runs ]; then
		if ! $CC -std=gnu11 -O2 -Wall -Wextra -Werror "$@" -o program "$here/$model" -pthread >out 2>&1; then
			say FAIL "$name" "it does not compile: $(tail -n 1 out)"
		elif ! timeout -k 1 "$limit" ./program >out 2>&1; then
			say FAIL "$name" "as a program: $(tail -n 1 out)"
		else
			say ok "$name" 'runs as a program'
		fi
		return
	fi
	command -v genmc >/dev/null || { say skip "$name" 'genmc is not installed'; return; }
	began=$(date +%s%3N)
	timeout -k 1 "$limit" genmc -- -std=gnu11 "$@" "$here/$model" >out 2>&1
	status=$?
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		say FAIL "$name" "not done after $limit s"
	elif [ "$status" -eq 0 ] && grep -q 'No errors were detected' out; then
		if [ "$expected" = pass ]; then
			say ok "$name" "all executions, $(seconds)"
		else
			say FAIL "$name" 'not caught'
		fi
	elif grep -Eq 'Safety violation|Non-atomic race|Error detected|Error:' out && [ "$expected" = fail ]; then
		say ok "$name" "caught, $(seconds)"
	else
		say FAIL "$name" "$(tail -n 1 out)"
	fi
}

if [ "${1:-}" = --case ]; then
	work=$2
	mkdir -p "$work" && cd "$work" || exit 2
	shift 3
	case $1 in
	*.c) run_c11 "$@" ;;
	*) run_spin "$@" ;;
	esac
	rm -f pan pan.* program
	exit 0
fi

# ---- All cases ----

all=$(mktemp -d "${TMPDIR:-/tmp}/pkd-verify.XXXXXX") || exit 2
trap 'rm -rf "$all"' EXIT
trap 'exit 130' INT TERM HUP

wanted() {
	[ -n "$words" ] || return 0
	for word in $words; do
		case $1 in *"$word"*) return 0 ;; esac
	done
	return 1
}

words="$*"
n=0
while read -r line; do
	case $line in
	'' | '#'*) continue ;;
	full*) [ "$form" = full ] || continue ;;
	short*) [ "$form" = short ] || continue ;;
	esac
	wanted "$line" || continue
	n=$((n + 1))
	echo "--case $all/$n $line"
done <"$cases" >"$all/list"
# The processes that check a model are many and small: one for each CPU.
xargs -P "${JOBS:-$(nproc)}" -L 1 "$0" <"$all/list"

count() { cat "$all"/*/result 2>/dev/null | grep -cx "$1"; }
passed=$(count ok) failed=$(count FAIL) skipped=$(count skip)
# One that left no result is one that failed.
failed=$((failed + $(wc -l <"$all/list") - passed - failed - skipped))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
