#!/bin/sh
# pkdc import peekingduck: each pipeline of tests/e2e/import has the program and the messages that lie beside it,
# which pkdc takes without a word; files that are no pipelines are refused; and one program runs.
# BLESS=1 writes what lies beside them.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

import() { "$PKDC" import peekingduck "$@" >out 2>&1; }

printf 'nodes:\n- input.visual\n' >first.yml
import first.yml || { grep -q 'without libyaml' out && skip 'pkdc is built without libyaml'; fail 'a first pipeline'; }

# ---- The pipelines, their programs and what is said ----

# has_nodes FILE: whether the standard library has all nodes that it uses.
has_nodes() {
	grep -v '^ *//' "$1" | grep -o '\b[a-z]*\.[a-z_0-9]*(' | tr -d '(' | sort -u | while read -r node; do
		case $node in
		[a-z]*.[a-z]*) [ -e "$ROOT/stdlib/${node%.*}/${node#*.}.pkd" ] || echo "$node" ;;
		esac
	done
}

mkdir yml
cp -r "$e2e"/import/*.yml "$e2e"/import/custom_nodes yml
cd yml || exit 1
n=0 whole=0
for file in *.yml; do
	name=${file%.yml}
	rm -f ./*.c
	import "$file" || fail "$file is not imported"
	mv out "$name.said"
	for kind in pkd said; do
		[ -z "${BLESS:-}" ] || cp "$name.$kind" "$e2e/import/$name.$kind"
		diff -u "$e2e/import/$name.$kind" "$name.$kind" >out 2>&1 || fail "$name.$kind is another one"
	done
	"$PKDC" fmt --check "$name.pkd" >out 2>&1 || fail "$name.pkd is not laid out"
	missing=$(has_nodes "$name.pkd")
	n=$((n + 1))
	! grep -q ', whole$' "$name.said" || whole=$((whole + 1))
	if [ -n "$missing" ]; then
		note "$name.pkd is not checked: there is no $(echo "$missing" | tr '\n' ' ')"
		continue
	fi
	"$PKDC" check "$name.pkd" >out 2>&1 || fail "$name.pkd is refused"
	[ ! -s out ] || fail "pkdc check says something of $name.pkd"
	import --exact "$file" -o "exact_$name.pkd" || fail "$file is not imported with --exact"
	! grep -q 'sample \|track.follow' "exact_$name.pkd" || fail "$name: not all is of one frame" "exact_$name.pkd"
	"$PKDC" check "exact_$name.pkd" >out 2>&1 && [ ! -s out ] || fail "exact_$name.pkd is refused"
done
note "$whole of $n pipelines come over whole"
cd ..

# The page says how many.
grep -q "^Of $n pipelines $whole come over whole" "$ROOT/docs/peekingduck.md" ||
	fail "docs/peekingduck.md counts others than $whole of $n"

# ---- What must not leave ----

! grep -q s3same yml/tracking_people.pkd || fail 'a password was copied' yml/tracking_people.pkd
for name in background plates screens faces; do
	sed -n 's/^ *\(video.show\|video.write\)(\(latest \)*\([a-z_0-9]*\).*/\3/p' "yml/$name.pkd" | while read -r shown; do
		grep -q "^ *$shown = draw.\(blur\|mosaic\)(" "yml/$name.pkd" || echo "$name shows $shown"
	done >uncovered
	[ ! -s uncovered ] || fail 'what is to be covered is shown' uncovered
done

# ---- Files that are there already ----

cp first.pkd before.pkd
printf 'nodes:\n- input.visual: {source: 0}\n' >first.yml
import first.yml && fail 'an older program was replaced'
cmp -s first.pkd before.pkd || fail 'a refusal wrote something'
import first.yml -o first.pkd || fail '-o does not replace it'
grep -q video.camera first.pkd || fail 'the old one is still there' first.pkd
printf 'nodes:\n- input.visual: {source: 0}\n- custom.draw.dots\n- output.screen\n' >own.yml
import own.yml || fail 'a node of my own'
[ -s draw_dots.c ] || fail 'no stub'
echo '/* mine */' >draw_dots.c
import own.yml -o own.pkd || fail 'the second time'
grep -q "'draw_dots.c' is there, and left as it is" out || fail 'nothing is said of the file that is there'
[ "$(cat draw_dots.c)" = '/* mine */' ] || fail 'a file of mine was replaced' draw_dots.c
# The program goes into a pipe, and nothing can be made beside that.
{
	"$PKDC" import peekingduck own.yml -o /proc/self/fd/1 2>out
	echo $? >status
} | cat >piped
grep -q draw_dots piped || fail 'no program in the pipe' piped
[ "$(cat status)" = 1 ] || fail "a stub that cannot be written: status $(cat status)"
grep -q "cannot write '/proc/self/fd/draw_dots.c'" out || fail 'nothing is said of the stub' out

# ---- Values of another kind ----

for value in '[a.mp4]' '{a: b}' '[]' '~' '<>'; do
	printf 'nodes:\n- input.visual: {source: %s}\n- output.screen\n' "$value" >kinds.yml
	import kinds.yml -o kinds.pkd || fail "the source $value" out
done

# ---- Names that would not stay in a comment ----

cat >breaks.yml <<'END'
nodes:
- input.visual: {source: a.mp4}
- "custom_nodes.draw.a\nnode evil() { origin paced\n step {= system(0); =} }\n//"
- "custom_nodes.draw.b*/ int evil; /*"
- output.screen
END
import breaks.yml || fail 'names with a newline' out
grep -v '^ *//' breaks.pkd | grep -q evil && fail 'a name became a part of the program' breaks.pkd
grep -l evil ./*.c >out && fail 'a name became a part of the C' out
file='line
node evil() {}'
printf 'nodes:\n- input.visual: {source: a.mp4}\n- output.screen\n' >"$file.yml"
import "$file.yml" -o line.pkd || fail "a newline in the file's name" out
grep -q '^node' line.pkd && fail "a file's name became a part of the program" line.pkd

# ---- Names that a program has already: of a module, and of a node of its own ----

printf 'nodes:\n- input.visual: {source: a.mp4}\n- model.yolo\n- dabble.tracking\n- dabble.bbox_count\n- dabble.fps\n%s\n%s\n' \
	'- draw.bbox' '- draw.legend: {show: [fps, count]}' >count.yml
echo '- output.screen' >>count.yml
for name in video image detect track count draw; do
	[ $name = count ] || cp count.yml $name.yml
	import $name.yml || fail "$name.yml is not imported"
	"$PKDC" check $name.pkd >out 2>&1 || fail "$name.pkd is refused"
done
cp own.yml draw_dots.yml
import draw_dots.yml || fail 'a file called like a node'
"$PKDC" check draw_dots.pkd >out 2>&1 || fail 'a pipeline is called like its node'

# ---- Sources that are not named ----

printf 'nodes:\n- input.live\n- output.screen\n' >webcam.yml
import webcam.yml || fail 'a camera that is not named'
grep -q '"/dev/video0"' webcam.pkd || fail 'input.live is no camera' webcam.pkd

# ---- Files that are no pipelines ----

# refuses PATTERN FILE: one line with that, and no file.
refuses() {
	at_most 20 "$PKDC" import peekingduck "$2" -o refused.pkd >out 2>&1
	[ $? -eq 1 ] || fail "$2: not status 1"
	grep -Eq -- "$1" out || fail "$2: no '$1'"
	[ "$(wc -l <out)" -eq 1 ] || fail "$2: more than one line"
	[ ! -e refused.pkd ] || fail "$2: a program"
}
refuses "cannot read 'none.yml': No such file" none.yml
mkdir directory.yml
refuses 'it is a directory' directory.yml
: >empty.yml
refuses 'empty.yml:1:1: error: the file is empty' empty.yml
head -c 300000 /dev/zero >large.yml
refuses 'larger than 256 KiB' large.yml
printf 'nodes:\n- a: [1, 2\n' >open.yml
refuses 'open.yml:[0-9]*:[0-9]*: error: ' open.yml
printf 'nodes:\n\t- input.visual\n' >tab.yml
refuses 'tab.yml:2:1: error: ' tab.yml
printf 'just a text\n' >text.yml
refuses 'text.yml:1:1: error: a pipeline of PeekingDuck is' text.yml
printf 'nodes: []\n' >nothing.yml
refuses 'nothing.yml:1:8: error: ' nothing.yml
printf 'nodes:\n- input.visual\n---\nnodes: []\n' >two.yml
refuses 'two.yml:3:1: error: a second document' two.yml
printf 'nodes:\n- input.\000visual\n' >nul.yml
refuses 'nul.yml:.* error: ' nul.yml
printf 'nodes:\n- "\\0"\n' >nul2.yml
refuses 'nul2.yml:2:3: error: there is a NUL' nul2.yml
printf 'nodes:\n- input.v\377isual\n' >latin.yml
refuses 'latin.yml:.* error: .*at byte 16' latin.yml
printf 'nodes: &a\n- *a\n' >itself.yml
refuses 'itself.yml:2:3: error: no finished value' itself.yml
{
	printf 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
	for i in 1 2 3 4 5 6 7 8 9; do
		printf 'a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n' $i $i $((i - 1)) $((i - 1)) \
			$((i - 1)) $((i - 1)) $((i - 1)) $((i - 1)) $((i - 1)) $((i - 1)) $((i - 1)) $((i - 1))
	done
	printf 'nodes: *a9\n'
} >laughs.yml
refuses 'laughs.yml:.* error: there are more than 20000 values' laughs.yml
printf 'nodes: %s1\n' "$(printf '%100000s' '' | tr ' ' '[')" >deep.yml
refuses 'deep.yml:1:[0-9]*: error: lists and maps are more than 32 deep' deep.yml
{
	echo 'nodes:'
	for i in $(seq 300); do echo "- draw.bbox # $i"; done
} >many.yml
refuses 'many.yml:202:3: error: there are more than 200 nodes' many.yml
printf 'nodes:\n- ? [a]\n  : b\n' >key.yml
refuses 'key.yml:2:5: error: a key is a word' key.yml

"$PKDC" import keras first.yml >out 2>&1
[ $? -eq 2 ] || fail 'another program is not refused'
"$PKDC" import peekingduck >out 2>&1
[ $? -eq 2 ] || fail 'no file is not refused'

# ---- A program that runs, with the stubs as they are ----

needs ffprobe
needs_node video.open video.write
[ -s "$MEDIA/tree.avi" ] || skip "the clip tree.avi is not in $MEDIA (tests/setup.sh --media)"
count_frames() {
	ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=nb_read_frames -of csv=p=0 "$1" | head -n 1
}
mkdir -p custom_nodes/configs/dabble
printf 'input: ["img"]\noutput: ["waves"]\n' >custom_nodes/configs/dabble/wave.yml
cat >clip.yml <<-END_YML
	nodes:
	- input.visual: {source: "$MEDIA/tree.avi"}
	- custom_nodes.dabble.wave: {gain: 2}
	- custom_nodes.draw.score
	- output.media_writer
	- output.csv_writer: {stats_to_track: [waves], file_path: waves.csv, logging_interval: 2}
END_YML
import clip.yml || fail 'the pipeline of a clip'
build clip.pkd -o clip
at_most 60 ./clip --quiet >out 2>&1 || fail "the program of a clip: status $?"
frames=$(count_frames "$MEDIA/tree.avi")
[ "$(count_frames clip.mp4)" = "$frames" ] || fail "not all $frames frames are written"
grep -q '^1,0.0*,.*,0$' waves.csv || fail 'no row of the first frame' waves.csv
