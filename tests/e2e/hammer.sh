#!/bin/sh
# A million frames at full speed over a lossless, a lossy and a sampled edge: no reader ever sees
# parts of two frames. It does once nobody looks at pins: mutant second_look_hammer.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/hammer/hammer.pkd" -o hammer
from=$(now_ms)
at_most 250 ./hammer >out 2>&1 || fail "a mixture was seen: status $?"
note "1000000 frames in $(($(now_ms) - from)) ms"
grep -Eq '^ *shots +1000000 ' out || fail 'not a million shots'
grep -Eq '^ *all +1000000 ' out || fail 'not a million shots on the lossless edge'
grep -Eq '^ *sampled +1000000 ' out || fail 'not a million shots on the sampled edge'
grep -Eq 'shots.shot -> newest.shot: [0-9]+ dropped' out || fail 'the lossy edge has not lost any'
sed -n '/ newest /p; / -> /p' out
