#!/bin/sh
# The progress line on a terminal, and the table at the end.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs script

build "$e2e/line/line.pkd" --pipeline late -o late

# ---- On a terminal ----

from=$(now_ms)
at_most 30 script -qec ./late typed </dev/null >out 2>&1 || fail "on a terminal: status $?"
took=$(($(now_ms) - from))
tr '\r' '\n' <typed >lines
n=$(grep -Ec 'late: frame [0-9]+ of 200 \([0-9]+ %\), [0-9.]+ fps(, [0-9]+ dropped)?$' lines)
[ "$n" -ge 2 ] || fail "$n progress lines in $took ms" lines
[ "$n" -le $((took / 50)) ] || fail "$n progress lines in $took ms: too many" lines
grep -Eq 'fps, [1-9][0-9]* dropped$' lines || fail 'the progress line does not count drops' lines
grep -Eq '^(.\[K)?late: 200 frames in ' lines || fail 'the table is not on a line of its own' lines
# Without --frames the length is unknown, and so is the share. script starts whatever SHELL says,
# and not every shell gives its process to its last command.
start script -qefc 'exec ./late --frames 0' typed </dev/null
has_progress() { tr '\r' '\n' <typed 2>/dev/null >lines && grep -Eq 'late: frame [0-9]+, [0-9.]+ fps' lines; }
within 10 has_progress || fail 'no progress without a length' lines
named "$pid" late || fail 'script has started another program'
kill -INT "$child"
finish 4
at_most 30 script -qec './late --quiet' typed </dev/null >out 2>&1 || fail "--quiet: status $?"
! grep -q 'late:' typed || fail '--quiet says something' typed

# Names of any length: the numbers stay on the line, the message keeps its end, and nothing else is shown.
name=$(printf 'n%.0s' $(seq 230))
mkdir named
cp "$e2e"/line/*.c named/
sed "s/^pipeline late(/pipeline $name(/" "$e2e/line/line.pkd" >named/line.pkd
build named/line.pkd --pipeline "$name" -o long
timeout 30 script -qec './long --frames 40' typed </dev/null >out 2>&1 || fail "a long name: status $?" typed
tr '\r' '\n' <typed >lines
grep -Eq 'nnn\.\.\.n+: frame [0-9]+ of 40 \([0-9]+ %\), [0-9.]+ fps' lines || fail 'no progress with a long name' lines
! LC_ALL=C grep -a '[^ -~]' lines | grep -av '^.\[K' | grep -q . || fail 'there is more on the screen than text' lines
grep -Eq 'nnn\.\.\.n+: 40 frames in ' lines || fail 'no table with a long name' lines

# ---- Not on one ----

at_most 30 ./late >out 2>errors || fail "status $?" errors
[ ! -s out ] || fail 'something on stdout'
! grep -q "$(printf '\r')" errors || fail 'a progress line in a file' errors
firings() { awk -v node="$1" '$1 == node { print $2 }' errors; }
for node in numbers csv; do
	[ "$(firings $node)" = 200 ] || fail "$node has fired $(firings $node) times, not 200" errors
done
dropped=$(sed -n 's/^ *numbers.value -> late.value: \([0-9]*\) dropped$/\1/p' errors)
[ "${dropped:-0}" -gt 0 ] || fail 'no drops are counted' errors
[ $(($(firings late) + dropped)) -le 200 ] || fail 'more firings and drops than frames' errors
[ $(($(firings late) + dropped)) -ge 190 ] || fail 'frames of which nobody knows' errors
grep -Eq '^ *late.same -> csv.row: sampled, mean age [0-9.]+ ms, max [0-9.]+ ms, absent in [0-9]+ of 200 firings$' \
	errors || fail 'the age of samples is not told' errors
# About thirty milliseconds for each firing: the busy time is measured.
awk '$1 == "late" { exit !($3 > 0.02 * $2 && $5 >= 30) }' errors || fail 'the busy time is wrong' errors
