#!/bin/sh
# --serve for Foxglove: its own client and its decoders (npm) read every type as `echo` says it, pictures as JPEG and H.264,
# parameters, services, the graph, the log; under both names of the protocol.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs node ffprobe
needs_node video.test video.encode
[ -e "$B/lib/libpkd_web.so" ] || skip 'libpkd_web.so is left out: a library of it is missing'
[ -d "$ROOT/build/npm/node_modules/@foxglove/ws-protocol" ] || skip "Foxglove's client is not there (tests/setup.sh --tests)"
export NODE_PATH="$ROOT/build/npm/node_modules" PKD_DIR="$PWD/place"

build "$e2e/foxglove/foxglove.pkd" -o foxglove
./foxglove --quiet --serve 0 2>said &
started="${started:-} $!"
within 10 grep -q serving said || fail 'it does not say where it serves' said
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' said)
token=$(sed -n 's/.*token=\([0-9a-f]*\).*/\1/p' said)

for part in values sdk pictures over newcomers parameters changes services graph; do
	at_most 20 node "$e2e/foxglove/client.cjs" "$port" "$token" $part >out 2>&1 || fail "$part"
done

# Others read the pictures, too.
ffprobe -v error -count_frames -show_entries stream=codec_name,profile,width,height,nb_read_frames \
	-of default=noprint_wrappers=1:nokey=1 got.h264 | tr '\n' ' ' >video
grep -Eq '^h264 Constrained Baseline 640 360 (1[89]|2[0-9]) $' video || fail 'the video' video
ffprobe -v error -count_frames -show_entries stream=codec_name,width,height,nb_read_frames \
	-of default=noprint_wrappers=1:nokey=1 coded.h264 | tr '\n' ' ' >video
grep -Eq '^h264 640 360 (39|40) $' video || fail 'the packets' video
ffprobe -v error -show_entries stream=codec_name,width,height -of default=noprint_wrappers=1:nokey=1 got.jpg | tr '\n' ' ' >picture
grep -q '^mjpeg 640 360 $' picture || fail 'the picture' picture
