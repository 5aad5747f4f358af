#!/bin/sh
# The example: every frame is in the video and in the table, people have boxes, and the detector,
# which is several times slower, holds up nobody.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe
needs_clip
needs_node video.open detect.people track.follow draw.boxes
unset DISPLAY WAYLAND_DISPLAY

speed=4 # 40 frames a second
build "$ROOT/examples/people/people.pkd" -o people
from=$(now_ms)
# Half the usual stride: four times the work, so that the detector is slow on a fast machine, too. On a
# busy one boxes are hundreds of frames old, and so many are kept.
at_most 120 ./people --source "$MEDIA/vtest.avi" --speed $speed --found.stride 4 --boxes.pictures 512 >out 2>&1 || fail "status $?"
took=$(($(now_ms) - from))

# ---- Not faster than the source; how much slower depends on the machine ----

due=$((79500 / speed))
note "$took ms, the clip lasts $due ms"
[ $((took * 100)) -ge $((due * 98)) ] || fail "it took $took ms: faster than --speed $speed"

firings() { awk -v node="$1" '$1 == node { print $2 }' out; }
for node in cam view write csv; do
	[ "$(firings $node)" = 795 ] || fail "$node has fired $(firings $node) times, not 795"
done
[ "$(firings show)" = 0 ] || fail 'video.show shows something without a display'
[ "$(firings found)" -ge 3 ] || fail "the detector has fired $(firings found) times"
[ $(($(firings found) * 3)) -lt 795 ] || fail "the detector has fired $(firings found) times: not several times slower"
dropped=$(sed -n 's/^ *cam.frame -> found.frame: \([0-9]*\) dropped$/\1/p' out)
note "the detector has fired $(firings found) times and left out $dropped frames"
[ $(($(firings found) + dropped)) -le 795 ] || fail 'more frames than there are'

# ---- The table: frame, time, the frame that the result stems from, its age ----

[ "$(head -n 1 people.csv)" = frame,time_s,source_frame,age_ms,count,items ] || fail "$(head -n 1 people.csv)"
sed 's/,"\[.*/,json/' people.csv | awk -F, '
	NR == 1 { next }
	function bad(why) { print "row " NR ": " why ": " $0 }
	$1 != NR - 1 { bad("the frame number") }
	int($2 * 10 + 0.5) != $1 - 1 { bad("the capture time") }
	$3 == "" { absent++; if ($4 $5 $6 != "") bad("a result without a source"); next }
	$3 > $1 || $3 < last { bad("the source frame") }
	int($4 + 0.5) != 100 * ($1 - $3) { bad("the age is not that of the frame") }
	$4 > 0 { aged++ }
	{ if ($3 != last) results++; last = $3 }
	$5 > 0 { people++ }
	END {
		if (NR != 796) print NR - 1 " rows, not 795"
		present = 795 - absent
		# Rows went on while the detector was at work: it held up nobody.
		if (aged < present / 2) print "only " aged " of " present " results are older than their frame"
		if (results * 3 > present) print results " results in " present " rows: they waited for them"
		if (results < 3) print "only " results " results"
		if (people < present / 3) print "hardly any people were found"
		print absent + 0, results > "counts"
	}' >wrong
[ ! -s wrong ] || fail 'the table is wrong' wrong
read -r absent results <counts
note "$results results in 795 rows, $absent rows before the first"
[ "$results" -le "$(firings found)" ] || fail 'more results than the detector has made'
grep -q '""label"":""person""' people.csv || fail 'no people were found'

# ---- The video ----

frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames,width,height \
	-of csv=p=0 people.mp4 2>&1)
[ "$frames" = 768,576,795 ] || fail "the video is $frames, not 768,576,795"

# Frames without a box are near the source; those with boxes differ, and differ inside the boxes'
# colour only: compare a frame that has people with the same frame of the source, above the plot.
psnr() {
	ffmpeg -v error -nostats -i people.mp4 -i "$MEDIA/vtest.avi" -lavfi \
		"[0:v]crop=768:488:0:0,settb=1/10,setpts=N[a];[1:v]crop=768:488:0:0,settb=1/10,setpts=N[b];[a][b]psnr=stats_file=psnr.log" -f null - >out 2>&1 ||
		fail 'ffmpeg cannot compare'
	awk '{ sub(/n:/, "", $1); sub(/psnr_avg:/, "", $6); print $1, $6 }' psnr.log
}
psnr >quality
[ "$(wc -l <quality)" -eq 795 ] || fail "$(wc -l <quality) frames compared, not 795"
# rows: frame, 1 if it has boxes.
sed 's/,"\[.*//' people.csv | awk -F, 'NR > 1 { print $1, ($5 > 0) }' | paste -d ' ' - quality |
	awk '$1 != $3 { print "frames are out of step at " $1 }
		{ n[$2]++; sum[$2] += $4 }
		END {
			if (!n[0] || !n[1]) { print "only frames of one kind"; exit }
			print "PSNR " sum[0] / n[0] " dB in " n[0] " frames without, " \
				sum[1] / n[1] " dB in " n[1] " with boxes" > "/dev/stderr"
			if (sum[0] / n[0] < 30) print "frames without boxes are not those of the source"
			if (sum[1] / n[1] > sum[0] / n[0] - 3) print "no boxes are to be seen"
		}' >wrong
[ ! -s wrong ] || fail 'the pictures are wrong' wrong
