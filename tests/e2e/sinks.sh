#!/bin/sh
# Sinks that write files are killed again and again and lose nothing: the table is the same to the
# byte, and the video has every frame at its time. A runtime that dawdles between any two of its
# calls lets deaths come anywhere, and a pwrite that ends its process lets them come between a write
# and its commit.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe
needs_node video.open

cat >sinks.pkd <<'END_PKD'
use video
use table

/// Counts frames, a tenth of a second between two of them.
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
        pkd_set_time(ctx, (int64_t)state->n * 100000000);
    =}
}

pipeline table_only(
    frames: u64 = 3000,                        /// how many rows
    path: string = "rows.csv",                 /// where they go
    append: bool = false,                      /// after what is there
) {
    numbers = count(frames: frames)
    rows    = table.csv(numbers, path: path, append: append)
}

deploy table_only {
    on crash of rows { restart 100000 per 60s }
}

pipeline both(
    source: string = "clip.avi",               /// the video file to read
    speed: f32 = 8.0 in 0.0..1000.0,           /// 8 lasts 4 seconds
    name: string = "film.mp4",                 /// where the video goes …
    path: string = "film.csv",                 /// … and the table
) {
    cam  = video.open(source, speed: speed, W: 192, H: 144)
    film = video.write(cam, path: name)
    rows = table.csv({ n: number(cam) }, path: path)
}

deploy both {
    on crash of film, rows { restart 100000 per 60s }
}
END_PKD

{ echo '#define DAWDLE_NS 200000' && cat "$e2e/lib/dawdle.c" - <<'END_C'; } >dawdle.c

HOOK ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
	ssize_t n = syscall(SYS_pwrite64, file, data, size, at);
	const char *one_in = getenv("DIE_ONE_IN");

	if (one_in && draw() % (uint32_t)atoi(one_in) == 0)
		kill(getpid(), SIGKILL);
	return n;
}
END_C

# nodes_with NAME FLAG...: the pkdc called that also gets sinks that were built with those flags.
nodes_with() {
	objects=$PWD/with-$1/sinks
	nodes=$PWD/with-$1/build/lib/libpkd_nodes.a
	shift
	mkdir -p "$objects"
	for source in table/row_file video/write video/mp4; do
		# shellcheck disable=SC2046,SC2086 # words
		${CC:-cc} -std=gnu11 -O2 -I"$ROOT/runtime/include" -I"$B/include" ${CFLAGS:-} "$@" \
			$(pkg-config --cflags libavformat libavcodec libswscale libavutil) \
			-c -o "$objects/$(basename "$source").o" "$ROOT/stdlib/$source.c" >out 2>&1 ||
			fail "$source.c does not compile with $*"
	done
	rm -f "$nodes"
	cp "$B/lib/libpkd_nodes.a" "$nodes"
	ar d "$nodes" row_file.c.o write.c.o mp4.c.o
	ar qs "$nodes" "$objects"/*.o
}

# torture PAUSE VICTIMS COMMAND...: to its end, its number of kills in $kills.
torture() {
	pause=$1 victims=$2
	shift 2
	start "$@"
	kills=0
	until is_gone "$pid"; do
		for victim in $victims; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
			sleep "$pause"
		done
	done
	finish 1
}

# The same, and it must end well, having been killed at least so often.
survive() {
	least=$1
	shift
	torture "$@"
	[ "$status" -eq 0 ] || fail "status $status after $kills kills"
	[ "$kills" -ge "$least" ] || fail "killed only $kills times"
}

one_in=64
# die LEAST COMMAND...: the same, killed by its own writes, by one in 64 or in $one_in.
die() {
	least=$1
	shift
	at_most 100 env DIE_ONE_IN="$one_in" "$@" >out 2>&1 || fail "$*: status $?"
	kills=$(grep -c 'was killed by SIGKILL' out)
	[ "$kills" -ge "$least" ] || fail "$*: died only $kills times"
}

# whole_video FILE: has every frame of whole.mp4 at its time.
whole_video() {
	ffmpeg -v error -i "$1" -f null - >errors 2>&1 || fail "ffmpeg cannot read $1" errors
	[ ! -s errors ] || fail "killed $kills times: the video is broken" errors
	frames=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 "$1")
	[ "$frames" = 800 ] || fail "killed $kills times: $frames frames, not 800"
	times_of "$1" >film.times
	cmp whole.times film.times >difference || fail "killed $kills times: other times" difference
}

times_of() { ffprobe -v error -show_entries packet=pts,dts,duration -of csv=p=0 "$1"; }

ffmpeg -v error -f lavfi -i testsrc2=s=192x144:r=25:d=32 -c:v mpeg4 -q:v 3 clip.avi >out 2>&1 ||
	fail 'ffmpeg makes no clip'

# As it must be.
build sinks.pkd --pipeline both -o both
at_most 100 ./both --speed 0 --name whole.mp4 --path whole.csv \
	>out 2>&1 || fail "status $?"
times_of whole.mp4 >whole.times
[ "$(wc -l <whole.times)" -eq 800 ] || fail "$(wc -l <whole.times) frames without a kill, not 800"
awk 'BEGIN { print "frame,time_s,value"; for (i = 1; i <= 3000; i++)
	printf "%d,%d.%d00000000,%d\n", i, i / 10, i % 10, i }' >wanted.csv

more_sources=dawdle.c
pkdc_with dawdling -O0 -finstrument-functions
PKDC=$pkdc

# ---- The table ----

build sinks.pkd --pipeline table_only -o table_killed
survive 30 0.01 rows ./table_killed
cmp wanted.csv rows.csv >difference || fail "killed $kills times: other rows" difference
note "the table was killed $kills times"
die 10 ./table_killed --path died.csv
cmp wanted.csv died.csv >difference || fail "died $kills times: other rows" difference
note "the table died of $kills of its writes"
# Short runs, one behind the other: of its first row no commit says where it begins.
printf 'frame,time_s,value\n9,9.0,9' >added.csv
cp added.csv wanted_added.csv
echo >>wanted_added.csv
deaths=0 one_in=2
for run in 1 2 3 4 5 6 7 8 9 10; do
	die 0 ./table_killed --frames 5 --path added.csv --append
	sed -n 2,6p wanted.csv >>wanted_added.csv
	cmp wanted_added.csv added.csv >difference || fail "run $run, died $kills times: other rows"
	deaths=$((deaths + kills))
done
one_in=64
[ "$deaths" -ge 5 ] || fail "added to, it died only $deaths times"
note "the table that was added to died of $deaths of its writes"

# ---- Both ----

build sinks.pkd --pipeline both -o both_killed
survive 40 0.02 'film rows' ./both_killed
cmp whole.csv film.csv >difference || fail "killed $kills times: other rows" difference
whole_video film.mp4
keys=$(ffprobe -v error -show_entries packet=flags -of csv=p=0 film.mp4 | grep -c K)
note "both were killed $kills times; $keys key frames"
die 20 ./both_killed --name died.mp4 --path died.csv
cmp whole.csv died.csv >difference || fail "died $kills times: other rows" difference
whole_video died.mp4
note "both died of $kills of their writes"

# ---- Each half of the mechanism switched off ----

for flag in NO_RESUME NO_CUT; do
	nodes_with dawdling -DPKD_TEST_$flag
	build sinks.pkd --pipeline table_only -o broken
	die 10 ./broken --path broken.csv
	! cmp -s wanted.csv broken.csv || fail "$flag: $kills deaths do no harm to the table"
	build sinks.pkd --pipeline both -o broken
	die 10 ./broken --name broken.mp4 --path other.csv
	times_of broken.mp4 >broken.times 2>errors
	! cmp -s whole.times broken.times || fail "$flag: $kills deaths do no harm to the video"
done
