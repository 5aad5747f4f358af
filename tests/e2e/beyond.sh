#!/bin/sh
# A node that writes behind what it was given is stopped before anybody sees it, and named: by what stands behind
# each value when it has returned, or at that instruction by the guards around every map.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# In the private memory of a small value, in the slots in place, in slots that lossy readers pin; in slots that
# have no room left over.
build "$e2e/beyond/beyond.pkd" --pipeline beyond --deploy beyond -D SIZE=48 -o copied
build "$e2e/beyond/beyond.pkd" --pipeline beyond --deploy beyond -o slots
build "$e2e/beyond/beyond.pkd" --pipeline lossy -D SIZE=640 -o apart
build "$e2e/beyond/beyond.pkd" --pipeline beyond --deploy beyond -D SIZE=64 -o full
build "$e2e/beyond/beyond.pkd" --pipeline beyond --deploy beyond -D SIZE=300000 -o large
build "$e2e/beyond/beyond.pkd" --pipeline beyond --deploy again -o again

# stopped PROGRAM ARGUMENT...: with a line that names the output, and none that blames anybody for an input.
stopped() {
	at_most 20 "$@" >out 2>&1
	status=$?
	[ "$status" -eq 1 ] || [ "$status" -eq 139 ] || fail "$*: status $status"
	grep -Eq "node 'o' .* wrote .*beyond its output 'y'|node 'o' .* wrote to its output 'y' .* beyond the memory" out ||
		grep -Eq "node 'o' .* wrote to its output 'y' .* after it was published" out ||
		fail "$*: the writer is not named"
	grep -Eq "wrote to its input|node '[sk]' .*(wrote|SIG)" out && fail "$*: another one is blamed"
	last_line | grep -Eq "node 'o'" || fail "$*: the last line is about another node"
}

for program in copied slots apart full large; do
	expect 0 '.*' "./$program"
	for freeze in auto all off; do
		for n in 1 8 200 1024 4096 5000000; do
			stopped "./$program" --freeze=$freeze --o.n $n
		done
	done
	stopped "./$program" --o.n 1024 --single-process
	# Where slots are closed, zeros over what was never used do no harm.
	[ $program = large ] || stopped "./$program" --o.n 4 --o.value 0
done

# It is dealt with as any other failure: the frames are left out, nobody hangs.
expect 0 'beyond: .*' ./again --o.n 8
grep -q 'o: 4 frames failed' out || fail 'the frames are not counted as failed'

expect 139 "beyond: node 's' .* wrote beyond its output 'unread'" ./slots --s.n 8192
expect 139 "beyond: node 'k' .* wrote beyond its persistent state" ./slots --k.n 9000

# Who runs on over the next outputs is blamed for the one where it began.
build "$e2e/beyond/beyond.pkd" --pipeline several -o several
expect 139 "several: node 'm' .* wrote beyond its output 'b'" ./several --m.n 100000
expect 1 "several: node 'm' .* wrote beyond its output 'b' .*" ./several --m.n 64
