#!/bin/sh
# A pool of workers makes what one node makes, byte for byte: in order, absent values included.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/workers.pkd" --deploy none -o one
build "$e2e/proofs/workers.pkd" -o pool
./one --quiet >out 2>&1 || fail "one: status $?"
mv workers.csv one.csv
[ "$(wc -l <one.csv)" -eq 101 ] || fail 'one has not made 100 rows' one.csv
for run in 1 2 3; do
	./pool --quiet >out 2>&1 || fail "pool, run $run: status $?"
	cmp one.csv workers.csv || fail "run $run of the pool differs" out
done
./pool 2>out || fail "status $?"
grep -Eq '^ +s_3 +3[34] ' out || fail 'the third worker has not done a third of the work'

# ---- One set of options ----

# An option of the node is one of each worker; the others have none of their own.
./one --quiet --s.factor 7 >out 2>&1 || fail "one, an option: status $?"
mv workers.csv seven.csv
cmp -s one.csv seven.csv && fail 'the option changes nothing'
printf 's.factor = 7\n' >seven.conf
for options in '--s.factor 7' '--config seven.conf' '--single-process --s.factor 7'; do
	# shellcheck disable=SC2086 # words
	./pool --quiet $options >out 2>&1 || fail "pool $options: status $?"
	cmp seven.csv workers.csv || fail "pool $options: not each worker has it" out
done
./pool --help >out 2>&1
[ "$(grep -c -- '--s[_0-9]*.factor' out)" -eq 1 ] || fail '--help shows it for each worker'
./pool --s_2.factor 7 >out 2>&1 && fail 'a worker has an option of its own'
grep -q 'did you mean --s.factor' out || fail 'another message was expected'

# ---- Workers that claim their frames ----

build "$e2e/proofs/workers.pkd" --pipeline workers --deploy dynamic -o dynamic
build "$e2e/proofs/workers.pkd" --pipeline workers --deploy crowd -o crowd
for program in dynamic crowd 'dynamic --single-process'; do
	# shellcheck disable=SC2086 # words
	./$program --quiet >out 2>&1 || fail "$program: status $?"
	cmp one.csv workers.csv || fail "$program differs" out
done
# More workers than frames.
./crowd --t.frames 3 --quiet >out 2>&1 || fail "crowd, 3 frames: status $?"
[ "$(wc -l <workers.csv)" -eq 4 ] || fail 'crowd has not made 3 rows' workers.csv

# Killed at any moment, a worker finds what it has claimed, and nothing is done twice.
build "$e2e/proofs/workers.pkd" --pipeline workers --deploy shot -o shot
kills=0
run=0
while [ "$kills" -lt 20 ]; do
	run=$((run + 1))
	[ $run -le 50 ] || fail "only $kills kills in 50 runs"
	start ./shot
	while ! is_gone "$pid"; do
		for victim in s s_2 s_3; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
		done
		sleep 0.01
	done
	finish 1
	[ "$status" -eq 0 ] || fail "shot, run $run: status $status"
	cmp one.csv workers.csv || fail "run $run with kills differs" out
done
note "workers that claim: $kills kills in $run runs"

# Where all the long frames are one worker's share, claiming spreads them over four.
build "$e2e/proofs/workers.pkd" --pipeline uneven --deploy uneven -o uneven
build "$e2e/proofs/workers.pkd" --pipeline uneven --deploy claimed -o claimed
# most: how many of the 20 long frames one worker has done, at the most. It notes each that it does.
most() {
	sed -n 's/^[a-z]*: \(s[_0-9]*\): a long frame$/\1/p' out | sort | uniq -c |
		awk '$1 > n { n = $1 } END { print n + 0 }'
}
./uneven --notes true >out 2>&1 || fail "in turns: status $?"
turns=$(most)
mv uneven.csv turns.csv
./claimed --notes true >out 2>&1 || fail "claimed: status $?"
cmp turns.csv uneven.csv || fail 'the claimed frames differ'
note "of 20 long frames one worker does at the most: in turns $turns, claimed $(most)"
[ "$turns" -eq 20 ] || fail "the long frames are not one worker's share"
[ "$(most)" -lt 15 ] || fail "one worker has claimed $(most) of 20 long frames"
