#!/bin/sh
# A robot's eye, from the picture to the row: distance within 2 % of what was drawn and the angle within half a
# degree, nothing where nothing is, and bounds of colours that are tuned while frames flow.
here=$(dirname "$0")
. "$here/lib/lib.sh"

needs pkg-config python3
needs_node video.test image.inrange target.scene target.tapes target.contours table.csv
build "$e2e/targets/targets.pkd" -o targets
export PKD_DIR="$PWD/place" PYTHONDONTWRITEBYTECODE=1

run() { at_most 60 ./targets --quiet "$@" >out 2>&1 || fail "status $? with $*"; }
check() { python3 -B "$e2e/targets/check.py" "$1" >out 2>&1 || fail "what was measured is wrong"; }

# What was drawn, also in noise.
run
check all
note "$(cat out)"
mv targets.csv before.csv
run --frames 200 --noise 10
check all
note "in noise, $(cat out)"

# The same again, to the digit, whatever the processes did.
run
cmp targets.csv before.csv >out || fail 'another run has other rows'

# Half of it, and what is no pair.
for what in left_tape right_tape swapped_tapes tag; do
	run --frames 60 --frame.what "$what"
	check none
done

# Bounds that are wrong hide it, and those that are right again show it: while it runs.
start ./targets --quiet --frames 100000 --speed 1 --rate 100
last() { tail -n 2 targets.csv 2>/dev/null | head -n 1 | cut -d , -f 5; } # the last may not be whole yet
is_seen() { case $(last) in '' | -1 | distance) return 1 ;; esac; }
is_hidden() { [ "$(last)" = -1 ]; }
within 20 is_seen || fail 'the target is not seen'
at_most 20 "$B/pkd" set --wait 10 targets mask.h_min=120 mask.h_max=140 >set.out 2>&1 || fail 'pkd set' set.out
within 10 is_hidden || fail 'blue is what is looked for, and green is found'
at_most 20 "$B/pkd" set --wait 10 targets mask.h_min=60 mask.h_max=100 >set.out 2>&1 || fail 'pkd set' set.out
within 20 is_seen || fail 'the target is not seen again'
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "status $status after a stop"

# What cannot be drawn is told before the first frame.
expect 1 "targets: node 'frame' .*: there is no tag 30 of tag16h5: the family has 30 tags, from 0.*" ./targets --quiet --frame.family tag16h5 --frame.id 30
