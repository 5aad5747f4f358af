#!/bin/sh
# net.mjpeg with real clients: curl, FFmpeg, Chromium, and some that do not behave. Each gets the size, rate and quality
# that it asks for, within the bandwidth; who reads slowly, or asks for nothing, costs the others nothing.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node net.mjpeg
needs python3 curl ffmpeg

PKD_DIR=$PWD/run
export PKD_DIR
build "$e2e/mjpeg/mjpeg.pkd" -o mjpeg

# begin ARGUMENT...: the program, and its address.
is_listening() { grep -q 'the pictures are at' out; }
begin() {
	rm -f served.csv made.csv
	start ./mjpeg "$@"
	within 10 is_listening || fail 'it does not listen'
	address=$(sed -n 's,.*the pictures are at http://\([0-9.:]*\)/$,\1,p' out)
	within 10 has_rows || fail 'no picture is made'
}
has_rows() { [ "$(wc -l <served.csv)" -gt 3 ]; } 2>/dev/null
ends() {
	kill -TERM "$pid"
	promptly 2 is_gone "$pid" || fail 'a stop takes long'
	finish 10
	[ "$status" -eq 0 ] || fail "status $status"
}
# clients TEST [COMMAND...]
clients() {
	test=$1
	shift
	at_most 30 python3 "$e2e/mjpeg/clients.py" "$test" "$address" served.csv "$@" >said 2>&1 || fail "clients: $test" said
	note "$(cat said)"
}
gets() { curl -sS -m 20 "$@"; }

mkfifo orders
begin

# While nobody looks it has next to nothing to do, and is not said to work as long as it waits.
is_idle() {
	"$B/pkd" top --json -n 2 "$pid" 2>top_err | tail -n 1 | python3 -c 'import json, sys
sys.exit(next(node for node in json.load(sys.stdin)["nodes"] if node["name"] == "shown")["busy"] > 0.5)'
}
within 5 is_idle || fail 'it is busy while nobody looks' top_err

# ---- curl ----

gets "http://$address/" | grep -q '<title>test &#38; try</title>' || fail 'there is no page'
gets "http://$address/settings.json" | python3 -c 'import json, sys
mode = json.load(sys.stdin)["modes"][0]
assert mode["width"] == "320" and mode["height"] == "240", mode' || fail 'settings.json is none'
gets "http://$address/config.json" | python3 -c 'import json, sys
assert json.load(sys.stdin)["name"] == "test & try"' || fail 'config.json is none'
gets -o one.jpg -o two.jpg -w '%{num_connects}\n' "http://$address/?action=snapshot&resolution=100x75" "http://$address/snapshot.jpg" >connects
[ "$(tr '\n' ' ' <connects)" = '1 0 ' ] || fail 'a connection is not kept' connects
ffprobe -v error -show_entries stream=width,height -of csv=p=0 one.jpg >size
[ "$(cat size)" = 100,75 ] || fail 'a picture has another size than was asked for' size
gets "http://$address/stream.mjpg?resolution=big" >wrong
[ "$(cat wrong)" = "resolution: 'big' is not WIDTHxHEIGHT, such as 320x240" ] || fail 'a wrong wish is not told' wrong
gets "http://$address/?action=command&fps=5" | grep -q '^fps: "5"$' || fail 'a command is not taken'
gets "http://$address/?action=command&fps=1000" >answer
gets -H 'Origin: http://evil.example' "http://$address/?action=command&fps=1" | grep -q 'another site' || fail 'any page may command'
for lines in 'Referer: http://evil.example/' 'X-None: 1'; do
	gets -A 'Mozilla/5.0' -H "$lines" "http://$address/?action=command&fps=1" | grep -q 'another site' || fail "a picture of any page may command: $lines"
done
gets -A 'Mozilla/5.0' -H "Referer: http://$address/" "http://$address/?action=command&fps=1000" | grep -q '^fps: "1000"$' || fail 'its own page may not command'
# A camera's controls: those of the program's parameter, and no others.
gets "http://$address/?action=command&exposure_absolute=100&brightness=5" | grep -q '^controls: "exposure_absolute=100,brightness=5"$' || fail 'controls are not set'
gets "http://$address/?action=command&brightness=7&fps=900" >answer
grep -q '^controls: "exposure_absolute=100,brightness=7"$' answer && grep -q '^fps: "900"$' answer || fail 'one control takes the place of all' answer
"$B/pkd" get "$pid" film.controls | grep -q 'exposure_absolute=100,brightness=7' || fail 'the camera does not have them'
gets "http://$address/?action=command&brightness=high" | grep -q "^brightness: 'high' is no whole number" || fail 'a wrong value is not told'
gets -H 'Origin: http://evil.example' "http://$address/?action=command&brightness=1" | grep -q 'another site' || fail 'any page may set controls'
gets -H 'Host: evil.example' "http://$address/" | grep -q localhost || fail 'any name is taken'

# ---- FFmpeg, as a stream of parts and by what it finds out ----

for source in "-f mpjpeg -i http://$address/stream.mjpg" "-i http://$address/?action=stream"; do
	# shellcheck disable=SC2086 # words
	at_most 20 ffmpeg -v error $source -frames:v 20 -f null - 2>ffmpeg_err || fail "ffmpeg $source" ffmpeg_err
	[ ! -s ffmpeg_err ] || fail "ffmpeg says something: $source" ffmpeg_err
done
at_most 20 ffmpeg -v error -i "http://$address/stream.mjpg?resolution=64x48" -frames:v 3 -y small.mkv 2>ffmpeg_err
ffprobe -v error -show_entries stream=width,height -of csv=p=0 small.mkv >size
[ "$(cat size)" = 64,48 ] || fail 'a stream has another size than was asked for' size

# ---- Clients that behave, and others ----

for one in stream wishes once limit hostile half; do
	clients "$one"
done

# ---- One that is killed listens again, and goes on with its times and counts ----

named "$pid" shown || fail "no process 'shown'"
kill -KILL "$child"
is_again() { [ "$(grep -c 'the pictures are at' out)" -eq 2 ]; }
within 10 is_again || fail 'it does not listen again'
mark=$(wc -l <served.csv)
goes_on() { [ "$(wc -l <served.csv)" -gt $((mark + 3)) ]; }
within 10 goes_on || fail 'it does not go on' served.csv
ends
python3 -c 'import csv
rows = list(csv.DictReader(open("served.csv")))
for a, b in zip(rows, rows[1:]):
    for name in "time_s", "skipped", "encoded":
        assert float(a[name]) <= float(b[name]), (a, b)' >said 2>&1 || fail 'counts or times go back' said

# ---- A port that another program has is waited for, but not for ever ----

python3 -c 'import socket, sys, time
with socket.create_server(("127.0.0.1", 0)) as taken:
    print(taken.getsockname()[1], flush=True)
    sys.stdin.read()' >port <orders &
started="${started:-} $!"
exec 7>orders
within 10 test -s port || fail 'no port is taken'
expect 1 ".*cannot listen at '127.0.0.1', port $(cat port): Address already in use" ./mjpeg --port "$(cat port)" --shown.grace 100ms
start ./mjpeg --port "$(cat port)" --shown.grace 60s
is_waiting() { grep -q 'it is waited for, 60 s at most' out; }
within 10 is_waiting || fail 'it is not said that the port is waited for'
exec 7>&-
within 10 is_listening || fail 'a port that is free again is not taken'
ends
begin --film.noise 200 --shown.bandwidth 0
clients steady
clients slow
grep -q 'is gone: it took nothing of what it is sent for 1 s' out || fail 'who does not read is not given up'
"$B/pkd" set "$pid" film.stops=true >said 2>&1 || fail 'the film cannot be stopped' said
clients stops
ends
begin --film.noise 200 --shown.bandwidth 0
clients limited "$B/pkd" set "$pid" shown.bandwidth=1000000
ends
begin --film.noise 200 --shown.bandwidth 1000000
clients budget
grep -q 'their quality is lowered, to keep within 1.0 Mbit/s' out || fail 'it is not said that the quality is lowered'
ends

begin --controls ''
gets "http://$address/?action=command&brightness=5" | grep -q 'only resolution, fps and compression can be set' || fail 'it is not said what can be set'
ends
expect 1 ".*'shown' .*: controls is to name one parameter, which is a text.*" ./mjpeg --controls 'film.stops'

# ---- JPEGs that go on as they are ----

ffmpeg -v error -f lavfi -i testsrc=s=160x120:r=20:d=2 -c:v mjpeg -q:v 3 -f mjpeg film.mjpeg || fail 'no film'
build "$e2e/mjpeg/mjpeg.pkd" --pipeline forwarded -o forwarded
rm -f served.csv
start ./forwarded
within 10 is_listening || fail 'it does not listen'
address=$(sed -n 's,.*the pictures are at http://\([0-9.:]*\)/$,\1,p' out)
within 10 has_rows || fail 'no picture comes'
clients forwarded film.mjpeg
gets "http://$address/?action=command&compression=5" | grep -q 'the pictures go on as the camera makes them' || fail 'a quality is taken'
gets "http://$address/?action=command&fps=1000" | grep -q '^fps: "1000"$' || fail 'a rate is not taken'
gets "http://$address/settings.json" | python3 -c 'import json, sys
assert json.load(sys.stdin)["modes"][0]["width"] == "160"' || fail 'settings.json is none'
at_most 20 ffmpeg -v error -f mjpeg -i film.mjpeg -c:v libx264 -y film.mp4 || fail 'no other film'
ends
expect 1 ".*'shown' .*: the packets are no JPEGs, and only these go on as they are: .*" ./forwarded --source film.mp4
