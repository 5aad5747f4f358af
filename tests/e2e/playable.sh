#!/bin/sh
# A video is playable however its program ends, and holds every frame when that was in order.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffprobe
needs_clip
needs_node video.open detect.people track.follow draw.boxes
unset DISPLAY WAYLAND_DISPLAY

build "$ROOT/examples/people/people.pkd" -o people

frames_of() {
	ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 "$1" 2>errors
}

# Rows come as frames do.
has_rows() { [ -e people.csv ] && [ "$(wc -l <people.csv)" -gt "$1" ]; }

# run SPEED ROWS: begins a run and waits for so many rows.
run() {
	rm -f people.mp4 people.csv
	start ./people --source "$MEDIA/vtest.avi" --speed "$1" --grace 30s
	within 20 has_rows "$2" || fail "$2 rows do not come"
}

for signal in INT TERM; do
	run 2 40
	kill -"$signal" "$pid"
	finish 40
	[ "$status" -eq 0 ] || fail "SIG$signal: status $status, not 0"
	frames=$(frames_of people.mp4)
	[ ! -s errors ] || fail "SIG$signal: the video is broken" errors
	rows=$(($(wc -l <people.csv) - 1))
	[ "$frames" = "$rows" ] || fail "SIG$signal: $frames frames in the video, $rows rows in the table"
	[ -z "$(tail -c 1 people.csv)" ] || fail 'the last row is cut off'
	note "SIG$signal: $frames frames"
done

# Killed without warning: what was written by then is playable.
for victim in write supervisor; do
	run 3 120
	child=$pid
	[ "$victim" = supervisor ] || named "$pid" "$victim" || fail "there is no process $victim"
	kill -KILL "$child"
	finish 4
	[ "$status" -eq 137 ] || fail "killed $victim: status $status, not 137"
	frames=$(frames_of people.mp4)
	rows=$(($(wc -l <people.csv) - 1))
	[ "${frames:-0}" -gt 30 ] || fail "killed $victim: only ${frames:-no} frames of $rows" errors
	note "killed $victim: $frames frames, $rows rows"
done

# ---- What a power cut may cost ----

cat >synced.pkd <<'END'
use video
pipeline synced() {
    cam = video.test(frames: 60, speed: 1, rate: 30fps, W: 64, H: 64)
    video.write(cam, path: "synced.mp4", sync: 200ms)
}
END
if command -v strace >/dev/null; then
	build synced.pkd -o synced
	at_most 20 strace -f -qq -e trace=fdatasync -o calls ./synced --quiet >out 2>&1 || fail 'synced'
	n=$(grep -c 'fdatasync(.*= 0' calls)
	[ "$n" -ge 5 ] && [ "$n" -le 12 ] || fail "the disk was waited for $n times in two seconds" calls
fi
