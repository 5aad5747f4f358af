#!/bin/sh
# The example with a network: people and cars are found, each frame is in the video and in the table, and the
# network holds up nobody.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffprobe
needs_clip
needs_node video.open detect.dnn track.follow draw.boxes draw.plot
[ -s "$MEDIA/../models/coco.onnx" ] || skip 'no network: make models'
unset DISPLAY WAYLAND_DISPLAY

ln -s "$MEDIA/../models" models
build "$ROOT/examples/people/street.pkd" -o street
at_most 120 ./street --quiet --source "$MEDIA/vtest.avi" --speed 4 --found.folder models/ --boxes.pictures 512 \
	>out 2>&1 || fail "status $?" out
[ "$(wc -l <street.csv)" = 796 ] || fail "$(wc -l <street.csv) rows, not 795 and a head"
frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames,width,height \
	-of csv=p=0 street.mp4 2>&1)
[ "$frames" = 768,576,795 ] || fail "the video is $frames, not 768,576,795"
for label in person car; do
	grep -q "\"\"label\"\":\"\"$label\"\"" street.csv || fail "no $label was found"
done
! grep -o '""label"":""[^"]*' street.csv | grep -Ev '"(person|car)$' >others || fail 'something else is shown' others
