#!/bin/sh
# `independent(kept, other)` is proved of a program with clocks, samples and a node that makes many:
# `other` is stopped in the middle of its work, and `kept` has every frame all the same, and in time.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/clocks.pkd" -o clocks
"$PKDC" check --report "$e2e/proofs/clocks.pkd" >out 2>&1 || fail 'it is not proved'
grep -q 'independent *kept waits for' out || fail 'the report does not say so'

start ./clocks --quiet
within 5 named "$pid" other || fail "there is no process 'other'"
kill -STOP "$child"
within 20 grep -q 'kept: worst [0-9]* us of 450' out || fail "'kept' waits for a process that is stopped"
is_gone "$pid" && fail "the program ends while 'other' has frames left"
kill -CONT "$child"
finish 5
[ "$status" -eq 0 ] || fail "status $status"
