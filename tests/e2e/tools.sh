#!/bin/sh
# The subcommands on a real program, and on files that are none: a message and a status, no crash.
# sanitizers.sh runs it once more with a pkdc that is built with sanitizers.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
people=$ROOT/examples/people/people.pkd

# prints PATTERN ARGUMENT...: status 0, nothing on stderr, such a line.
prints() {
	pattern=$1
	shift
	"$PKDC" "$@" >out 2>errors || fail "pkdc $*: status $?" errors
	[ ! -s errors ] || fail "pkdc $*: something on stderr" errors
	grep -Eq -- "$pattern" out || fail "pkdc $*: no line with '$pattern'"
}

# refuses STATUS PATTERN ARGUMENT...: one message, and nothing on stdout.
refuses() {
	expected=$1 pattern=$2
	shift 2
	at_most 20 "$PKDC" "$@" >out 2>errors
	status=$?
	[ "$status" -eq "$expected" ] || fail "pkdc $*: status $status, not $expected" errors
	[ ! -s out ] || fail "pkdc $*: something on stdout"
	[ "$(grep -c ': error\[' errors)" -le 1 ] && [ "$(grep -c '^pkdc:' errors)" -le 2 ] ||
		fail "pkdc $*: more than one message" errors
	grep -Eq -- "$pattern" errors || fail "pkdc $*: no '$pattern'" errors
}

# ---- What there is to see of people.pkd ----

prints '^pkdc [0-9]+\.[0-9]+' --version
for command in build run check nodes explain graph; do
	prints "^  pkdc $command " --help
	prints "$command" "$command" --help
done
for node in detect.people draw.boxes draw.plot track.follow track.iou table.csv video.open video.show video.write; do
	prints "^$node  +[A-Z].*\.$" nodes
done
prints '^  min_score: f32 = 0.5, from 0 to 1, may change while it runs$' nodes detect.people
prints 'drop what scores less' nodes detect.people
prints '^video.open ' nodes video
prints '^E0301' explain
prints '^Right:$' explain E0301
prints '^people of .*: 9 nodes in 6 processes, 7 channels$' check --report "$people"
prints '^  independent +show waits for .*; found is not' check --report "$people"
prints '^4\.\.9' check --dump=tokens "$people"
prints '^\(use video video$' check --dump=ast "$people"
prints '^  out view: image<bgr24, 768, 576>$' check --dump=types "$people"
prints '^pipeline people of people.pkd$' check --dump=graph "$people"
prints '^pass causality: done$' check --dump=passes "$people"
"$PKDC" check "$people" >out 2>&1 || fail 'pkdc check: not without mistakes'
[ ! -s out ] || fail 'pkdc check says something about a program without mistakes'

# The same text twice.
for what in --report --dump=tokens --dump=ast --dump=types --dump=graph --dump=passes; do
	"$PKDC" check "$what" "$people" >first 2>&1
	"$PKDC" check "$what" "$people" 2>&1 | cmp - first || fail "check $what is not the same twice"
done

prints '^digraph "people" \{$' graph "$people"
if command -v dot >/dev/null; then
	dot -Tcanon out >canon 2>errors && [ ! -s errors ] || fail 'dot rejects the graph' errors
	"$PKDC" graph --format=svg -o people.svg "$people" >out 2>&1 || fail "graph --format=svg: status $?"
	[ ! -s out ] || fail 'graph --format=svg says something'
	for name in cam found boxes marked view show write csv 'process screen'; do
		grep -q ">$name" people.svg || fail "the drawing has no $name"
		grep -q ">$name" "$ROOT/docs/demo.svg" || fail "docs/demo.svg is older than the example: it has no $name"
	done
	if command -v xmllint >/dev/null; then
		xmllint --nonet --noout people.svg >out 2>&1 || fail 'the drawing is not well-formed'
	elif command -v python3 >/dev/null; then
		python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' people.svg >out 2>&1 ||
			fail 'the drawing is not well-formed'
	fi
else
	refuses 1 'dot' graph --format=svg "$people"
fi

# ---- Wrong command lines ----

refuses 2 "no command" </dev/null
refuses 2 "did you mean 'check'" chekc "$people"
refuses 2 "'zzzz'" zzzz
refuses 2 "did you mean '--report'" check --reprot "$people"
refuses 2 "'--zzzz'" build --zzzz "$people"
refuses 2 "'-z'" build -z "$people"
refuses 2 'needs a FILE' build
refuses 2 'dump is one of' check --dump=everything "$people"
refuses 2 'format is one of' graph --format=png "$people"
refuses 1 "did you mean 'detect.people'" nodes detect.poeple
refuses 1 'E9999' explain E9999
refuses 1 'nobody' check --pipeline nobody "$people"
refuses 1 'nobody' check --deploy nobody "$people"

# ---- Files that are no programs ----

mkdir directory.pkd
: >empty.pkd
printf 'pipeline p() {\n}\0\n' >nul.pkd
printf 'use v\377ideo\npipeline p() {\n}\n' >latin.pkd
head -c 17825792 /dev/zero >large.pkd
printf 'pipeline p() {\n    x = %s1%s\n}\n' "$(printf '%20000s' '' | tr ' ' '(')" \
	"$(printf '%20000s' '' | tr ' ' ')')" >deep.pkd
ln -s loop.pkd loop.pkd
mkfifo pipe.pkd
for command in check build run graph header; do
	refuses 1 "cannot read 'none.pkd': No such file" $command none.pkd
	refuses 1 "cannot read 'directory.pkd': it is a directory" $command directory.pkd
	refuses 1 "cannot read 'large.pkd': it is larger than 16 MiB" $command large.pkd
	refuses 1 "cannot read 'loop.pkd': Too many levels" $command loop.pkd
	refuses 1 "cannot read 'pipe.pkd': it is not a regular file" $command pipe.pkd
	refuses 1 "cannot read 'empty.pkd/x': Not a directory" $command empty.pkd/x
	refuses 1 "cannot read 'nul.pkd': it is not a text file" $command nul.pkd
	refuses 1 'latin.pkd:1:6: error\[E0101\]: .*0xff' $command latin.pkd
	refuses 1 'deep.pkd:2:[0-9]*: error\[E0105\]' $command deep.pkd
done
for command in check build run graph; do
	refuses 1 'empty.pkd has no pipeline' $command empty.pkd
done

# A file that others use is checked without a program.
cat >module.pkd <<-'END_PKD'
	type Point { x: f32 }
	const MAX = 4
	node move(p: Point) -> (moved: Point?)
	pipeline twice(p: Point) -> (moved: Point) {
	    a = move(p)
	    out moved = a
	}
END_PKD
"$PKDC" check module.pkd >out 2>&1 || fail 'a module is refused'
[ "$(cat out)" = 'checked 1 node, 1 pipeline with ports (as to syntax alone), 1 type, 1 constant; no program to build' ] ||
	fail 'what was checked of a module'
for command in build run graph; do
	refuses 1 'module.pkd has no pipeline' $command module.pkd
done
sed 's/moved: Point?/moved: Pint/' module.pkd >wrong_module.pkd
refuses 1 "E0301.*'Pint'" check wrong_module.pkd

if [ "$(id -u)" -ne 0 ]; then
	cp "$people" closed.pkd
	chmod 0 closed.pkd
	refuses 1 "cannot read 'closed.pkd': Permission denied" check closed.pkd
fi

# A file that uses such a file: the place is that of the `use`.
for file in none directory large; do
	printf 'use "%s.pkd" as other\npipeline p() {\n}\n' $file >using.pkd
	refuses 1 "using.pkd:1:5: error\[E0203\]: cannot read '$file.pkd'" check using.pkd
done

# Two thousand mistakes are a message of readable length.
awk 'BEGIN { print "pipeline p() {"; for (i = 0; i < 2000; i++) print "    x = = 3 ]"; print "}" }' >wrong.pkd
"$PKDC" check wrong.pkd >out 2>errors
[ $? -eq 1 ] || fail 'two thousand mistakes: not status 1' errors
[ "$(wc -l <errors)" -lt 500 ] || fail "$(wc -l <errors) lines about one file"
[ "$(tail -n 1 errors)" = '2000 errors' ] || fail 'the count of mistakes is wrong' errors

# Every beginning of a program, and the program without any one line, is right or has mistakes.
size=$(wc -c <"$people")
try() {
	at_most 20 "$PKDC" check part.pkd >out 2>&1
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ] || fail "$1: status $status"
	[ "$status" -eq 0 ] || grep -q ': error\[' out || fail "$1: status 1 without a message"
}
n=1
while [ "$n" -lt "$size" ]; do
	head -c "$n" "$people" >part.pkd
	try "the first $n bytes"
	n=$((n + 5))
done
n=1
while [ "$n" -lt "$(wc -l <"$people")" ]; do
	sed "${n}d" "$people" >part.pkd
	try "without line $n"
	n=$((n + 1))
done

# Results that cannot be written.
for command in '--help' 'nodes' "check --report $people" "graph $people" "explain E0301"; do
	# shellcheck disable=SC2086 # words
	"$PKDC" $command >/dev/full 2>errors
	status=$?
	[ "$status" -eq 1 ] || fail "pkdc $command: status $status with a full disk" errors
	[ "$(wc -l <errors)" -eq 1 ] || fail "pkdc $command: not one line about a full disk" errors
done
refuses 1 "cannot write 'none/x.dot': No such file" graph -o none/x.dot "$people"
