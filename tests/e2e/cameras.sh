#!/bin/sh
# examples/cameras with a real RTSP server: one connection and one decoder a camera, analysers exactly at their rate, a
# detector that all share, browsers' pictures untouched by deaths of those who look at them, a server that is restarted;
# and sixteen by one number. `make peers` sets CAMERAS_SECONDS: then there are sixteen for so long, and what they take is measured.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream_packets record.ring record.clip net.ws_video net.ws_values net.mjpeg detect.people image.grid draw.boxes
needs python3 ffmpeg
python=/usr/bin/python3 # the one that Debian's modules are for
libraries=$(echo "$B"/gst/usr/lib/*-linux-gnu*)
example=$ROOT/examples/cameras
export PYTHONPATH="$e2e/ws_video:$e2e/cameras" PYTHONDONTWRITEBYTECODE=1
# The command and what it needs to find a server that is unpacked and not installed.
server() {
	if [ -d "$libraries" ]; then
		set -- LD_LIBRARY_PATH="$libraries" GI_TYPELIB_PATH="$libraries/girepository-1.0" \
			GST_PLUGIN_PATH="$libraries/gstreamer-1.0" GST_REGISTRY="$PWD/registry.bin" "$python" "$@"
	else
		set -- "$python" "$@"
	fi
	exec env "$@"
}
(server -c 'import gi
gi.require_version("GstRtspServer", "1.0")') >out 2>&1 || skip 'no RTSP server (tests/setup.sh --tests)'
password=tauben-turm-7
printf '%s\n' $password >password
cp -r "$example/www" .

ffmpeg -v error -f lavfi -i "testsrc2=s=640x360:r=15:d=$((${CAMERAS_SECONDS:-60} + 60))" -pix_fmt yuv420p -c:v libx264 \
	-preset ultrafast -tune zerolatency -x264-params sliced-threads=0 -g 30 -crf 30 film.mkv || fail 'no film'
mkdir rings clips
"$PKDC" build "$example/cameras.pkd" -D RECORD=true -o cameras >out 2>&1 || fail 'it cannot be built' out

serve() { # N [PORT]
	films=
	for _ in $(seq "$1"); do films="$films film.mkv"; done
	rm -f port
	# shellcheck disable=SC2086 # words
	server "$e2e/cameras/server.py" port "${2:-0}" "viewer:$password" $films >served 2>&1 &
	serving=$!
	started="${started:-} $serving"
	within 30 test -s port || fail 'the server does not start' served
	port=$(cat port)
}
# conf N: the cameras of the server, a line each.
conf() {
	printf 'sources = '
	for i in $(seq 0 $(($1 - 1))); do
		printf '%srtsp://127.0.0.1:%s/cam%s' "$([ "$i" -eq 0 ] || printf ',\n  ')" "$port" "$i"
	done
	printf '\nuser = viewer\npassword = @password\n%s\n' "${2:-}"
}
begin() { # N PROGRAM [LINE]
	conf "$1" "${3:-}" >cameras.conf
	web=$(free_port) values=$(free_port) wall=$(free_port)
	start "$2" --config cameras.conf --port "$web" --values_port "$values" --wall_port "$wall" --site "http://127.0.0.1:$web" --token sesam
	within 20 all_online "$1" || fail "not all of $1 cameras are online" out
}
online() { grep -Ec 'cam\[[0-9]+\]: online: 640x360' out; }
all_online() { [ "$(online)" -ge "$1" ]; }
# To the server of the cameras; in /proc/net/tcp the second address is the other's, and 01 is established.
connections() { awk -v port=":$(printf %04X "$port")" '$3 ~ port "$" && $4 == "01"' /proc/net/tcp | wc -l; }
has_connections() { [ "$(connections)" -eq "$1" ]; }
pictures() { { wc -l <"$1"; } 2>/dev/null || echo 0; }
has_pictures() { [ "$(pictures "$1")" -ge "$2" ]; }
look() { # NAME
	python3 "$e2e/cameras/look.py" "127.0.0.1:$web" "$1" sesam "look$1" >"said$1" 2>&1 &
	started="$started $!"
	within 10 has_pictures "look$1" 5 || fail "no pictures of camera $1" "said$1"
}
# whole FILE: no picture is missing within a session, and none comes twice. On a busy machine pictures may be late by more than
# what is waited for: then it goes on with a key frame.
whole() {
	awk '$4 == s && $2 != n + 1 && !($2 > n && $3 == 1 && (late > 0.4 || $5 > 0.4)) { exit 1 }
		{ n = $2; s = $4; late = $5 }' "$1"
}
named_n() { # NAME-PATTERN: so many processes
	n=0
	for child in $(children_of "$pid"); do
		grep -Eqx "$1" "/proc/$child/comm" 2>/dev/null && n=$((n + 1))
	done
	echo "$n"
}
ls /dev/shm >shm

# ---- Four ----

serve 4
begin 4 ./cameras "ring_bytes = 48MiB"
look 1
look 3
within 5 has_connections 4 || fail 'not one connection for a camera' out
[ "$(named_n 'frame\[[0-9]\]')" -eq 4 ] || fail 'not one decoder for a camera'
for child in "$pid" $(children_of "$pid"); do
	! tr '\0' '\n' <"/proc/$child/cmdline" | grep -q $password || fail 'the password is in the command line'
done

# Who looks at pictures dies: nothing changes for those who are shown them.
for victim in moved[1] detector looking drawing; do
	named "$pid" "$victim" || fail "there is no process $victim"
	before=$child
	kill -KILL "$child"
	is_back() { named "$pid" "$victim" && [ "$child" != "$before" ]; }
	within 5 is_back || fail "$victim is not started again" out
	had=$(pictures look1)
	within 5 has_pictures look1 $((had + 8)) || fail "no pictures after the death of $victim"
done
for i in 1 3; do
	whole "look$i" || fail "camera $i: pictures are missing" "look$i"
	[ "$(cut -d' ' -f4 "look$i" | sort -u | wc -l)" -eq 1 ] || fail "camera $i: the stream was begun anew"
done
# The wall shows pictures, too.
has_wall() { curl -fsS -m 5 "http://127.0.0.1:$wall/?action=snapshot" -o wall.jpg 2>said && ffprobe -v error wall.jpg; }
within 5 has_wall || fail 'no wall' said

# The cameras are away, and come back.
kill -KILL "$serving"
gone() { [ "$(grep -Ec 'cam\[[0-9]+\]: offline' out)" -ge 4 ]; }
within 5 gone || fail 'they are not offline' out
had=$(pictures look1)
serve 4 "$port"
all_back() { [ "$(online)" -ge 8 ]; }
within 10 all_back || fail 'they do not come back' out
within 10 has_pictures look1 $((had + 15)) || fail 'camera 1 does not come back to who looks'
whole look1 || fail 'camera 1: pictures are missing' look1
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "status $status"
! grep -q $password out said* || fail 'the password is told' out
ls /dev/shm | cmp -s - shm || fail 'something is left in /dev/shm'
python3 "$e2e/cameras/rows.py" 4 0,1,2,3 moves.csv seen.csv out >said 2>&1 || fail 'four cameras' said
note "four: $(cat said)"
for i in 0 1 2 3; do
	[ -s "rings/camera$i.ring" ] || fail "camera $i has no ring"
	film=$(find clips -name "camera$i-*.mp4" | head -n 1)
	n=$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$film") || fail "no clip of camera $i"
	[ "$n" -ge 30 ] || fail "the clip of camera $i has $n pictures"
done

# ---- Sixteen, by one number ----

"$PKDC" build "$example/cameras.pkd" -D CAMS=16 --deploy sixteen -o sixteen >out 2>&1 || fail 'sixteen cannot be built' out
expect 2 '.*cameras.conf:1: sources = .*: must be 16 values, separated by commas' ./sixteen --config cameras.conf
kill -KILL "$serving"
serve 16
conf 16 >cameras.conf
./sixteen --needs --config cameras.conf >needs 2>&1 || fail 'needs' needs
note "sixteen: $(tr -s ' \n' ' ' <needs)"
rm -f moves.csv seen.csv look*
begin 16 ./sixteen
look 9
has_answers() { [ "$(pictures seen.csv)" -ge 49 ]; }
if [ -n "${CAMERAS_SECONDS:-}" ]; then
	at_most $((CAMERAS_SECONDS + 60)) python3 "$e2e/cameras/long.py" "$pid" "$CAMERAS_SECONDS" look9 >said 2>&1 || fail 'sixteen for long' said
	note "$(cat said)"
else
	within 20 has_answers || fail 'the detector does not answer' seen.csv
fi
within 5 has_connections 16 || fail 'not one connection for a camera' out
whole look9 || fail 'camera 9: pictures are missing' look9
kill -TERM "$pid"
finish 20
[ "$status" -eq 0 ] || fail "status $status"
python3 "$e2e/cameras/rows.py" 16 '' moves.csv seen.csv out >said 2>&1 || fail 'sixteen cameras' said
note "sixteen: $(cat said)"
