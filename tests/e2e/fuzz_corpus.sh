#!/bin/sh
# What fuzzing found once, and every .pkd file there is, goes through the compiler again, and the corpus of each
# other target of the Makefile through what reads such inputs, under the sanitizers.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

replay=$ROOT/build/asan/fuzz/replay
targets=$(MAKEFLAGS='' make -s --no-print-directory -C "$ROOT" fuzz-targets) || fail 'make fuzz-targets'
for target in $targets; do
	[ -x "${replay}_$target" ] || skip 'nothing to replay with (make replay)'
done
PKD_STDLIB=$ROOT/stdlib
export PKD_STDLIB
find "$ROOT/tests" "$ROOT/stdlib" "$ROOT/examples" -name '*.pkd' -exec "${replay}_front" {} + >out 2>&1 ||
	fail "replay of the .pkd files: status $?"
find "$ROOT/tests/e2e/import" -name '*.yml' -exec "${replay}_import" {} + >out 2>&1 ||
	fail "replay of the pipelines: status $?"
for target in $targets; do
	"${replay}_$target" "$ROOT/tests/fuzz/corpus/$target"/* >out 2>&1 ||
		fail "replay of the corpus of $target: status $?"
done
