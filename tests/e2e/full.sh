#!/bin/sh
# A disk that fills up and a reader that leaves: one line that says where and why, status 1, and what
# was committed can be read.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe
needs_node video.open

cat >full.pkd <<'END_PKD'
use video
use table

/// Counts.
node count() -> (value: u64) {
    param frames: u64 = 0                      /// how many
    origin paced
    persistent state n: u64
    step {=
        if (state->n == params->frames)
            return PKD_SKIP;
        state->n++;
        if (out->value)
            *out->value = state->n;
        pkd_set_time(ctx, (int64_t)state->n * 1000000);
    =}
}

pipeline numbers(path: string = "rows.csv", append: bool = false) {
    n    = count(frames: 200000)
    rows = table.csv(n, path: path, append: append)
}

pipeline copy(path: string = "film.mp4") {
    cam  = video.open("clip.avi", speed: 0.0, W: 192, H: 144)
    film = video.write(cam, path: path, quality: 0)
}
END_PKD
build full.pkd --pipeline numbers -o numbers
build full.pkd --pipeline copy -o copy
ffmpeg -v error -f lavfi -i testsrc2=s=192x144:r=25:d=20 -c:v mpeg4 -q:v 3 clip.avi >out 2>&1 ||
	fail 'ffmpeg makes no clip'

# fails NODE REASON COMMAND...: with status 1, and exactly one line that says why.
fails() {
	node=$1 reason=$2
	shift 2
	"$@" 2>out
	status=$?
	[ "$status" -eq 1 ] || fail "$*: status $status, not 1"
	[ "$(grep -c "cannot write" out)" -eq 1 ] || fail "$*: not one line"
	grep -Eq "node '$node' \(full.pkd:[0-9]+:[0-9]+\): cannot write '.*': $reason" out ||
		fail "$*: no '$reason'"
}

# whole_rows FILE: numbers from 1 on, none missing, none torn.
whole_rows() {
	awk -F, 'NR == 1 { next } $1 != NR - 1 || $3 != NR - 1 { exit 1 }
		END { if (NR < 100) exit 1 }' "$1" || fail "rows of $1 are missing or torn" "$1"
	[ -z "$(tail -c 1 "$1" | tr -d '\n')" ] || fail "the last row of $1 is torn"
}

whole_frames() {
	ffmpeg -v error -i "$1" -f null - >errors 2>&1 || fail "ffmpeg cannot read $1" errors
	[ ! -s errors ] || fail "$1 is broken" errors
	frames=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 "$1")
	[ "$frames" -ge 10 ] && [ "$frames" -lt 500 ] || fail "$1 has $frames frames"
	note "$1: $frames frames"
}

# ---- A limit for files ----

# Of an sh the unit is 512 bytes; it has to hold the streams too.
limited() { (ulimit -f 3000 && exec timeout -k 1 60 "$@"); }
limited true || skip 'no limit for files can be set'
fails rows 'File too large: beyond the limit' limited ./numbers
whole_rows rows.csv
fails film 'File too large: beyond the limit' limited ./copy
whole_frames film.mp4

# ---- A disk that is full ----

cat >on_small_disk <<'END_SH'
mkdir -p disk && mount -t tmpfs -o size=1m tmpfs disk && "$@"
status=$?
cp disk/* . 2>/dev/null
exit $status
END_SH
small() { at_most 60 unshare -m sh on_small_disk "$@"; }
if [ "$(id -u)" -eq 0 ] && small true 2>/dev/null; then
	fails rows 'No space left on device' small ./numbers --path disk/full.csv
	whole_rows full.csv
	fails film 'No space left on device' small ./copy --path disk/full.mp4
	whole_frames full.mp4
else
	note 'no small disk can be mounted here'
fi

# ---- A reader that leaves ----

# to_reader COMMAND...: whose standard output is read for two lines.
to_reader() { { at_most 60 "$@" || echo $? >status; } | head -n 2 >got; return "$(cat status)"; }
fails rows 'Broken pipe: its reader has gone' to_reader ./numbers --path -
printf 'frame,time_s,value\n1,0.001000000,1\n' >wanted
cmp wanted got >difference || fail 'the reader got something else' difference
rm status
fails film 'Broken pipe: its reader has gone' to_reader ./copy --path -

# ---- Added to, and standard output that is added to ----

echo 'frame,time_s,value' >rows.csv
echo '7,7.0,7' >>rows.csv
at_most 60 ./numbers --path rows.csv --append >out 2>&1 || fail "added to: status $?"
[ "$(wc -l <rows.csv)" -eq 200002 ] || fail "added to: $(wc -l <rows.csv) lines"
[ "$(grep -c frame rows.csv)" -eq 1 ] || fail 'a second header'
echo 'frame,time_s,count' >rows.csv
fails_to_add() {
	at_most 60 "$@" >out 2>&1
	status=$?
	[ "$status" -eq 1 ] || fail "another header: status $status"
	grep -q "cannot append to 'rows.csv': its column 3 is 'count', not 'value'" out ||
		fail 'another header: not said'
	[ "$(cat rows.csv)" = 'frame,time_s,count' ] || fail 'another header: the file is harmed'
}
fails_to_add ./numbers --path rows.csv --append
echo before >log
at_most 60 ./numbers --path - >>log 2>out || fail "a log: status $?"
[ "$(head -n 1 log)" = before ] && [ "$(wc -l <log)" -eq 200002 ] || fail 'the log was not added to'
