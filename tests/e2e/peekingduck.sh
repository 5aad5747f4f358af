#!/bin/sh
# Each of PeekingDuck's use cases in examples/peekingduck runs on a few frames and makes its film and its table; its page
# has a picture of its graph with each of its nodes, and a picture of what it makes.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe
needs_clip
needs_node video.open detect.dnn detect.cascade track.follow draw.boxes
unset DISPLAY WAYLAND_DISPLAY

examples=$ROOT/examples/peekingduck
mkdir build
ln -s "$MEDIA/../models" build/models

# ---- Their pages ----

for page in "$examples"/*/README.md; do
	folder=${page%/README.md} name=$(basename "${page%/README.md}")
	"$PKDC" check "$folder/$name.pkd" >out 2>&1 || fail "$name: status $?"
	[ ! -s out ] || fail "$name: pkdc says something"
	"$PKDC" graph --format=json "$folder/$name.pkd" >graph.json 2>out || fail "$name: no graph"
	sed -n 's/^    \([a-z_]*\) *= [a-z]*\.[a-z]*(.*/\1/p' "$folder/$name.pkd" >nodes
	[ -s nodes ] || fail "$name: no nodes"
	while read -r node; do
		grep -q ">$node" "$folder/graph.svg" || fail "$name/graph.svg is older than the program: it has no $node"
	done <nodes
	grep -q '(graph.svg)' "$page" || fail "$name: its page does not show the graph"
	grep -q "examples/peekingduck/$name/$name.pkd" "$page" || fail "$name: its page does not say how it is built"
	grep -q "($name/README.md)" "$examples/README.md" || fail "$name: no line in the list"
	[ "$name" = own_network ] || [ "$name" = own_node ] || [ -s "$folder/result.png" ] || fail "$name: no picture"
	! grep -q '(result.png)' "$page" || [ -s "$folder/result.png" ] || fail "$name: its page shows a picture that is not there"
done

# ---- Without a network: plates that are drawn into a picture of a house ----

cat >plate.sh <<'END'
ffmpeg -nostdin -v error -y -loop 1 -i "$1" -frames:v 20 -vf "scale=1280:720,drawbox=440:380:400:90:white:fill,\
drawbox=440:380:400:90:black:4,drawtext=text='A 123 BC 77':x=468:y=400:fontsize=60:fontcolor=black" -c:v ffv1 plate.mkv
END
sh plate.sh "$MEDIA/building.jpg" >out 2>&1 || fail 'ffmpeg cannot draw a plate'

# runs NAME FRAMES OPTION...: the film has so many frames.
runs() {
	name=$1 n=$2
	shift 2
	build "$examples/$name/$name.pkd" -o "$name"
	at_most 60 "./$name" --quiet "$@" >out 2>&1 || fail "$name: status $?"
	frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 \
		"$name.mp4" 2>&1)
	[ "$frames" = "$n" ] || fail "$name.mp4 has $frames frames, not $n"
	ran="${ran:-}$name "
}

# How well the plate of a film is that of the source, in dB.
plate() {
	ffmpeg -nostdin -v info -i "$1" -i plate.mkv -lavfi "[0:v]crop=380:80:450:385,format=gray[a];\
[1:v]crop=380:80:450:385,format=gray[b];[a][b]psnr" -f null - 2>&1 | sed -n 's/.*average:\([0-9]*\).*/\1/p' | tail -n 1
}

runs privacy_plates 20 --source plate.mkv
left=$(plate privacy_plates.mp4)
note "of the plate $left dB are left"
[ "${left:-99}" -lt 20 ] || fail 'the plate is not blurred'

# ---- With the networks ----

[ -s "$MEDIA/../models/coco.onnx" ] || {
	note "$ran"
	skip 'no networks: make models'
}
# As a camera, and so that each network sees some frames.
ffmpeg -nostdin -v error -i "$MEDIA/vtest.avi" -frames:v 60 -c copy clip.avi >out 2>&1 || fail 'ffmpeg cannot cut'
for name in counting counting_over_time zone_counting tracking crowd group_size too_close; do
	runs "$name" 60 --source clip.avi
	[ "$(wc -l <"$name.csv")" -gt 3 ] || [ "$name" = crowd ] || fail "$name.csv has no rows" "$name.csv"
done
awk -F, 'NR > 1 && $3 > 0 { n++ } END { exit n < 10 }' counting.csv || fail 'nobody was counted' counting.csv
awk -F, 'NR > 1 && $3 + $4 > 0 { n++ } END { exit n < 10 }' zone_counting.csv || fail 'nobody is in a zone' zone_counting.csv
grep -q '""state"":""seen""' tracking.csv || fail 'nobody was tracked' tracking.csv
ffmpeg -nostdin -v error -ss 4 -i "$MEDIA/Megamind.avi" -frames:v 15 -c:v ffv1 faces.mkv >out 2>&1 || fail 'ffmpeg cannot cut'
runs privacy_faces 15 --source faces.mkv
runs posture 1 --source "$MEDIA/messi5.jpg"
tail -n 1 posture.csv | grep -q '^1,[^,]*,1,' || fail 'nobody has a posture' posture.csv
ln -s build/models networks
runs own_network 60 --source clip.avi --folder networks/ --model coco
note "$ran"
