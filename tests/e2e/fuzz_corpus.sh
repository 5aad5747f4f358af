#!/bin/sh
# What fuzzing found once: every input of the corpus goes through the compiler again, under the
# sanitizers.
. "$(dirname "$0")/lib/lib.sh"

replay=$ROOT/build/asan/fuzz/replay
[ -x "$replay" ] || skip "there is no $replay (make replay)"
PKD_STDLIB=$ROOT/stdlib
export PKD_STDLIB
"$replay" "$ROOT"/tests/fuzz/corpus/* >out 2>&1 || fail "replay: status $?"
