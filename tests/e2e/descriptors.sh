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
