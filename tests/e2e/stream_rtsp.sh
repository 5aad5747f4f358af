#!/bin/sh
# video.stream and a server of RTSP, over its connection and by datagrams: it stops, dies, comes back, and
# the stream with it. Datagrams that are lost, and pictures that come in parts, show no half pictures.
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

finish_by_term() {
	kill -TERM "$pid"
	finish 5
	[ "$status" -eq 0 ] || fail "status $status"
}

# Those of one connection grow, as the server's film begins anew with each.
check() {
	awk -F, 'BEGIN { n = -1 } NR > 1 && $6 >= 0 { if ($5 == n && $6 <= last) print "row " NR ": " $0; n = $5; last = $6 }' rows.csv >wrong
	[ ! -s wrong ] || fail 'pictures come twice, or out of order' wrong
}

for transport in tcp udp; do
	serve 0
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

# Of what is lost it says how much at once, and at the end; what was drawn from that is not shown.
serve 0 lossy
rm -f rows.csv
start ./watch --source "rtsp://127.0.0.1:$(cat port)/film" --transport udp
marked=1
within 20 grep -q 'damaged picture.* so far.*lost [1-9][0-9]* packets of RTP' out || fail 'a loss is not said' out
within 10 are_told 30 || fail 'no pictures' rows.csv
finish_by_term
grep -q 'damaged pictures\? .* in all.*lost [1-9][0-9]* packets of RTP' out || fail 'no count at the end' out
check
kill -KILL "$serving"

# Each slice is a packet of its own, as some senders of FLV have it.
ffmpeg -v error -i film.mkv -t 60 -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -qp 10 -bsf:v h264_metadata=aud=insert \
	-x264-params sliced-threads=0:slice-max-mbs=4 -f h264 film.h264 || fail 'no film'
for way in split whole; do
	rm -f port rows.csv
	python3 "$e2e/stream/flv.py" film.h264 port $way >served 2>&1 &
	started="$started $!"
	within 5 test -s port || fail 'the camera does not start' served
	start ./watch --source "http://127.0.0.1:$(cat port)/"
	marked=1
	within 10 are_told 50 || fail "no pictures: $way" rows.csv
	finish_by_term
	! grep -q damaged out || fail "damaged: $way" out
	check
done
