#!/bin/sh
# video.stream_packets and a server of RTSP: parameter sets in band and in the session description only, a password, its
# connection and datagrams; it stops, dies, comes back, and the packets with it, as another session. What a network has held
# back has the times at which it was captured.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream_packets
needs ffmpeg
server() { exec "$e2e/stream/gst.sh" "$@"; }
(server -c 'import gi
gi.require_version("GstRtspServer", "1.0")') >out 2>&1 || skip 'no RTSP server (tests/setup.sh --tests)'

build "$e2e/stream_packets/packets.pkd" -o packets
python3 "$e2e/stream/film.py" 8192 | ffmpeg -v error -f rawvideo -pix_fmt gray -s 128x16 -r 25 -i - -pix_fmt yuv420p \
	-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -qp 10 film.mkv || fail 'no film'

# serve PORT [OPTION...]
serve() {
	rm -f port
	server "$e2e/stream/rtsp.py" film.mkv port "$@" >served 2>&1 &
	serving=$!
	started="${started:-} $serving"
	within 30 test -s port || fail 'the server does not start' served
	port=$(cat port)
}
begin() {
	rm -f rows.csv seen.csv
	start ./packets --source "rtsp://127.0.0.1:$port/film" "$@"
	within 5 test -s rows.csv || fail 'no row'
	marked=1
}
mark() { marked=$(wc -l <rows.csv); }
is_told() { tail -n "+$((marked + 1))" rows.csv | cut -d, -f3 | grep -qx "$1"; }
are_told() { tail -n "+$((marked + 1))" rows.csv | awk -F, -v n="$1" '$5 > 0 { k++ } END { exit k < n }'; }
are_seen() { [ "$(wc -l <seen.csv)" -gt "$1" ]; }
ends() {
	kill -TERM "$pid"
	promptly 1 is_gone "$pid" || fail 'it did not end within a second'
	finish 5
	[ "$status" -eq 0 ] || fail "status $status"
	# shellcheck disable=SC2086
	python3 "$e2e/stream_packets/check.py" rows.csv ${2:-} >said 2>&1 || fail "$1" said
	note "$1: $(cat said)"
}

serve 0
for transport in tcp udp; do
	begin --transport $transport
	within 5 are_told 30 || fail "no packets: $transport" rows.csv
	within 5 are_seen 25 || fail "no pictures: $transport" seen.csv
	grep -q 'online: 128x16' out || fail 'another size'
	mark
	kill -STOP "$serving"
	promptly 1 is_told stalled || fail "not stalled within a second: $transport" rows.csv
	within 5 is_told offline || fail "a silent server is not given up: $transport" rows.csv
	mark
	kill -CONT "$serving"
	promptly 2 are_told 5 || fail "not back within two seconds: $transport" rows.csv
	mark
	kill -KILL "$serving"
	promptly 2 is_told offline || fail "not offline: $transport" rows.csv
	serve "$port"
	mark
	promptly 2 are_told 5 || fail "not back within two seconds after the server was started again: $transport" rows.csv
	# Its own death.
	named "$pid" cam || fail 'there is no process cam'
	mark
	kill -KILL "$child"
	within 5 are_told 5 || fail "not back after its own death: $transport" rows.csv
	ends "$transport"
done
kill -KILL "$serving"

serve 0
mv port camera
python3 "$e2e/stream_packets/stall.py" "$(cat camera)" port >stalled 2>&1 &
started="$started $!"
within 5 test -s port || fail 'no network' stalled
port=$(cat port)
begin --cam.timeout 5s
within 10 is_told stalled || fail 'it did not stall' rows.csv
mark
within 10 are_told 80 || fail 'it does not go on' rows.csv
ends 'a network that stood still' stalled
! grep -q 'leap' out || fail 'what is late is taken for a leap' out
kill -KILL "$serving"

serve 0 sdp password
echo secret >password
begin --user viewer --password @password
within 5 are_told 30 || fail 'no packets' rows.csv
within 5 are_seen 25 || fail 'no pictures' seen.csv
ends 'sets in the session description, a password'
echo wrong >password
begin --user viewer --password @password
within 5 is_told offline || fail 'a wrong password is taken' rows.csv
grep -q 'offline: .*401' out || fail 'the reason is another one'
! grep -q 'secret\|wrong' out || fail 'the password is shown'
kill -TERM "$pid"
finish 5
kill -KILL "$serving"

# On loopback the server has the group's ports to itself: it gets another network, where the kernel allows that.
at_most 60 unshare -rn sh "$e2e/stream_packets/multicast.sh" "$e2e/stream/gst.sh" "$e2e/stream/rtsp.py" >multicast 2>&1
case $? in
0)
	python3 "$e2e/stream_packets/check.py" rows.csv >said 2>&1 || fail 'multicast' said
	note "multicast: $(cat said)"
	;;
77) note 'multicast is not tried: no cable can be made' ;;
*) grep -q '^unshare: ' multicast || fail 'multicast' multicast ;;
esac
