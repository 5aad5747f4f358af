#!/bin/sh
# A value that is none of its declared type is an error of its firing: said with the output, the frame and both
# numbers, dealt with by the writer's policy, and seen by nobody. What a step has left out is empty.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/lies/lies.pkd" --deploy lies -o lies
build "$e2e/lies/lies.pkd" --deploy again -o again

# What came of each frame, without its time.
rows() { cut -d, -f3 lies.csv >rows; }

expect 0 '.*' ./again
rows
[ "$(wc -l <rows)" -eq 31 ] || fail 'an honest run lacks rows' rows
grep -v '^10 ' rows >others

# lies LIE TEXT: what is said; and with restarts the frame is absent and all others are as they were.
lies() {
	said="lies: node 'l' \(lies.pkd:[0-9]+:[0-9]+\): output '$2 \(frame 10\)"
	expect 1 "$said" ./lies --l.lie "$1"
	rows
	grep -q '^10 [0-9]' rows && fail "$1: the frame reached a reader" rows
	expect 0 "$said" ./again --l.lie "$1"
	rows
	grep -Fxq '10 -' rows || fail "$1: frame 10 is not absent" rows
	grep -v '^10 ' rows | cmp -s - others || fail "$1: other frames differ" rows
}
lies list "items' has length 1000, but list<Item, 8> holds at most 8"
lies name "words' has length 4294967295, but string<12> holds at most 12"
lies end "words' has length 9, but text\[9\] is 115, not the terminating 0"
lies raw "raw' has length 101, but bytes<100> holds at most 100"
lies on "on' is 2, but a bool must be 0 or 1"
lies colour "colour' is 3, but Colour has values 0 to 2"
lies nested "items\[2\].name' has length 13, but string<12> holds at most 12"
lies height "picture' has 64 x 200 pixels, but image<bgr24, 64, 48> holds at most 64 x 48"
lies stride "picture' has 48 rows of 2147483647 bytes, but image<bgr24, 64, 48> holds at most 9216 bytes"
lies format "picture' has format 1, but that of image<bgr24, 64, 48> is 2"
lies forgotten "picture' was not written, but image<bgr24, 64, 48> has no empty value"

# Nothing of another frame.
expect 0 '.*' ./again --l.lie nothing
rows
grep -Fxq '10 0  0 0 0 48' rows || fail 'what was left out is not empty' rows

# Where nobody reads, there is memory nevertheless, emptied as any other, and nobody to lie to.
expect 0 '.*' ./lies --l.lie unread
rows
[ "$(wc -l <rows)" -eq 31 ] || fail 'a value that nobody reads has failed a firing' rows
