#!/bin/sh
# The ring under ThreadSanitizer: no data race, no torn value; and a race once nobody looks at pins.
. "$(dirname "$0")/lib/lib.sh"

# ring PROGRAM RING-SOURCE: not with CFLAGS, which may ask for another sanitizer.
ring() {
	${CC:-cc} -std=gnu11 -O1 -g -fsanitize=thread -I"$ROOT/runtime" -I"$ROOT/runtime/include" -o "$1" \
		"$ROOT/tests/race/ring_tsan.c" "$2" -pthread >out 2>&1
}

echo 'int main(void) { return 0; }' >nothing.c
${CC:-cc} -fsanitize=thread -o nothing nothing.c >out 2>&1 ||
	skip "${CC:-cc} does not link with -fsanitize=thread"
./nothing >out 2>&1 || skip 'ThreadSanitizer does not run on this machine'

ring careful "$ROOT/runtime/ring.c" || fail 'it does not compile'
timeout -k 1 150 ./careful >out 2>&1 || fail "a race, or a torn value: status $?"
cat out

"$ROOT/tests/mutants/run.sh" --file second_look_hammer >ring.c || fail 'the mutant does not apply'
ring careless ring.c || fail 'it does not compile without pins'
! TSAN_OPTIONS=halt_on_error=1 timeout -k 1 90 ./careless >out 2>&1 || fail 'without pins nothing is found'
grep -q 'data race' out || fail 'without pins: no data race is reported'
note 'without pins: a data race is reported'
