#!/bin/sh
# io.tcp, io.unix, io.serial, io.udp and io.tcp_server with a real other end: on loopback, and on pseudo terminals.
# No serial hardware: what a UART does with its rates is not seen here.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

make() {
	"$PKDC" build "$e2e/io/io.pkd" --pipeline "$1" -o "$1" >built 2>&1 || fail "$1 cannot be built" built
	[ ! -s built ] || fail "pkdc says something of $1" built
}

# begin_peer ARGUMENT...: its commands are written to 7, what it gets is in `got`.
begin_peer() {
	rm -f commands port
	mkfifo commands
	exec 7<>commands
	python3 "$e2e/io/peer.py" "$@" <commands >got 2>peer_err 7>&- 8>&- &
	peer=$!
	started="${started:-} $peer"
}

end_peer() {
	echo '!quit' >&7
	within 10 is_gone "$peer" || fail 'the peer does not end' peer_err
	wait "$peer"
	exec 7>&-
}

# begin PROGRAM ARGUMENT...: its lines are written to 8, its output and its log are in `out`.
begin() {
	rm -f in link.csv
	mkfifo in
	exec 8<>in
	start "$@"
}

# What was written to 8 has been read.
drained() { python3 -c 'import array, fcntl, sys, termios
n = array.array("i", [1])
fcntl.ioctl(8, termios.FIONREAD, n)
sys.exit(n[0] != 0)'; }
got() { grep -qx -- "$1" got; }
printed() { grep -qx -- "$1" out; }
logged() { grep -q -- "$1" out; }
has_port() { [ -s port ] && read -r port <port; }
killed() {
	named "$pid" "$1" || fail "there is no process $1"
	kill -KILL "$child"
}
state_is() { [ "$(tail -n 1 link.csv 2>/dev/null | cut -d, -f3,4)" = "$1" ]; }

stop_it() {
	kill -TERM "$pid"
	promptly 4 is_gone "$pid" || fail "$1: a stop takes long"
	finish 10
	[ "$status" -eq 0 ] || fail "$1: status $status"
	exec 8>&-
}

# ---- What is wrong before it begins ----

make wrong
mkfifo in
expect 1 ".*line is read, and only frame: lines gives it.*" ./wrong
rm in
make tcp
expect 1 ".*address: 'localhost' is no HOST:PORT, such as sensor.local:4001.*" ./tcp --source /dev/null --address localhost
expect 1 ".*address: '::1:80': write \[::1\]:80.*" ./tcp --source /dev/null --address ::1:80

# ---- What TCP, UNIX and serial links have in common ----

# both NAME ADDRESS: lines in both directions, long and half ones, a peer that goes and comes back.
both() {
	name=$1
	within 10 state_is online,0 || fail "$name: not online"
	echo one >&8
	within 10 got one || fail "$name: a line was not sent"
	printf '%s\n' eins 'zwei
' >&7
	within 10 printed eins || fail "$name: a line was not received"
	within 10 printed zwei || fail "$name: the second line is missing"
	printf '!half dr\n!half ei\n' >&7
	printf '\n' >&7
	within 10 printed drei || fail "$name: a line of three parts"
	echo 123456789012345678901234567890 >&7
	within 10 printed 12345678901234567890 || fail "$name: a long line is not cut"
	within 10 logged 'is longer than N = 20 bytes: it is cut' || fail "$name: a long line is not told"
	printf '!hex ff410a\n' >&7
	within 10 printed "$(printf '\357\277\275A')" || fail "$name: what is no UTF-8 is not replaced"
	seq 300 >&8
	within 20 got 300 || fail "$name: of many lines the last is missing"
	[ "$(grep -cx '[0-9]*' got)" -eq 300 ] || fail "$name: of many lines some are missing"
	printf '!half rest\n!gone\n' >&7
	within 10 state_is offline,0 || fail "$name: not offline"
	# Of a terminal that is gone, what was not read is, too.
	[ "$name" = serial ] || within 10 logged "'rest'" || fail "$name: half a line is not told"
	echo two >&8
	echo three >&8
	printf '!back\n' >&7
	within 20 got three || fail "$name: what was sent while it was offline is missing"
	[ "$(grep -cx two got)" -eq 1 ] || fail "$name: a line came twice, or not"
	within 10 state_is online,1 || fail "$name: not online again"
	killed port
	within 10 logged 'started again: what had come' || fail "$name: that something may be lost is not told"
	echo four >&8
	within 20 got four || fail "$name: nothing is sent after a kill"
	echo vier >&7
	within 20 printed vier || fail "$name: nothing is received after a kill"
	stop_it "$name"
}

begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
begin ./tcp --quiet --address "127.0.0.1:$port"
both tcp
end_peer

make near
begin_peer unix socket
within 10 test -S socket || fail 'no socket' peer_err
begin ./near --quiet
both unix
end_peer

make serial
begin_peer pty tty
within 10 test -L tty || fail 'no terminal' peer_err
begin ./serial --quiet
both serial
# A name is looked up, by a thread.
end_peer
begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
begin ./tcp --quiet --address "localhost:$port"
echo name >&8
within 10 got name || fail 'a name is not found'
stop_it 'a name'
end_peer

# ---- Ends ----

# The end of the lines is that of the program: all is sent before.
begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
seq 2000 >lines
at_most 20 ./tcp --quiet --source lines --address "127.0.0.1:$port" >out 2>&1 || fail "the end: status $?"
within 10 got 2000 || fail 'the end came too early' got
cmp -s lines got || fail 'other lines were sent'
end_peer

# A peer that does not read holds up who sends, and nobody's end.
begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
echo '!deaf' >&7
begin ./tcp --quiet --address "127.0.0.1:$port"
within 10 state_is online,0 || fail 'not online'
seq -f '%04000g' 1000000 >&8 &
filler=$!
started="$started $filler"
rests() {
	before=$(wc -c <link.csv)
	for look in 1 2 3 4; do
		sleep 0.5
		[ "$(wc -c <link.csv)" -eq "$before" ] || return 1
	done
}
within 20 rests || fail 'a peer that does not read holds nobody up'
is_gone "$filler" && fail 'what a peer does not read goes somewhere'
kill "$filler"
wait "$filler" 2>/dev/null
kill -TERM "$pid"
promptly 4 is_gone "$pid" || fail 'a peer that does not read delays the stop'
finish 10
[ "$status" -eq 0 ] || fail "a peer that does not read: status $status"
logged 'values were not sent' || fail 'what is not sent is not told'
exec 8>&-
end_peer

# No peer at all.
begin ./tcp --quiet --address 127.0.0.1:1
within 10 state_is offline,0 || fail 'nobody is there, and it is not offline'
logged "is offline: Connection refused; trying again" || fail 'why it is offline is not told'
echo lost >&8
stop_it 'nobody'
begin ./tcp --quiet --address 127.0.0.1:1 --port.offline drop
within 10 state_is offline,0 || fail 'nobody is there, and it is not offline'
seq 1000 >&8
within 10 drained || fail 'values that are dropped wait'
stop_it 'nobody, dropped'
logged '[0-9]* values were not sent' || fail 'what is dropped is not told'

# A reader that is slow holds the peer up, and nothing is lost.
make sensor
begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
start ./sensor --quiet --address "127.0.0.1:$port" --slow 1 --port.reconnect false
printf '!flood 500\n!close\n' >&7
finish 60
[ "$status" -eq 0 ] || fail "a slow reader: status $status"
[ "$(grep -c 'taken: ' out)" -eq 500 ] || fail 'a slow reader loses lines'
# Silence
start ./sensor --quiet --address "127.0.0.1:$port" --port.stall 100ms
within 10 logged 'nothing came for 0.1 s' || fail 'silence is not told'
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "silence: status $status"
end_peer

# Blocks with their length.
make blocks
begin_peer tcp port
within 10 has_port || fail 'no port' peer_err
begin ./blocks --quiet --address "127.0.0.1:$port"
echo abc >&8
within 10 sh -c "od -An -tx1 got | tr -d ' \n' | grep -qx 00000003616263" || fail 'a block has another length before it'
printf '!hex 0000000561626364\n!hex 65\n!hex 000000006162\n!hex 00000019\n!half 1234567890123456789012345\n!hex 0000000178\n' >&7
within 10 printed 5 || fail 'a block of two parts'
within 10 printed 0 || fail 'an empty block'
stop_it blocks
end_peer

# ---- Serial ports ----

expect 1 '.*baud: 1234 is no standard rate: 50, 75, .*115200.*4000000.*' ./serial --source /dev/null --port.baud 1234
make lamp
begin_peer pty tty
within 10 test -L tty || fail 'no terminal' peer_err
printf '0\n5\n' >lines
at_most 10 ./lamp --quiet --source lines --serial.baud 115200 >out 2>&1 || fail "a lamp: status $?"
within 10 got 5 || fail 'the last byte of a lamp is missing'
# One program at a time.
begin ./serial --quiet
within 10 state_is online,0 || fail 'not online'
at_most 10 timeout 1 ./lamp --quiet --source lines >second 2>&1
grep -q 'another program has it open' second || fail 'two have one port' second
stop_it 'a port'
end_peer
begin ./serial --quiet --device /dev/null
within 10 logged 'it is no serial port' || fail 'what is no port is not told'
stop_it 'no port'

# ---- UDP ----

make udp
begin_peer udp port --to 127.0.0.1:1
within 10 has_port || fail 'no port' peer_err
free=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
begin ./udp --quiet --listen "127.0.0.1:$free" --to "localhost:$port"
echo hello >&8
within 10 got hello || fail 'a datagram was not sent'
python3 - "$free" <<'END' || fail 'a datagram cannot be sent'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
open("from", "w").write("127.0.0.1:%d OSC\n" % s.getsockname()[1])
s.sendto(b"OSC\r\n", ("127.0.0.1", int(sys.argv[1])))
END
within 10 printed "$(cat from)" || fail 'a datagram was not received, or of another sender'
stop_it udp
end_peer
begin ./udp --quiet --listen ":$free" --group 239.255.77.77
python3 - "$free" <<'END' || fail 'no multicast can be sent'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
for n in range(100):
    s.sendto(b"group", ("239.255.77.77", int(sys.argv[1])))
    time.sleep(0.02)
    if "group" in open("out").read():
        break
END
within 10 grep -q ' group$' out || fail 'nothing of a multicast group is received'
stop_it multicast
expect 1 ".*cannot receive at '127.0.0.1:$free'.*" sh -c "python3 -c 'import socket, subprocess
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"127.0.0.1\", $free))
raise SystemExit(subprocess.call([\"./udp\", \"--source\", \"/dev/null\", \"--listen\", \"127.0.0.1:$free\"]))'"

# ---- A server ----

make server
free=$(free_port)
begin ./server --quiet --listen "127.0.0.1:$free"
within 10 sh -c "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", $free)).close()'" || fail 'no server'
within 10 logged 'client 1 is gone: it has closed the connection' || fail 'who goes is not told'
python3 - "$free" <<'END' >clients 2>&1 || fail 'clients of a server' clients
import socket, sys, time
address = ("127.0.0.1", int(sys.argv[1]))
def until(text):
    for n in range(1000):
        if text in open("out").read():
            return
        time.sleep(0.01)
    raise SystemExit("no '%s'" % text)
a, b = socket.create_connection(address), socket.create_connection(address)
a.sendall(b"from a\nhalf")
until("2 from a\n")
b.sendall(b"from b\n")
until("3 from b\n")
a.close()
until("client 2 is gone")
until("4 bytes of client 2 were no whole value")
c = socket.create_connection(address)
c.sendall(b"c\n")
until("4 c\n")
open("in", "w").write("to all\n")
for s in b, c:
    s.settimeout(10)
    assert s.recv(100) == b"to all\n"
# One that does not read is closed, and the other one gets all.
c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
out = open("in", "w")
total = 0
out_fd = out.fileno()
import os, threading
def write():
    for n in range(6000):
        os.write(out_fd, b"%01000d\n" % n)
thread = threading.Thread(target=write)
thread.start()
received = b""
while not received.endswith(b"%01000d\n" % 5999):
    received += b.recv(65536)
thread.join()
assert len(received) == 6000 * 1001, len(received)
until("client 4 is gone: it took nothing")
# All places are taken; one waits, and comes when another one goes.
more = [socket.create_connection(address) for n in range(4)]
until("all 3 places for clients are taken")
more[3].sendall(b"late\n")
b.close()
for s in more[:2]:
    s.close()
until(" late\n")
END
killed port
within 10 logged 'the connections of before are closed' || fail 'a kill of the server is not told'
python3 - "$free" <<'END' || fail 'a client of a server that was killed'
import socket, sys, time
for n in range(1000):
    try:
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        break
    except OSError:
        time.sleep(0.01)
s.sendall(b"again\n")
for n in range(1000):
    if " again\n" in open("out").read():
        break
    time.sleep(0.01)
else:
    raise SystemExit("nothing")
END
grep -q '^[0-9]* again' out && [ "$(sed -n 's/ again$//p' out)" -ge 8 ] || fail 'the numbers do not go on'
stop_it server
[ "$(sed -n 2p changes.csv | cut -d, -f3-)" = '1,true,1' ] || fail 'who comes is not written' changes.csv
