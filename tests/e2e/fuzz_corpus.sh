#!/bin/sh
# What fuzzing found once, and every .pkd file there is, goes through the compiler again, under the
# sanitizers.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

replay=$ROOT/build/asan/fuzz/replay
[ -x "$replay" ] || skip "there is no $replay (make replay)"
PKD_STDLIB=$ROOT/stdlib
export PKD_STDLIB
find "$ROOT/tests" "$ROOT/stdlib" "$ROOT/examples" -name '*.pkd' -exec "$replay" {} + >out 2>&1 ||
	fail "replay of the .pkd files: status $?"
"$replay" "$ROOT"/tests/fuzz/corpus/* >out 2>&1 || fail "replay of the corpus: status $?"
