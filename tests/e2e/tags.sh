#!/bin/sh
# Tags, a robot's place among them, and a calibration, from pictures to files, in the sandbox: poses are those of
# the scene that was drawn, a photograph has the tags that it is known to have, wrong files are told in one line.
here=$(dirname "$0")
. "$here/lib/lib.sh"

needs ffmpeg pkg-config python3
needs_node video.open detect.tags target.field target.calibrate draw.fiducials table.csv

cat >robot.pkd <<'END_PKD'
use detect
use draw
use flow
use table
use target
use video

pipeline robot(calibration: string = "camera.yml", layout: string = "field.json", families: string = "tag36h11") {
    cam = video.open("shot%04d.pgm", speed: 0, W: 640, H: 480, FORMAT: i420)
    tags = detect.tags(cam, families: families, calibration: calibration, size: 0.2, decimate: 1.0)
    one = flow.split(tags)
    at = target.field(tags, layout: layout, calibration: calibration, size: 0.2, x: 0.1, y: -0.05, z: 0.7)
    table.csv({ x: at.pose.x, y: at.pose.y, z: at.pose.z, qw: at.pose.qw, qz: at.pose.qz, used: at.used, error: at.error }, path: "robot.csv")
    table.csv(one, path: "tags.csv")
    table.jsonl({ tags: tags }, path: "tags.jsonl")
}
END_PKD
python3 "$here/tags/scene.py" frames 4 >places || fail 'the scene cannot be drawn'
build robot.pkd -o robot
at_most 30 ./robot --quiet >out 2>&1 || fail "status $?"
python3 "$here/tags/scene.py" check robot.csv tags.jsonl <places >out 2>&1 || fail 'not where it was drawn'
cat out
[ "$(wc -l <tags.csv)" -eq "$(($(grep -o '"family"' tags.jsonl | wc -l) + 1))" ] || fail 'a tag is no row' tags.csv

# ---- Wrong files ----

# wrong PATTERN OPTION...: one line of each node that reads it, with its place.
wrong() {
	pattern=$1
	shift
	at_most 20 ./robot --quiet "$@" >out 2>&1 && fail "$*: it succeeds"
	[ "$(grep -vc ' failed' out)" -eq "$(grep -c ' failed' out)" ] || fail "$*: more than a line of a node"
	grep -Eq -- "^robot: node '(tags|at)' \(robot\.pkd:[0-9]+:[0-9]+\): .*$pattern" out || fail "$*: it does not say '$pattern'"
}
sed 's/image_height: 480/image_height: 360/' camera.yml >wide.yml
sed 's/camera_matrix/matrix/' camera.yml >none.yml
sed 's/plumb_bob/omnidirectional/' camera.yml >model.yml
sed 's/"W"/"w"/' field.json >names.json
head -c 300 field.json >half.json
wrong "the frames are 640x480, and the camera was calibrated with 640x360" --calibration wide.yml
wrong "'none.yml' is no calibration: it has no \`camera_matrix\` of nine numbers" --calibration none.yml
wrong "'model.yml' is no calibration: its \`distortion_model\` is not" --calibration model.yml
wrong "cannot read 'nowhere.yml': No such file" --calibration nowhere.yml
wrong "'names.json' is no layout of a field: .*it has no 'W'" --layout names.json
wrong "'half.json' is no layout of a field" --layout half.json
wrong "\`families\` has 'tag36h12'" --families tag36h12

# ---- A calibration, from a board that a filter tilts ----

mkdir lenses
ffmpeg -v error -y -f lavfi -i "color=white:size=360x280,format=gray,geq=lum='if(between(X\,20\,339)*between(Y\,20\,259)*mod(floor((X-20)/40)+floor((Y-20)/40)\,2)\,20\,235)'" \
	-frames:v 1 board.png || fail 'no board'
i=0
for corners in 40:60:600:20:60:440:580:470 90:20:560:90:60:400:590:460 60:40:580:60:120:470:520:400 \
	20:20:460:80:50:400:440:330 220:80:620:40:200:400:600:460 100:120:500:60:60:470:560:440; do
	i=$((i + 1))
	# shellcheck disable=SC2046 # words
	set -- $(echo "$corners" | tr : ' ')
	ffmpeg -v error -y -f lavfi -i color=gray:size=640x480 -i board.png -filter_complex "[1]scale=640:480,
		perspective=x0=$1:y0=$2:x1=$3:y1=$4:x2=$5:y2=$6:x3=$7:y3=$8:sense=destination" -frames:v 1 view$i.png >out 2>&1 ||
		fail "no view $i"
done
cat >calibrate.pkd <<'END_PKD'
use table
use target
use video

pipeline calibrate() {
    cam = video.open("view%d.png", speed: 0, W: 640, H: 480)
    lens = target.calibrate(cam, columns: 7, rows: 5, views: 5, folder: "lenses/")
    table.csv({ taken: lens.taken, corners: len(lens.corners) }, path: "views.csv")
    table.csv({ fx: lens.calibration.fx, error: lens.error }, path: "lens.csv")
}
END_PKD
build calibrate.pkd -o calibrate
at_most 30 ./calibrate --quiet >out 2>&1 || fail "calibrate: status $?"
[ "$(tail -n 1 views.csv | cut -d, -f3)" = 5 ] || fail 'views are missing' views.csv
[ "$(wc -l <lens.csv)" -eq 3 ] || fail 'the calibration is there too early or too late' lens.csv
[ "$(ls -A lenses)" = camera.yml ] || fail "beside the file: $(ls -A lenses)"
head -c 9 lenses/camera.yml | grep -q '^%YAML:1.0' || fail 'no file of OpenCV' lenses/camera.yml
at_most 20 ./robot --quiet --calibration lenses/camera.yml >out 2>&1 || fail "the file is not read: status $?"

cat >lens.pkd <<'END_PKD'
use table
use video

pipeline lens(path: string = "lenses/camera.yml") {
    cam = video.open("view%d.png", speed: 0, W: 640, H: 480)
    lens = video.calibration(path)
    table.csv({ at: time(cam), fx: sample lens.fx }, path: "sampled.csv")
}
END_PKD
build lens.pkd -o lens
at_most 20 ./lens --quiet >out 2>&1 || fail "lens: status $?"
[ "$(tail -n 1 sampled.csv | cut -d, -f4)" = "$(tail -n 1 lens.csv | cut -d, -f3)" ] ||
	fail 'another focal length is sampled' sampled.csv

# ---- A tag that target.scene has drawn is where it was told to be ----

sed 's/\[500[^]]*\]/[600, 0, 319.5, 0, 600, 239.5, 0, 0, 1]/' camera.yml >scene.yml
cat >scene.pkd <<'END_PKD'
use detect
use table
use target

node place() -> (pose: target.Pose) {
    step {=
        double n = (double)pkd_number(ctx), a = 0.2 + 0.02 * n;

        *out->pose = (struct target_Pose){0.3 * sin(n), 0.2 * cos(n), 1.2 + 0.05 * n, cos(a), 0.6 * sin(a), 0.8 * sin(a), 0};
        return n < 12 ? PKD_OK : PKD_END;
    =}
}

pipeline scene() {
    at = place()
    frame = target.scene(at, what: tag, id: 5, fx: 600.0)
    tags = detect.tags(frame, calibration: "scene.yml")
    seen = tags[0].pose
    table.csv({ x: seen.x - at.x, y: seen.y - at.y, z: (seen.z - at.z) / at.z, qw: seen.qw - at.qw, qx: seen.qx - at.qx,
        qy: seen.qy - at.qy, qz: seen.qz - at.qz }, path: "apart.csv")
}
END_PKD
needs_node target.scene
build scene.pkd -o scene
at_most 30 ./scene --quiet >out 2>&1 || fail "scene: status $?"
awk -F, 'NR > 1 { for (i = 3; i <= NF; i++) if ($i > 0.01 || $i < -0.01) exit 1; n++ } END { exit n != 12 }' apart.csv ||
	fail 'a tag is elsewhere' apart.csv

# ---- A photograph ----

[ -s "$MEDIA/tags/AprilTag.pgm" ] || skip 'the photograph is not there: tests/setup.sh --tests'
cat >photograph.pkd <<'END_PKD'
use detect
use draw
use table
use video

pipeline photograph(param source: string) {
    cam = video.open(source, speed: 0, W: 640, H: 480)
    tags = detect.tags(cam, decimate: 1.0)
    table.csv({ n: len(tags), least: min(tags, it.id) ?? 0, most: max(tags, it.id) ?? 0 }, path: "n.csv")
    view = draw.fiducials(cam, tags)
    video.write(view, path: "tags.mp4")
}
END_PKD
build photograph.pkd -o photograph
at_most 20 ./photograph --quiet --source "$MEDIA/tags/AprilTag.pgm" >out 2>&1 || fail "photograph: status $?"
[ "$(tail -n 1 n.csv)" = 1,0.000000000,12,8,19 ] || fail 'other tags' n.csv
