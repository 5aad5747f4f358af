#!/bin/sh
# A live source does not wait: a frame that finds no room with one reader is given to none, and is
# counted against that one. What enters is whole: every branch has the same frames.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline crowded -o crowded
start ./crowded
has_rows() { [ -e both.csv ] && [ "$(wc -l <both.csv)" -gt 20 ]; }
within 10 has_rows || fail 'no rows come'
kill -INT "$pid"
finish 4
[ "$status" -eq 0 ] || fail "status $status, not 0"

cut -d, -f1 seen.csv >seen
cut -d, -f1 both.csv | cmp - seen || fail 'the branches have different frames'
awk -F, 'NR > 1 && $3 != $1 { print "row " NR ": " $0 }' both.csv >wrong
[ ! -s wrong ] || fail 'a value belongs to another frame' wrong

rows=$(($(wc -l <seen) - 1))
last=$(tail -n 1 seen)
# On a busy machine another reader may have had no room once: a frame counts against the first that has none.
refused=$(sed -n 's/^ *ticks.value -> [a-z.]*: \([0-9]*\) frames* refused for lack of room$/\1/p' out |
	awk '{ n += $1 } END { print n + 0 }')
note "$last frames: $rows went in, ${refused:-0} were refused"
[ "${refused:-0}" -gt "$rows" ] || fail 'hardly any frames are refused'
frames=$(sed -n 's/^crowded: \([0-9]*\) frames in .*/\1/p' out)
[ $((rows + refused)) -eq "$frames" ] || fail "$rows and $refused are not $frames: frames of which nobody knows"
! grep -q 'seen.row.*refused' out || fail 'frames are counted against a reader that has room'
