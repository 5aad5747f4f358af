#!/bin/sh
# A writer that waits for room in the history of a node whose process is never idle is woken when there is
# some, not by the safety time-out of its sleep, a second for each hundred frames.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/busy.pkd" -o busy
start ./busy
seen() { grep -Eq '^ +y +2000 ' out; }
# `y` is done long before the others of its process; the program is stopped then.
before=$(now_ms)
within 5 named "$pid" x || fail 'there is no process x'
deserted() { ! named "$pid" x; }
within 8 deserted || fail 'the history has not got its 2000 frames in 8 s'
note "2000 frames in $(($(now_ms) - before)) ms"
kill -INT "$pid"
finish 4
seen || fail 'y has not seen 2000 frames'
