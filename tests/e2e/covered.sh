#!/bin/sh
# draw.blur and draw.mosaic in a program: whatever the detector does, somebody whom they are to cover is seen in no
# frame. A program without them shows that the test would see it.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node draw.mosaic table.csv

for program in bare joined chosen spied; do
	build "$e2e/covered/covered.pkd" --pipeline $program -o $program
done
"$PKDC" build "$e2e/covered/covered.pkd" --pipeline sampled -o sampled >out 2>&1 || fail 'sampled does not build'
grep -q W0607 out || fail 'nobody is warned of objects of another frame'
build "$e2e/covered/covered.pkd" --pipeline joined --deploy restarted -o restarted

# Columns: frame, time_s, n_bare, whole.
n_bare() { awk -F, 'NR > 1 && $3 > 0' seen.csv | wc -l; }
n_whole() { awk -F, -v from="${1:-1}" 'NR > 1 && $1 >= from && $4 == "true"' seen.csv | wc -l; }
n_rows() { awk 'NR > 1' seen.csv | wc -l; }

# is_covered WHAT: in each of the frames.
is_covered() {
	[ "$(n_rows)" -eq 120 ] || fail "$1: $(n_rows) frames, not 120"
	[ "$(n_bare)" -eq 0 ] || fail "$1: somebody is seen in $(n_bare) frames" seen.csv
}

# run STATUS PROGRAM OPTION...: as far as that.
run() {
	expected=$1
	shift
	at_most 20 ./"$@" --quiet >out 2>&1
	status=$?
	[ "$status" -eq "$expected" ] || fail "$*: status $status, not $expected"
}

run 0 bare
[ "$(n_bare)" -eq 120 ] || fail 'nobody is seen without a cover' seen.csv
[ "$(n_whole)" -eq 0 ] || fail 'a ground that is not covered looks as if it were' seen.csv

# ---- What readers of a view may see that is not ready ----

run 0 spied
[ "$(awk -F, 'END { print $3 }' spied.csv)" -eq 0 ] || fail 'somebody is seen in a view before it is covered' spied.csv

# ---- The detector is there ----

run 0 joined
is_covered joined
[ "$(n_whole)" -eq 0 ] || fail 'more is covered than needs to be' seen.csv

# ---- It is not, from frame 40 on ----

for trouble in crash fail hang; do
	run 3 joined --trouble $trouble
	is_covered "joined, $trouble"
	[ "$(n_whole)" -eq 81 ] && [ "$(n_whole 40)" -eq 81 ] ||
		fail "joined, $trouble: $(n_whole) frames are covered as a whole, not those from 40 on" seen.csv
done
run 0 joined --trouble full
is_covered 'joined, full'
[ "$(n_whole 40)" -eq 81 ] || fail "full: $(n_whole 40) frames are covered as a whole, not 81" seen.csv
for trouble in crash full; do
	expected=3
	[ $trouble = crash ] || expected=0
	run $expected chosen --trouble $trouble
	is_covered "chosen, $trouble"
	[ "$(n_whole 40)" -eq 81 ] || fail "chosen, $trouble: $(n_whole 40) frames are covered as a whole, not 81" seen.csv
done
run 3 restarted --trouble crash
is_covered restarted

# Killed from outside.
start ./joined --period 20ms --quiet
within 5 named "$pid" found || fail 'there is no process found'
within 5 test -s seen.csv || fail 'no rows come'
kill -KILL "$child"
finish 10
[ "$status" -eq 3 ] || fail "killed: status $status, not 3"
is_covered killed
[ "$(n_whole)" -gt 0 ] || fail 'killed: nothing is covered as a whole' seen.csv

# ---- Objects that are sampled, which are late by nature ----

for trouble in nothing crash hang; do
	expected=3
	[ $trouble != nothing ] || expected=0
	run $expected sampled --trouble $trouble
	is_covered "sampled, $trouble"
done
run 3 sampled --trouble hang --max_age 50ms
[ "$(n_whole 60)" -eq 61 ] || fail "late: $(n_whole 60) frames are covered as a whole, not 61" seen.csv
