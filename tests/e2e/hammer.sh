#!/bin/sh
# A million frames at full speed over a lossless, a lossy and a sampled edge: no reader ever sees
# parts of two frames; it does once nobody looks at pins.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/hammer/hammer.pkd" -o hammer
from=$(now_ms)
timeout -k 1 250 ./hammer >out 2>&1 || fail "a mixture was seen: status $?"
note "1000000 frames in $(($(now_ms) - from)) ms"
grep -Eq '^ *shots +1000000 ' out || fail 'not a million shots'
grep -Eq '^ *all +1000000 ' out || fail 'not a million shots on the lossless edge'
grep -Eq '^ *sampled +1000000 ' out || fail 'not a million shots on the sampled edge'
grep -Eq 'shots.shot -> newest.shot: [0-9]+ dropped' out || fail 'the lossy edge has not lost any'
sed -n '/ newest /p; / -> /p' out

pkdc_with careless -DPKD_TEST_NO_PIN_CHECK
PKDC=$pkdc
build "$e2e/hammer/hammer.pkd" -o careless
from=$(now_ms)
timeout -k 1 250 ./careless --frames 200000 >out 2>&1
status=$?
[ "$status" -eq 1 ] || fail "without pins: status $status, not 1"
grep -q 'is of another shot' out || fail 'without pins: no reader has said what it saw'
note "without pins, after $(($(now_ms) - from)) ms:"
grep 'is of another shot' out
