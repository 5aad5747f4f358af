#!/bin/sh
# track.iou in a program: two people who pass each other keep their ids, though each is missed every
# fourth time.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/track/crossing.pkd" -o crossing
at_most 20 ./crossing >out 2>&1 || fail "status $?"

# ids, and x in thousandths of the frame: id 1 goes to the right, from 0.1 by 0.02 a frame, and 2 to the left.
tr -d '"[]' <ids.csv | awk -F, '
	NR == 1 { next }
	{
		n = $1
		for (i = 0; i < $3; i++) {
			id = $(4 + i); x = $(5 + $3 + i) + 0.03
			due = id == 1 ? 0.1 + 0.02 * n : 0.9 - 0.02 * n
			if (id != 1 && id != 2) print "row " NR ": id " id
			else if (x < due - 0.02 || x > due + 0.02) print "row " NR ": id " id " at " x ", not " due
			seen[id]++
		}
	}
	END {
		if (NR != 41) print NR - 1 " rows, not 40"
		# 30 times each, of which an id comes with the third; who is missed after the first begins anew.
		if (seen[1] != 28 || seen[2] != 27) print "seen " seen[1] + 0 " and " seen[2] + 0 " times"
	}' >wrong
[ ! -s wrong ] || fail 'the ids are wrong' wrong
