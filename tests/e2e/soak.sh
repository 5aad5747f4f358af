#!/bin/sh
# Some seconds at full load: memory, descriptors, mappings and threads of all processes stay what they
# are; and it is seen when a node loses memory or descriptors. A long one is `make soak`.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# soak SECONDS WRONG: how old values are is shown, and judged by `make soak` alone.
soak() {
	SOAK_FOLDER=$PWD/soak SOAK_SECONDS=$1 SOAK_WRONG=$2 SOAK_OPTIONS=-q \
		"$ROOT/tests/torture/soak.sh" >out 2>&1
}

export PKDC
soak 15 nothing || fail "it is not flat: status $?"
note "$(cat out)"
for wrong in memory:'RSS KB' descriptor:descriptors; do
	! soak 5 "${wrong%%:*}" || fail "a node loses a ${wrong%%:*}, and nobody sees it"
	grep -q "^suspect grows: ${wrong#*:}, " out || fail "a ${wrong%%:*} is lost elsewhere"
	[ "$(grep -c ' grows: ' out)" -eq 1 ] || fail "not the ${wrong%%:*} alone is lost"
	note "$(grep ' grows: ' out)"
done
