#!/bin/sh
# The ring under ThreadSanitizer: no data race, no torn value; and a race once nobody looks at pins, or once
# values may be seen before their words; and torn copies once nobody looks whether a copy was overtaken.
. "$(dirname "$0")/lib/lib.sh"

# ring PROGRAM RING-SOURCE: not with CFLAGS, which may ask for another sanitizer.
ring() {
	${CC:-cc} -std=gnu11 -O1 -g -fsanitize=thread -I"$ROOT/runtime" -I"$ROOT/runtime/include" \
		-include sched.h -include stdlib.h -o "$1" "$ROOT/tests/race/ring_tsan.c" "$2" -pthread >out 2>&1
}

# careful PROGRAM: it finds nothing.
careful() {
	at_most 100 "./$1" >out 2>&1 || fail "$1: a race, or a torn value: status $?"
	cat out
}

# changed FROM TO WHERE OLD NEW: in that function, which must have OLD.
changed() {
	sed "/^[a-z].*$3(/,/^}/s/$4/$5/" "$1" >"$2"
	! cmp -s "$1" "$2" || fail "$3 has no '$4' any more"
}

# careless PROGRAM VARIANT SAYS: it finds what its output must say.
careless() {
	ring "$1" "$1.c" || fail "$1 does not compile"
	! at_most 90 env TSAN_OPTIONS=halt_on_error=1 "./$1" "$2" >out 2>&1 || fail "$1: nothing is found"
	grep -q "$3" out || fail "$1: it does not say '$3'"
	note "$1: caught"
}

echo 'int main(void) { return 0; }' >nothing.c
${CC:-cc} -fsanitize=thread -o nothing nothing.c >out 2>&1 ||
	skip "${CC:-cc} does not link with -fsanitize=thread"
./nothing >out 2>&1 || skip 'ThreadSanitizer does not run on this machine'

ring careful "$ROOT/runtime/channel/ring.c" || fail 'it does not compile'
careful careful

"$ROOT/tests/mutants/run.sh" --file second_look_hammer >without_pins.c || fail 'the mutant does not apply'
careless without_pins 0 'data race'

# Others come first within some of the copies, in or out. Else hardly any is ever overtaken, and on one
# CPU none at all.
changed "$ROOT/runtime/channel/ring.c" slow.c copy_range 'atomic_store_explicit(' \
	'(i == 4 \&\& rand() % 4 == 0 ? sched_yield() : 0), &'
ring slow slow.c || fail 'it does not compile when it is slow'
careful slow

changed slow.c without_second_look.c pkdi_ring_copy 'return atomic_load.*;' 'return true;'
careless without_second_look 1 ' [1-9][0-9]* torn'
careless without_second_look 2 ' [1-9][0-9]* torn'

changed slow.c without_mark.c copy_in 'if (slots->n_pins)' 'if (0)'
careless without_mark 1 ' [1-9][0-9]* torn'
careless without_mark 2 ' [1-9][0-9]* torn'

changed "$ROOT/runtime/channel/ring.c" entry_relaxed.c pkdi_slots_publish \
	'\(slots->next, slot), memory_order\)_release' '\1_relaxed'
careless entry_relaxed 3 'data race'
careless entry_relaxed 4 'data race'
