#!/bin/sh
# net.hls, with FFmpeg as its player: it plays on when the stream begins anew. The playlist keeps the rules of RFC 8216, also
# when the node, and the program, have been started again.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node net.hls
needs_node video.encode
needs curl ffmpeg ffprobe python3

build "$e2e/hls/hls.pkd" -o playlist
printf 'our+s\n' >token
is_listening() { grep -q 'the playlist is at' out; }
begin() {
	start ./playlist "$@"
	within 10 is_listening || fail 'it does not listen'
	address=$(sed -n 's,.*the playlist is at http://\([0-9.:]*\)/.*,\1,p' out)
}
ends() {
	kill -TERM "$pid"
	finish 10
	[ "$status" -eq 0 ] || fail "status $status"
}
gets() { curl -sS -m 20 "$@"; }
status_of() { gets -o nothing -w '%{http_code}' "$@"; }

begin --token @token
list="http://$address/index.m3u8?token=our%2Bs"
is_there() { [ "$(status_of "$list")" = 200 ]; }
[ "$(status_of "$list")" = 503 ] || is_there || fail 'there is another answer before the first segment'
within 10 is_there || fail 'there is no playlist'
gets -D head "$list" -H 'Origin: https://panel.example' >index.m3u8
grep -qi '^content-type: application/vnd.apple.mpegurl' head || fail 'the playlist has another type' head
grep -qi '^access-control-allow-origin: https://panel.example' head || fail 'a page that is listed may not read' head
grep -qx '#EXT-X-VERSION:7' index.m3u8 || fail 'the playlist is of another version' index.m3u8
[ "$(status_of "$list" -H 'Origin: http://evil.example')" = 403 ] || fail 'any page may read'
[ "$(status_of "http://$address/index.m3u8")" = 401 ] || fail 'who has no token may read'
[ "$(status_of "http://$address/seg-1.m4s")" = 401 ] || fail 'who has no token may read a segment'
[ "$(status_of "http://$address/seg-999.m4s?token=our%2Bs")" = 404 ] || fail 'there is a segment that is to come'

# Each picture comes once: as many as belong into that time.
at_most 30 ffmpeg -v error -i "$list" -t 3 -fps_mode passthrough -f framemd5 - >frames 2>said || fail 'FFmpeg does not play it' said
[ ! -s said ] || fail 'FFmpeg complains' said
grep -v '^#' frames | awk '{ print $NF }' | sort -u | wc -l >n
[ "$(cat n)" -ge 73 ] && [ "$(cat n)" -le 76 ] || fail 'pictures are missing, or come twice' n
ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 "$list" | head -n 1 >about
grep -q '^h264,320,180' about || fail 'it is something else' about

# Another session: the encoder dies while FFmpeg plays.
at_most 60 ffmpeg -v error -i "$list" -t 7 -fps_mode passthrough -f framemd5 frames2 >said 2>&1 &
player=$!
started="$started $player"
has_begun() { [ "$(wc -l <frames2)" -gt 30 ]; } 2>/dev/null
within 20 has_begun || fail 'FFmpeg does not begin' said
python3 "$e2e/hls/rules.py" "$list" 9 >last.m3u8 2>rules &
looking=$!
started="$started $looking"
named "$pid" coded || fail 'there is no process coded'
kill -KILL "$child"
is_apart() { gets "$list" | grep -qx '#EXT-X-DISCONTINUITY'; }
within 20 is_apart || fail 'no discontinuity'
wait $player || fail 'FFmpeg has given up' said
[ "$(grep -vc '^#' frames2)" -ge 150 ] || fail 'FFmpeg has not played on' said
wait $looking || fail 'the playlist breaks a rule' rules
note "$(cat rules)"

# The node itself dies, and begins with none of its segments.
named "$pid" hls || fail 'there is no process hls'
kill -KILL "$child"
is_back() { [ "$(grep -c 'the playlist is at' out)" = 2 ]; }
within 10 is_back || fail 'it does not listen again'
address=$(sed -n 's,.*the playlist is at http://\([0-9.:]*\)/.*,\1,p' out | tail -n 1)
list="http://$address/index.m3u8?token=our%2Bs"
within 20 is_there || fail 'there is no playlist behind its death'
python3 "$e2e/hls/rules.py" "$list" 1 last.m3u8 >again.m3u8 2>rules || fail 'behind its death the playlist breaks a rule' rules
ends

# The program is started again.
begin --token @token
list="http://$address/index.m3u8?token=our%2Bs"
within 10 is_there || fail 'there is no playlist of the second run'
python3 "$e2e/hls/rules.py" "$list" 1 again.m3u8 >last.m3u8 2>rules || fail 'the second run breaks a rule' rules
ends

# Key frames that are further apart than a segment may be long.
begin --key_every 10s
list="http://$address/index.m3u8"
within 10 is_there || fail 'there is no playlist of long groups'
python3 "$e2e/hls/rules.py" "$list" 3 >last.m3u8 2>rules || fail 'long groups break a rule' rules
at_most 30 ffmpeg -v error -i "$list" -t 3 -fps_mode passthrough -f framemd5 - >frames 2>said || fail 'FFmpeg does not play long groups' said
[ "$(grep -vc '^#' frames)" -ge 73 ] || fail 'pictures of long groups are missing' frames
ends

begin --codec mjpeg
says_so() { grep -q 'its packets are JPEGs' out; }
within 5 says_so || fail 'nothing is said of JPEGs'
ends
