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
