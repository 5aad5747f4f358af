#!/bin/sh
# net.ws_video with real clients: WebSockets that look into the boxes, FFmpeg, Chromium, and some that do not behave.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node net.ws_video
needs python3 curl ffmpeg

build "$e2e/ws_video/ws_video.pkd" -o ws_video
# A port that is free, and stays the same when the node is started again.
port=$(free_port)
address=127.0.0.1:$port

is_listening() { grep -q "the pictures are at http://$address/" out; }
has_rows() { [ "$(wc -l <served.csv)" -gt 3 ]; } 2>/dev/null
begin() {
	rm -f served.csv made.csv
	start ./ws_video --port "$port" "$@"
	within 10 is_listening || fail 'it does not listen'
	within 10 has_rows || fail 'nothing is made'
}
ends() {
	kill -TERM "$pid"
	finish 10
	[ "$status" -eq 0 ] || fail "status $status"
}
# clients TEST [ARGUMENT...]
clients() {
	test=$1
	shift
	at_most 40 python3 "$e2e/ws_video/clients.py" "$test" "$address" "$@" >said 2>&1 || fail "clients: $test" said
	note "$(cat said)"
}
gets() { curl -sS -m 20 "$@"; }

begin

# Nothing is muxed while nobody looks, nor for those who want H.264 as it is.
clients others
tail -n 1 served.csv | cut -d, -f8 >muxed
[ "$(cat muxed)" = 0 ] || fail 'something was muxed' muxed
clients fmp4
clients late

# ---- HTTP ----

gets "http://$address/streams.json" | python3 -c 'import json, sys
film, jpegs = json.load(sys.stdin)["streams"]
assert film["name"] == "film" and film["formats"] == ["fmp4", "raw"] and film["width"] == 640, film
assert jpegs["formats"] == ["jpeg"], jpegs' || fail 'streams.json is none'
gets -D head "http://$address/player.js" | cmp - "$ROOT/stdlib/net/page/player.js" || fail 'another player.js'
grep -qi '^content-type: text/javascript' head || fail 'player.js has another type' head
[ "$(gets -o nothing -w '%{http_code}' "http://$address/../etc/passwd" --path-as-is)" = 404 ] || fail 'there is something'
[ "$(gets -o nothing -w '%{http_code}' -X POST "http://$address/")" = 405 ] || fail 'a POST is taken'
[ "$(gets -o nothing -w '%{http_code}' -H 'Origin: http://evil.example' "http://$address/streams.json")" = 403 ] || fail 'any page may read'

# ---- Its own death ----

named "$pid" shown || fail 'there is no process shown'
kill -KILL "$child"
is_back() { gets "http://$address/streams.json" | grep -q avc1; } 2>/dev/null
within 10 is_back || fail 'it does not come back'
clients fmp4

# ---- Chromium ----

if [ -d "$B/npm/node_modules/playwright-core" ] && command -v node >/dev/null && command -v chromium >/dev/null; then
	CHROMIUM=$(command -v chromium) HOME=$PWD TMPDIR=$PWD \
		at_most 60 node "$e2e/ws_video/browser.js" "$B/npm" "http://$address/" 2 >seen 2>said || fail 'the browser does not show it' said
	python3 "$e2e/ws_video/seen.py" made.csv seen 2 >said 2>&1 || fail 'what is shown' said
	note "$(cat said)"
fi
ends

# ---- Who is slow; who may not; who does harm ----

begin --film.noise 255 --group 1s --shown.stall 1min
clients slow
clients hostile
ends
begin --film.noise 255
clients stuck
ends
echo secret-of-ours >token
mkdir www
echo '<p>mine' >www/index.html
begin --token @token --origins https://panel.example --clients 5 --page www/
clients refused secret-of-ours 5
[ "$(gets "http://$address/")" = '<p>mine' ] || fail 'the folder is not served'
gets "http://$address/player.js" | grep -q 'class Player' || fail 'a page of its own has no player'
[ "$(gets -o nothing -w '%{http_code}' "http://$address/streams.json")" = 401 ] || fail 'who has no token may read'
ends
