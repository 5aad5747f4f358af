#!/bin/sh
# A program in which every edge is plain gives the same bytes in every run, however its nodes are
# grouped into processes.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg
needs_clip
needs_node video.open detect.people draw.boxes

# A corner that people walk through, without loss.
ffmpeg -v error -i "$MEDIA/vtest.avi" -frames:v 60 -vf crop=384:288:384:200 -c:v ffv1 clip.mkv \
	>out 2>&1 || fail 'ffmpeg cannot make the clip'

for deploy in plain pairs lumps crossed; do
	build "$e2e/plain/plain.pkd" --deploy "$deploy" -o "$deploy"
done

# run PROGRAM [OPTION]: the tables must be those of the first run.
run() {
	rm -f found.csv sums.csv
	at_most 60 ./"$1" --source clip.mkv --quiet ${2:+"$2"} >out 2>&1 ||
		fail "$*: status $?"
	[ -d first ] || { mkdir first && cp found.csv sums.csv first; }
	for table in found sums; do
		cmp "first/$table.csv" "$table.csv" >out 2>&1 || fail "$*: $table.csv differs"
	done
	runs=$((runs + 1))
}
runs=0

run plain
# Otherwise there would be nothing to compare.
[ "$(wc -l <found.csv)" -eq 61 ] && [ "$(wc -l <sums.csv)" -eq 61 ] || fail 'not 60 rows'
[ "$(grep -c '""label"":""person""' found.csv)" -ge 20 ] || fail 'hardly any people were found'
[ "$(grep -c ',,$' found.csv)" -eq 20 ] || fail 'not every third row is without a result'

while [ $runs -lt 10 ]; do
	run plain
done
for deploy in pairs lumps crossed; do
	run $deploy
	run $deploy
done
run plain --single-process
run crossed --single-process
note "$runs runs"
