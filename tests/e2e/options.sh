#!/bin/sh
# The command line: statuses, suggestions, help from the same table as parsing.
set -u
fail() { echo "$*"; cat out; exit 1; }

# expect STATUS PATTERN ARGUMENT...
expect() {
	status=$1 pattern=$2
	shift 2
	"$PKDC" "$@" >out 2>&1
	got=$?
	[ "$got" -eq "$status" ] || fail "pkdc $*: status $got, not $status"
	grep -q -- "$pattern" out || fail "pkdc $*: no line with '$pattern'"
}

expect 2 'no command'
expect 2 "did you mean 'check'" chekc x.pkd
expect 2 "did you mean '--report'" check --repotr x.pkd
expect 2 'check needs a FILE' check
expect 2 "unexpected argument 'b.pkd'" check a.pkd b.pkd
expect 2 "stand after '--'" run a.pkd 3
expect 2 '--dump is one of tokens|ast' check --dump=tree x.pkd
expect 2 'needs an argument' build x.pkd -o
expect 2 'takes no argument' check --report=yes x.pkd
expect 1 "cannot read 'none.pkd'" check none.pkd
expect 0 '^pkdc [0-9]' --version
expect 0 'pkdc build' --help
for command in build run check nodes explain graph header; do
	expect 0 '--help' "$command" --help
done
expect 0 '--deploy=NAME' build --help
expect 0 '^E0205  unknown node' explain
expect 0 '^# E0205: unknown node' explain e0205
expect 1 "no message 'E9'" explain E9
expect 0 'video.open  ' nodes
expect 0 'frame: image<FORMAT, W, H>' nodes video.open
expect 0 '^  score: f32' nodes detect
expect 0 '^detect.MAX = 64' nodes detect
expect 0 '^  one of keep, drop' nodes video
expect 1 "did you mean 'video.open'" nodes video.opne
"$PKDC" --help >/dev/full 2>out && fail 'a full disk went unnoticed'
exit 0
