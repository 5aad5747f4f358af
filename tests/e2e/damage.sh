#!/bin/sh
# Where a node has written over what it has published, or over the entry of a ring, its reader says so, and the
# writer is ended by its policy. Nobody waits for ever, and nobody else is blamed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/damage/damage.pkd" --pipeline damage --deploy damage -o slots
build "$e2e/damage/damage.pkd" --pipeline damage --deploy again -o again
build "$e2e/damage/damage.pkd" --pipeline lossy -D SIZE=640 -o apart

# damaged PROGRAM WHAT TEXT
damaged() {
	rm -f told
	expect 137 "[a-z]+: node '[rl]' .*: its input 'y' \(stream w.y\) is corrupted: $3; its writer is node 'w' .*" \
		"./$1" --w.what "$2"
	last_line | grep -Eq "node 'w' .* was killed: it damaged shared memory; the rest was stopped" ||
		fail "$1 $2: the last line does not blame the writer"
	grep -Eq ',([3-9]|[1-9][0-9])$' damage.csv && fail "$1 $2: what was written over came through" damage.csv
}

for program in slots apart; do
	rm -f told
	expect 0 '.*' ./$program
	[ "$(wc -l <damage.csv)" -eq 41 ] || fail "$program: an honest run lacks rows" damage.csv
	damaged $program number_zero 'value 3 belongs to frame 0, but value [0-2] to frame [0-2]'
	damaged $program number_before 'value 3 belongs to frame 2, but value [0-2] to frame [0-2]'
	damaged $program number_far 'value 3 belongs to frame 503, but its writer has committed only up to frame [0-9]+'
	damaged $program number_last 'value 3 belongs to frame 18446744073709551615, but its writer has committed only up to frame [0-9]+'
	damaged $program place 'value 3 has the header of value 7'
	damaged $program size 'value 3 has the header of another stream'
	damaged $program stream 'value 3 has the header of another stream'
done
damaged slots entry 'its writer has published [0-9]+ values, but value 3 is missing'

# A number that could be is found out by the next one.
rm -f told
expect 137 ".*value 4 belongs to frame 4, but value 3 to frame 4.*" ./slots --w.what number_next

# What is written over stays so; with no restarts left the rest goes on without it.
for what in number_zero place entry; do
	rm -f told
	expect 3 "damage: node 'w' .* damaged shared memory; the rest continues without it" ./again --w.what $what
	[ "$(grep -c "is corrupted" out)" -eq 3 ] || fail "$what: not one complaint for each incarnation"
	tail -n 1 damage.csv | grep -q ',2$' || fail "$what: not all that came before is there" damage.csv
done

# One that has left by itself was not killed: what it did is said, and its policy holds.
rm -f told
start ./slots --w.what number_zero --w.last 6 --r.told go
parent=$pid
has_two_left() { [ "$(pgrep -cP "$parent")" -eq 3 ]; } # and the console
within 20 has_two_left || fail 'the writer does not leave'
: >go
finish 20
[ "$status" -eq 137 ] || fail "left: status $status"
last_line | grep -Eq "node 'w' .* exited after it had damaged shared memory; the rest was stopped" ||
	fail 'left: the last line does not say so'
