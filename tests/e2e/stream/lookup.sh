#!/bin/sh
# In a network of its own, where the server of names never answers: watch is stopped within a second while the
# C library waits for it. Status 9: such a network cannot be made here.
ip link set lo up && echo 'nameserver 127.0.0.1' >resolv.conf &&
	mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" || exit 9
# shellcheck source=../lib/lib.sh
. "$ROOT/tests/e2e/lib/lib.sh"
python3 -c 'import socket, sys
names = socket.socket(type=socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
open("bound", "w").close()
names.recv(512)
open("asked", "w").close()
sys.stdin.read()' <orders.names &
started=$!
exec 9>orders.names
rm -f rows.csv
within 5 test -e bound || fail 'no server of names'
start ./watch --source http://camera.example/
within 5 test -e asked || fail 'no name is looked up'
kill -TERM "$pid"
promptly 1 is_gone "$pid" || fail 'it did not end within a second while a name was looked up'
wait "$pid" || fail "status $? after a stop while a name was looked up"
