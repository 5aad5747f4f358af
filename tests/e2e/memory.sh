#!/bin/sh
# The bytes that `check --report` predicts are those that the program maps, on both sides to the byte.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# predicted FILE: in bytes; mapped PID: by its streams.
predicted() {
	"$PKDC" check --report --json "$1" | sed -n 's/^  "memory": \([0-9]*\),*$/\1/p'
}
mapped() {
	awk '/memfd:pkd-stream/ { print $1 }' "/proc/$1/maps" | tr - ' ' |
		while read -r from to; do echo $((0x$to - 0x$from)); done |
		awk '{ sum += $1 } END { print sum + 0 }'
}
is_mapped() { [ "$(mapped "$pid")" -eq "$1" ]; }

for program in "$e2e/proofs/live.pkd" "$e2e/proofs/late.pkd" "$e2e/proofs/clocks.pkd"; do
	bytes=$(predicted "$program")
	[ "${bytes:-0}" -gt 0 ] || fail "no memory is predicted for $program" /dev/null
	build "$program" -o program
	start ./program --quiet
	within 5 is_mapped "$bytes" ||
		fail "$program: $bytes bytes are predicted, $(mapped "$pid") mapped"
	note "$(basename "$program"): $bytes bytes"
	kill -INT "$pid"
	finish 4
done
