#!/bin/sh
# What fuzzing found once, and every .pkd file there is, goes through the compiler again, and the command
# lines and files of options and the requests of HTTP through the runtime, under the sanitizers.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

replay=$ROOT/build/asan/fuzz/replay
[ -x "${replay}_front" ] && [ -x "${replay}_options" ] && [ -x "${replay}_http" ] || skip 'nothing to replay with (make replay)'
PKD_STDLIB=$ROOT/stdlib
export PKD_STDLIB
find "$ROOT/tests" "$ROOT/stdlib" "$ROOT/examples" -name '*.pkd' -exec "${replay}_front" {} + >out 2>&1 ||
	fail "replay of the .pkd files: status $?"
for target in front options http; do
	"${replay}_$target" "$ROOT/tests/fuzz/corpus/$target"/* >out 2>&1 ||
		fail "replay of the corpus of $target: status $?"
done
