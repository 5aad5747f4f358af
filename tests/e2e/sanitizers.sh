#!/bin/sh
# Compiler and runtime under AddressSanitizer, UBSan and valgrind: the unit tests, pkdc on right and
# wrong programs and on files that are none. `make asan` runs all other tests so.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
case $B in */asan | */tsan) skip 'this is a run with a sanitizer already' ;; esac
needs make valgrind

units=$(find "$ROOT/tests/unit" -name '*.c' | sort | sed 's|.*/\(.*\)\.c$|\1|')
programs=$(find "$ROOT/tests/check" "$ROOT/tests/pass" "$ROOT/examples" -name '*.pkd' | sort)
export CMOCKA_MESSAGE_OUTPUT=STDOUT
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# ---- Sanitizers: in build/asan, as `make asan`, which is made once ----

asan=$ROOT/build/asan
# shellcheck disable=SC2046,SC2086 # words
(
	unset MAKEFLAGS MAKELEVEL MFLAGS
	CFLAGS=-fsanitize=address,undefined LDFLAGS=-fsanitize=address,undefined \
		make -j2 -C "$ROOT" B=build/asan all $(printf 'build/asan/test/unit/%s ' $units)
) >out 2>&1 || fail 'it cannot be built with sanitizers'
from=$(now_ms)
for unit in $units; do
	(cd "$ROOT" && at_most 60 "$asan/test/unit/$unit") >out 2>&1 || fail "$unit with sanitizers: status $?"
done
note "unit tests with sanitizers: $(($(now_ms) - from)) ms"

# pkdc has one arena and frees nothing by itself: a leak is none.
from=$(now_ms)
for program in $programs; do
	at_most 20 "$asan/pkdc" check --report "$program" >out 2>&1
	[ $? -le 1 ] || fail "$program with sanitizers"
	! grep -E 'Sanitizer|runtime error' out || fail "$program with sanitizers"
done
mkdir tools
(cd tools && PKDC=$asan/pkdc B=$asan sh "$e2e/tools.sh") >out 2>&1 || fail 'tools.sh with sanitizers'
note "pkdc with sanitizers: $(($(now_ms) - from)) ms"

# ---- Valgrind ----

checked() {
	(cd "$ROOT" && at_most 120 env PKD_TEST_NO_TRAPS=1 valgrind --error-exitcode=9 --leak-check=no -q "$@") >out 2>&1
	status=$?
	[ "$status" -ne 9 ] && ! grep -q '^==[0-9]*==' out
}
from=$(now_ms)
for unit in $units; do
	# Programs of several processes: valgrind has no pidfd_open, and none can be supervised in it; nor can it
	# single-step.
	# Nor does it know the ioctl by which runtime_log gets a terminal.
	case $unit in runtime_program | runtime_deaths | runtime_log) continue ;; esac
	[ -x "$B/test/unit/$unit" ] || fail "$unit is not built: make test" /dev/null
	checked "$B/test/unit/$unit" && [ "$status" -eq 0 ] || fail "$unit under valgrind: status $status"
done
note "unit tests under valgrind: $(($(now_ms) - from)) ms"
from=$(now_ms)
# Every fourth, and the example: each takes half a second.
for program in $(echo "$programs" | awk 'NR % 4 == 1') "$ROOT/examples/people/people.pkd"; do
	checked "$PKDC" check --report "$program" && [ "$status" -le 1 ] ||
		fail "$program under valgrind: status $status"
done
note "pkdc under valgrind: $(($(now_ms) - from)) ms"
