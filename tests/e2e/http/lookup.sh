#!/bin/sh
# In a network of its own, where the server of names never answers: a look-up that hangs ends with the time for a
# connection, and holds up neither other requests nor a stop. Status 9: such a network cannot be made here.
ip link set lo up && echo 'nameserver 127.0.0.1' >resolv.conf &&
	mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" || exit 9
# shellcheck source=../lib/lib.sh
. "$ROOT/tests/e2e/lib/lib.sh"
mkfifo orders
python3 -c 'import select, socket, sys
names = socket.socket(type=socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
open("bound", "w").close()
while names in select.select([names, sys.stdin], [], [])[0]:
    names.recv(512)
    open("asked", "w").close()' <orders &
started=$!
exec 9>orders
within 5 test -e bound || fail 'no server of names'
echo 'http://first.example/' >urls
start ./get --retries 0 --connect 300ms
finish 5
[ "$status" -eq 0 ] || fail "status $status after a look-up that hung"
grep -q 'cannot get .*first.example.*: Resolving timed out' got.csv || fail 'it is not told' got.csv

rm -f asked got.csv
start ./get --connect 60s
within 5 test -e asked || fail 'no name is looked up'
kill -TERM "$pid"
promptly 2 is_gone "$pid" || fail 'it did not end within two seconds while a name was looked up'
