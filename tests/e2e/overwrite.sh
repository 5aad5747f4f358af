#!/bin/sh
# pkdc build -o replaces a program, and nothing that is none: no source, no device, no pipe.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cp "$e2e"/line/* .

# kept FILE: a build onto it fails with one line, and leaves it as it was.
kept() {
	cp "$1" before
	"$PKDC" build line.pkd --pipeline line -o "$1" >out 2>&1
	status=$?
	cmp -s "$1" before || fail "the program was written over $1"
	[ "$status" -eq 1 ] || fail "onto $1: status $status, not 1"
	[ "$(wc -l <out)" -eq 1 ] || fail "onto $1: not one line"
}
kept line.pkd
kept ./line.pkd
kept relay.c

# As root, `-o /dev/null` must not put an end to /dev/null. A pipe stands for it here.
mkfifo pipe
at_most 10 "$PKDC" build line.pkd --pipeline line -o pipe >out 2>&1 </dev/null
[ -p pipe ] || fail 'a pipe was replaced by a program'

# A program that runs is replaced, and runs on.
build line.pkd --pipeline line -o line
start ./line
within 5 named "$pid" rows || fail 'there is no process rows'
build line.pkd --pipeline line --deploy pair -o line
kill -INT "$pid"
finish 4
[ "$status" -eq 0 ] || fail "the program that was replaced: status $status"
start ./line
within 5 named "$pid" pair || fail 'it is the old program'
kill -INT "$pid"
finish 4
