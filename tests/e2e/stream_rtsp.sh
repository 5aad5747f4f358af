#!/bin/sh
# video.stream and a server of RTSP, over its connection and by datagrams: it stops, dies, comes back, and
# the stream with it.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream
needs ffmpeg
server() { exec "$e2e/stream/gst.sh" "$@"; }
(server -c 'import gi
gi.require_version("GstRtspServer", "1.0")') >out 2>&1 || skip 'no RTSP server (tests/setup.sh --tests)'

build "$e2e/stream/watch.pkd" -o watch
python3 "$e2e/stream/film.py" 8192 | ffmpeg -v error -f rawvideo -pix_fmt gray -s 128x16 -r 25 -i - -pix_fmt yuv420p \
	-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -qp 10 film.mkv || fail 'no film'

serve() {
	rm -f port
	server "$e2e/stream/rtsp.py" film.mkv port "$@" >served 2>&1 &
	serving=$!
	started="${started:-} $serving"
	within 30 test -s port || fail 'the server does not start' served
}
mark() { marked=$(wc -l <rows.csv); }
is_told() { tail -n "+$((marked + 1))" rows.csv | cut -d, -f3 | grep -qx "$1"; }
are_told() { tail -n "+$((marked + 1))" rows.csv | awk -F, -v n="$1" '$6 >= 0 { k++ } END { exit k < n }'; }

# Those of one connection grow, as the server's film begins anew with each.
check() {
	awk -F, 'BEGIN { n = -1 } NR > 1 && $6 >= 0 { if ($5 == n && $6 <= last) print "row " NR ": " $0; n = $5; last = $6 }' rows.csv >wrong
	[ ! -s wrong ] || fail 'pictures come twice, or out of order' wrong
}

for transport in tcp udp; do
	serve
	port=$(cat port)
	rm -f rows.csv
	start ./watch --source "rtsp://127.0.0.1:$port/film" --transport $transport
	within 5 test -s rows.csv || fail 'no row'
	marked=1
	within 5 are_told 10 || fail "no pictures: $transport" rows.csv
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
	kill -STOP "$serving"
	kill -TERM "$pid"
	promptly 1 is_gone "$pid" || fail "it did not end within a second: $transport"
	wait "$pid" || fail "status $? after a stop: $transport"
	kill -KILL "$serving"
	check
done
