#!/bin/sh
# One stream read by every kind of edge at once: whole values everywhere, all of them where that is promised.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

frames=8000

# fired NODE NUMBER
fired() { grep -Eq "^ +$1 +$2 " out || fail "$program: $1 has not fired $2 times"; }

build "$e2e/policies/policies.pkd" -o policies
build "$e2e/policies/policies.pkd" --deploy two -o two
for program in './policies' './two' './policies --single-process' './policies --freeze=all'; do
	# shellcheck disable=SC2086 # words
	at_most 100 $program --frames $frames >out 2>&1 || fail "$program: status $?"
	for node in lossless queued window mixed; do
		fired $node $frames
	done
	fired thinned $(((frames + 2) / 3))
	# In one process nobody is overtaken.
	[ "$program" = './policies --single-process' ] ||
		grep -Eq '^ +b.block -> newest.block: [1-9][0-9]* dropped' out ||
		fail "$program: nothing was dropped"
done
