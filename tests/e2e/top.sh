#!/bin/sh
# The keys of `pkd top` on a terminal: each is pressed, and its effect in the program is looked for.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

PKD_DIR=$PWD/run
export PKD_DIR
if "$B/pkd" top 2>&1 </dev/null | grep -q 'built without ncurses'; then
	skip 'pkd was built without ncurses'
fi
build "$e2e/pkd/steered.pkd" -o steered
is_found() { "$B/pkd" ps --short 2>/dev/null | grep -Fxq "$pid steered"; }

for locale in C.UTF-8 C; do
	start ./steered --quiet
	within 10 is_found || fail 'the program is not found'
	at_most 90 python3 "$e2e/pkd/keys.py" "$B/pkd" "$pid" "$locale" >out 2>&1 || fail "the keys, $locale"
	finish 10
	[ "$status" -eq 0 ] || fail "stopped by a key: status $status"
done
