#!/bin/sh
# video.camera in whole programs: without a camera one clear line; with one that is played, what is
# unplugged, silent or frozen is told apart and comes back, and no old picture is given as a new one.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.camera

cat >watch.pkd <<'END_PKD'
use video
use table

/// The number in the first pixels; 0 where there is no frame.
node number_of<W, H>(frame: image<bgr24, W, H>?, link: any) -> (n: u32) {
    stateless
    step {=
        if (in->frame)
            memcpy(out->n, pkd_const_pixels(in->frame), sizeof(*out->n));
    =}
}

pipeline watch(device: string = "/dev/video0") {
    cam = video.camera(device, W: 64, H: 48)
    n   = number_of(cam.frame, cam.link)
    table.csv({ state: cam.link.state, n: n, times: cam.link.n_reconnects }, path: "watch.csv")
}
END_PKD
build watch.pkd

# ---- No camera ----

# refused STATUS TEXT OPTION...
refused() {
	text=$1
	shift
	at_most 30 ./watch "$@" >out 2>&1
	status=$?
	[ "$status" -eq 1 ] || fail "$*: status $status"
	grep -Fq "node 'cam' (watch.pkd:14:5): $text" out || fail "$*: not said: $text"
	[ ! -e watch.csv ] || fail 'a table was made'
}
refused "there is no camera '/dev/not_there'; " --device /dev/not_there
grep -q 'required: false waits for it' out || fail 'no way out'
refused "'/dev/null' is no camera: it does not know V4L2" --device /dev/null
refused "controls: 'gain' is not NAME=NUMBER" --device /dev/null --cam.controls gain

./watch --device /dev/not_there --cam.required=false >out 2>&1 &
program=$!
begun() { [ "$(sed -n 2p watch.csv 2>/dev/null | cut -d, -f3-)" = 'offline,0,0' ]; }
within 10 begun || fail 'it does not wait for a camera'
kill "$program"
wait "$program" || fail "waiting for a camera: status $? after a stop"
rm watch.csv

# ---- A camera that is played ----

[ -w /dev/shm ] || skip 'no /dev/shm: no camera was played'
pkg-config --exists libavutil || skip 'libavutil is missing'
FAKE_CAMERA=/dev/shm/pkd-camera.$$
program=
trap 'rm -f "$FAKE_CAMERA"; [ -z "$program" ] || kill "$program" 2>/dev/null' EXIT
export FAKE_CAMERA
preload="$PWD/preload.so"
${CC:-cc} -std=gnu11 -O1 -g -shared -fPIC -I"$ROOT/stdlib" -o preload.so "$e2e/camera/preload.c" \
	"$ROOT/stdlib/test/fake_camera.c" -ldl -pthread >out 2>&1 || fail 'the camera cannot be built'

# is STATE TIMES: its last row.
is() { [ "$(tail -n 1 watch.csv 2>/dev/null | cut -d, -f3,5)" = "$1,$2" ]; }
now() {
	echo "$1" >"$FAKE_CAMERA.new" && mv "$FAKE_CAMERA.new" "$FAKE_CAMERA"
	before=$(now_ms)
	within 20 is "$2" "$3" || fail "$1: not $2 $3 in the end" watch.csv
	note "$1: $2 after $(($(now_ms) - before)) ms"
}
echo on >"$FAKE_CAMERA"
LD_PRELOAD=$preload ./watch >said 2>&1 &
program=$!
now on online 0
now away offline 0
now on online 1
now silent stalled 1
now on online 1
now frozen frozen 1
now on online 1
now away offline 1
now on online 2
kill -TERM "$program"
promptly 2 is_gone "$program" || fail 'a stop takes too long' said
wait "$program" || fail "status $? after a stop" said
program=
cp said out

sed 1d watch.csv | cut -d, -f3- >rows
head -n 1 rows | grep -q '^connecting,0,0$' || fail 'it does not begin by connecting' rows
# But the one that froze.
awk -F, '$1 == "online" && $2 == last { frozen[$2]; if (length(frozen) > 1) exit 1 }
	$1 == "online" { if ($2 < last) exit 1; last = $2 }
	$1 != "online" && $2 != 0 { exit 1 }' rows || fail 'an old picture is given as a new one' rows
# What it went through, each state once in a row.
cut -d, -f1,3 rows | uniq | tr '\n' ' ' >states
expected='connecting,0 online,0 offline,0 connecting,1 online,1 stalled,1 online,1 frozen,1 online,1 '
expected="${expected}offline,1 connecting,2 online,2 "
[ "$(cat states)" = "$expected" ] || fail 'other states' states
[ "$(grep -c 'was unplugged' said)" -eq 2 ] || fail 'not said once each that it was unplugged' said
