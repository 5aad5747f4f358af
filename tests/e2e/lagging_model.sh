#!/bin/sh
# A model that is slow holds up neither the screen nor the table: the table has a row for each frame of the camera,
# with the age of what the model found last; the program ends with its film, and what does not depend on the time
# is the same to the byte in one process. That no frame is torn is tested by hammer.sh, a million times.
#
# Eight times as fast as recorded; LAGGING_SPEED=1 as recorded, and then the rate of the rows counts.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe xvfb-run
needs_clip
needs_node video.open video.show detect.people draw.boxes
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

speed=${LAGGING_SPEED:-8}
for pipeline in lagging exact copy; do
	build "$e2e/lagging_model/lagging_model.pkd" --pipeline $pipeline -o $pipeline
done

# ---- Three keys of one answer, each read by itself, are no program ----

cat >keys.pkd <<'END_PKD'
use video

type Boxes { n: u32 }
type Labels { n: u32 }

node model<W, H>(frame: image<bgr24, W, H>) -> (boxes: Boxes, labels: Labels) { source "model.c" }
node bbox<W, H>(frame: image<bgr24, W, H>, boxes: Boxes?, labels: Labels?) { source "bbox.c" }

pipeline keys() {
    live  = video.open("vtest.avi", W: 768, H: 576)
    found = model(latest live)
    bbox(live, sample found.boxes, sample found.labels)
}
END_PKD
"$PKDC" check keys.pkd >out 2>&1 && fail 'boxes and labels may be of two frames'
grep -q 'E0407' out || fail 'not refused for that'

# ---- The program, on a screen ----

rows() { [ -e lagging.csv ] && [ "$(wc -l <lagging.csv)" -gt "$1" ]; }

# An X server resets itself when its last client leaves, and refuses who comes meanwhile: not this one.
mkfifo number
Xvfb -displayfd 3 -screen 0 1024x768x24 -noreset -nolisten tcp 3>number 2>xvfb.out &
started="${started:-} $!"
read -r display <number
start env DISPLAY=":$display" ./lagging --source "$MEDIA/vtest.avi" --speed "$speed" \
	--taken.t "$((350 / speed))ms"
within 30 rows 100 || fail '100 rows do not come'
early=$(now_ms) processes=$(children_of "$pid")
within 120 rows 700 || fail '700 rows do not come'
late=$(now_ms)
[ "$(echo "$processes" | wc -w)" -ge 5 ] || fail "only the processes $processes"
within 30 rows 795 || fail '795 rows do not come'
# shellcheck disable=SC2086 # words
promptly 1 all_gone "$pid" $processes || fail 'it does not end within a second'
finish 1
[ "$status" -eq 0 ] || fail "status $status"

due=$((60000 / speed)) took=$((late - early))
note "600 rows in $took ms, due in $due"
off=$((took > due ? took - due : due - took))
[ "$speed" != 1 ] || [ $((off * 50)) -le "$due" ] || fail 'rows do not come at the rate of the camera, within 2 %'

firings() { awk -v node="$1" '$1 == node { print $2 }' out; }
for node in live view write csv; do
	[ "$(firings $node)" = 795 ] || fail "$node has fired $(firings $node) times, not 795"
done
note "the screen has shown $(firings show) frames, the model has looked at $(firings found)"
# At most three in a second of the clip, which lasts 79.5.
[ "$(firings found)" -ge 3 ] && [ "$(firings found)" -le 239 ] || fail 'the model is not slow'
[ "$(firings show)" -ge $(($(firings found) * 3)) ] || fail 'the screen waits for the model'
[ "$speed" != 1 ] || [ "$(firings show)" -ge 780 ] || fail 'the screen is slower than the camera'

# Rows are of each frame at its time, a tenth of a second apart; what they say of the model is as old as they say.
sed 's/,"\[.*/,json/' lagging.csv | awk -F, '
	NR == 1 { next }
	function bad(why) { print "row " NR ": " why ": " $0 }
	$1 != NR - 1 { bad("the frame number") }
	int($2 * 10 + 0.5) != $1 - 1 { bad("the capture time") }
	$3 == "" { next }
	$3 > $1 || $3 < last { bad("the source frame") }
	int($4 + 0.5) != 100 * ($1 - $3) { bad("the age") }
	$3 != last { results++; last = $3 }
	$4 > 0 { aged++ }
	{ present++ }
	END {
		if (NR != 796) print NR - 1 " rows, not 795"
		if (aged < present / 2) print "only " aged " of " present " answers are older than their row"
		if (results < 3 || results * 3 > present) print results " answers in " present " rows"
	}' >wrong
[ ! -s wrong ] || fail 'the table is wrong' wrong

# film FILE SIZE FRAMES: it is played to its end without a word.
film() {
	frames=$(ffprobe -v error -count_frames -select_streams v \
		-show_entries stream=width,height,nb_read_frames -of csv=p=0 "$1" 2>&1)
	[ "$frames" = "$2,$3" ] || fail "$1 is $frames, not $2,$3"
	ffmpeg -nostdin -v warning -i "$1" -f null - >out 2>&1 && [ ! -s out ] || fail "$1 cannot be played"
}
film lagging.mp4 768,576 795

# ---- A film of another size and an odd rate ----

at_most 60 ./copy --source "$MEDIA/tree.avi" --quiet >out 2>&1 || fail "tree.avi: status $?"
film copy.mp4 320,240 "$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames \
	-of csv=p=0 "$MEDIA/tree.avi")"

# ---- The answer joined by its frame ----

at_most 90 ./exact --source "$MEDIA/vtest.avi" --quiet >out 2>&1 || fail "exact: status $?"
mv exact.csv processes.csv
[ "$(wc -l <processes.csv)" -eq 796 ] || fail 'not 795 rows'
[ "$(grep -c '""label"":""person""' processes.csv)" -ge 8 ] || fail 'hardly any people were found'
at_most 90 ./exact --source "$MEDIA/vtest.avi" --quiet --single-process >out 2>&1 || fail "in one process: status $?"
cmp processes.csv exact.csv >out 2>&1 || fail 'it differs in one process'
