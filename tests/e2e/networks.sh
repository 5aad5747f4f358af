#!/bin/sh
# A program with a network, in its sandbox: a network of 200 bytes that hands the picture's rows on, and
# where `make models` has run, things and faces. After init nothing is opened and no thread started.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg
needs_node video.open detect.dnn pose.dnn

cat >things.pkd <<'END'
use video
use detect
use table

/// Writes down what a network sees in every hundredth frame of a video.
pipeline things(
    source: string = "vtest.avi",               /// the video file
    model: string = "coco",                     /// the network, in build/models/
    min_score: f32 = 0.4 in 0.0..1.0,           /// how sure it must be
) {
    cam   = video.open(source, speed: 0.0, W: 768, H: 576)
    found = detect.dnn(every(100) cam, model: model, min_score: min_score)
    table.csv({ things: len(found) }, path: "things.csv")
}
END
build things.pkd -o things

# Each frame is twelve rows of left, top, right, bottom, score, class, all 128: no box.
mkdir -p build/models
cp "$e2e"/networks/rows.* build/models/
ffmpeg -v error -f lavfi -i color=gray:s=6x4:r=10:d=1 -pix_fmt gray -c:v ffv1 gray.mkv || fail 'no clip'
at_most 60 ./things --source gray.mkv --model rows --found.engine opencv >out 2>&1 || fail "status $?"
grep -q 'found: OpenCV .* runs rows.onnx on' out || fail 'which engine runs it is not said'
[ "$(tail -n 1 things.csv)" = 1,0.000000000,0 ] || fail 'another table' things.csv

# What it may read it must say.
"$PKDC" check --report things.pkd >out 2>&1
grep -q "reads 'build/models/' (--found.folder)" out || fail 'the report lacks the folder'

at_most 60 ./things --source gray.mkv --model none >out 2>&1
[ $? = 1 ] || fail 'a network that is not there'
grep -q "'build/models/none.onnx' is not there, below the directory of the start: .make models" out || fail 'no way out'
echo 'head plain' >build/models/rows.txt
at_most 60 ./things --source gray.mkv --model rows >out 2>&1
[ $? = 1 ] || fail 'half a sidecar'
grep -q "'build/models/rows.txt', line 1 has no size before it: write .input 640 640" out || fail 'not the line'

# ---- What was fetched ----

models=$MEDIA/../models
[ -s "$models/coco.onnx" ] || { note 'coco.onnx is left out: make models has not run'; exit 0; }
needs_clip
for engine in onnxruntime opencv; do
	[ $engine = opencv ] || [ -s "$models/onnxruntime/libonnxruntime.so.1" ] || continue
	at_most 120 ./things --source "$MEDIA/vtest.avi" --found.folder "$models/" --found.engine $engine >out 2>&1 ||
		fail "status $?"
	[ "$(wc -l <things.csv)" = 9 ] || fail "$(wc -l <things.csv) lines, not 9" things.csv
	awk -F, 'NR > 1 && ($3 < 3 || $3 > 16)' things.csv >wrong
	[ ! -s wrong ] || fail 'too few or too many things' wrong
	cp things.csv $engine.csv
done
at_most 120 ./things --source "$MEDIA/vtest.avi" --found.folder "$models/" --model face >out 2>&1 || fail "status $?"

cat >noses.pkd <<'END'
use video
use pose
use table

/// Writes down where the nose of the person in the middle is.
pipeline noses(source: string = "vtest.avi") {
    cam    = video.open(source, speed: 0.0, W: 768, H: 576)
    people = pose.dnn(every(200) cam, min_score: 0.0)
    nose   = people[0].points[0]
    table.csv({ x: nose.x, y: nose.y, sure: nose.score }, path: "noses.csv")
}
END
build noses.pkd -o noses
at_most 120 ./noses --source "$MEDIA/vtest.avi" --people.folder "$models/" >out 2>&1 || fail "status $?"
[ "$(wc -l <noses.csv)" = 5 ] || fail "$(wc -l <noses.csv) lines, not 5" noses.csv
