#!/bin/sh
# Descriptors that the caller has left open reach no node, but those that an option names.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/descriptors/open.pkd" -o open
echo secret >secret
echo wanted >wanted

./open --quiet 3<secret 7<secret 9<wanted >out 2>&1 || fail "status $?"
[ ! -s out ] || fail 'descriptors reach the node'
for folder in /dev/fd /proc/self/fd; do
	./open --quiet --path "$folder/7" 3<secret 7<wanted 9<secret >out 2>&1 || fail "status $?"
	grep -Fxq 'read: wanted' out || fail "an option cannot name $folder/7"
	grep -Fxq 'open: 7' out || fail "$folder/7 is not kept"
	! grep -q 'open: [39]' out || fail 'descriptors reach the node beside one that is named'
	./open --quiet --path="$folder/7" 3<secret 7<wanted >out 2>&1 || fail "status $?"
	grep -Fxq 'read: wanted' out || fail "an option with a = cannot name $folder/7"
done

# In a configuration file, and as a constant.
build "$e2e/descriptors/open.pkd" --pipeline constant -o constant
for folder in /dev/fd /proc/self/fd; do
	echo "path = $folder/7" >conf
	./open --quiet --config conf 3<secret 7<wanted 9<secret >out 2>&1 || fail "status $?"
	grep -Fxq 'read: wanted' out || fail "a configuration file cannot name $folder/7"
	! grep -q 'open: [39]' out || fail 'descriptors reach the node beside one that is named'
done
./constant --quiet 3<secret 7<wanted >out 2>&1 || fail "status $?"
grep -Fxq 'read: wanted' out || fail 'a constant cannot name one'

# One that is not open is told: a moment later its number would be another file's.
for fd in 3 4 5 6 7 8 9; do
	expect 1 "open: node 'look' .* cannot open '/dev/fd/$fd': descriptor $fd is not open; .*" \
		./open --quiet --path "/dev/fd/$fd"
done
expect 1 ".*: descriptor 7 is not open; .*" ./constant --quiet
expect 1 ".*: descriptor 7 is not open; .*" ./open --quiet --config conf
expect 1 ".*'file:/dev/fd/7': descriptor 7 is not open; .*" ./open --quiet --path file:/dev/fd/7

# What a program takes is known before it runs; more than there ever is, is refused before a process is there.
cat >wide.pkd <<'END_PKD'
use video
use flow
const N = 20
node take<W, H>(frame: image<bgr24, W, H>) {
    step {= (void)in; =}
}
pipeline wide() {
    for i in 0..<N {
        cam[i] = video.test(W: 1920, H: 1080)
        take(latest cam[i])
    }
}
END_PKD
build wide.pkd -o wide
(ulimit -n 120 && ./wide --needs) >out 2>&1 || fail "--needs: status $?" out
grep -Exq 'memory       [0-9.]+ MiB of [0-9.]+ [KMGT]iB, beside what the nodes themselves allocate' out || fail 'memory' out
grep -Exq 'descriptors  2[0-9]{2} of 120 \(ulimit -Hn\)' out || fail 'descriptors' out
grep -Eq '^processes    42( |$)' out || fail 'processes' out
"$PKDC" check --report wide.pkd >out 2>&1 || fail 'no report'
grep -Eq '^  descriptors +at most 2[0-9]{2}, in the supervisor$' out || fail 'descriptors in the report' out
(ulimit -n 120 && expect 1 'wide: not enough descriptors: up to 2[0-9]+ are needed, and 120 allowed \(ulimit -Hn; .*' ./wide) ||
	exit 1
build wide.pkd -D N=4000 -o wider
expect 1 'wide: not enough memory for the streams and what nodes keep: they need .* [GT]iB, but (this machine has|the control .*) .*' \
	./wider
# As many as it says are enough.
n=$(./wide --needs | awk '$1 == "descriptors" { print $2 }')
(ulimit -n "$n" && exec ./wide >out 2>&1) &
pid=$!
runs() { [ "$(cat "/proc/$pid/task/$pid/children" 2>/dev/null | wc -w)" -ge 41 ]; }
within 10 runs || fail 'with so many descriptors it does not run' out
kill "$pid"
wait "$pid"
! grep -q "cannot\|not enough" out || fail "so many descriptors do not suffice" out
