#!/bin/sh
# No file is harmed by a program that cannot run, and none is written by two: outputs get their names when
# something stands in them.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cp "$e2e"/outputs/* .
build outputs.pkd -o outputs
echo input >input

# as_it_was FILE...: each holds what `old` put there.
old() { for file in "$@"; do echo "old $file" >"$file"; done; }
as_it_was() {
	for file in "$@"; do
		[ "$(cat "$file")" = "old $file" ] || fail "$file is not as it was"
	done
}
# clean: nothing is left beside what was there.
clean() { [ -z "$(find . -maxdepth 1 -name '.[!.]*')" ] || fail "something is left: $(ls -A)"; }

# refuses REGEX ARGUMENT...: status 1, and the last line says why.
refuses() {
	says=$1
	shift
	at_most 60 ./outputs --quiet "$@" >out 2>&1
	status=$?
	[ $status -eq 1 ] || fail "$*: status $status"
	grep -Eq "$says" out || fail "$*: it does not say '$says'"
	clean
}

# ---- Nothing is touched before something stands in it ----

old a.csv b.csv
refuses 'fails in init' --fails-at 0
as_it_was a.csv b.csv
refuses 'fails at frame 1' --fails-at 1
as_it_was a.csv b.csv
refuses 'no source' --source typo
as_it_was a.csv b.csv
at_most 60 ./outputs --quiet --frames 0 >out 2>&1 || fail "no frames: status $?"
as_it_was a.csv b.csv
refuses 'fails at frame 3' --fails-at 3
[ "$(wc -l <a.csv)" -eq 3 ] || fail 'what was committed is not in the new file'
at_most 60 ./outputs --quiet >out 2>&1 || fail "status $?"
[ "$(wc -l <a.csv)" -eq 4 ] && cmp -s a.csv b.csv || fail 'not three rows in both'
clean

# A node that says that it writes, and does not.
build outputs.pkd --pipeline idle -o idle
old kept
timeout 60 ./idle --quiet >out 2>&1 || fail "idle: status $?"
as_it_was kept
timeout 60 ./idle --quiet --path new >out 2>&1 || fail "idle: status $?"
[ ! -e new ] || fail 'a file was made that nobody has opened'

# An old file keeps its owner's mode, and a link to it stays one.
rm -f a.csv
old there
chmod 600 there
ln -s there a.csv
at_most 60 ./outputs --quiet >out 2>&1 || fail "through a link: status $?"
[ -L a.csv ] && [ "$(wc -l <there)" -eq 4 ] || fail 'the link was replaced'
[ "$(stat -c %a there)" = 600 ] || fail 'the mode is another one'

# ---- An output that is an input ----

rm -f a.csv there
ln input hard
ln -s input soft
mkdir sub
for same in input ./input "$PWD/sub/../input" hard soft; do
	refuses "cannot write '$same': node 'n' .* reads it" --a "$same"
	[ "$(cat input)" = input ] || fail "the input is harmed as $same"
done
refuses "cannot write 'input'" --source soft --a input

# Standard input and output are files, too; and so are those that a pattern reads.
refuses_with() {
	says=$1
	shift
	timeout 60 "$@" >out 2>&1
	status=$?
	[ $status -eq 1 ] || fail "$*: status $status"
	grep -Eq "$says" out || fail "$*: it does not say '$says'"
}
refuses_with "cannot write 'input': node 'n' .* reads it" \
	sh -c './outputs --quiet --source - --a input <input'
[ "$(cat input)" = input ] || fail 'the input is harmed as standard input'
mkdir shots
for n in 1 2 3; do echo "$n" >shots/f$n.png; done
refuses "cannot write 'shots/f2.png': node 'n' .* reads it" --source shots/f%d.png --a shots/f2.png
refuses "cannot write 'shots/f9.png': node 'n' .* reads it" --source shots/f%02d.png --a shots/f9.png
[ "$(cat shots/f2.png)" = 2 ] || fail 'a picture that is read is harmed'
old rows
refuses_with "cannot write 'rows': node 'csv' .* writes it" \
	sh -c './outputs --quiet --a - --b rows 2>&1 >>rows | cat >&2; exit 1'
as_it_was rows

# ---- One file, two writers ----

old a.csv
ln a.csv c.csv
for same in a.csv ./a.csv "$PWD/a.csv" c.csv; do
	refuses "cannot write '$same': node 'csv' .* writes it" --b "$same"
	as_it_was a.csv
done
refuses "cannot write './new': node 'csv' .* writes it" --a new --b ./new
[ ! -e new ] || fail 'a file was made'
refuses "cannot write '/dev/fd/1': node 'csv' .* writes it" --a - --b /dev/fd/1
refuses "cannot write 'file:new': node 'csv' .* writes it" --a new --b file:new
[ ! -e new ] && [ ! -e file:new ] || fail 'a file was made'

rm -f c.csv
old a.csv
start ./outputs --quiet --waits-for go
has_rows() { [ "$(wc -l <a.csv)" -eq 3 ]; }
within 20 has_rows || fail 'no rows'
refuses_other() {
	at_most 60 ./outputs --quiet "$@" >other 2>&1
	status=$?
	[ $status -eq 1 ] || fail "a second program: status $status" other
	grep -q "cannot write 'a.csv': another program is writing it" other || fail 'not said' other
}
refuses_other --b c.csv
refuses_other --b c.csv --append
: >go
finish 20
[ $status -eq 0 ] || fail "the first program: status $status"
[ "$(wc -l <a.csv)" -eq 4 ] || fail 'the first program is disturbed'

# ---- A file that goes while it is written ----

rm -f go a.csv
start ./outputs --quiet --waits-for go
within 20 has_rows || fail 'no rows'
rm a.csv
: >go
finish 20
[ $status -eq 1 ] || fail "removed: status $status"
grep -q "node 'csv' .*: 'a.csv' was removed while it was being written" out || fail 'removed: not said'

rm -f go
start ./outputs --quiet --waits-for go
within 20 has_rows || fail 'no rows'
echo other >other.csv
mv other.csv a.csv
: >go
finish 20
[ $status -eq 1 ] || fail "replaced: status $status"
grep -q "'a.csv' was replaced while it was being written" out || fail 'replaced: not said'
[ "$(cat a.csv)" = other ] || fail 'the other file is harmed'

rm -f go a.csv
start ./outputs --quiet --waits-for go
within 20 has_rows || fail 'no rows'
mv a.csv moved.csv
: >go
finish 20
[ $status -eq 0 ] || fail "moved: status $status"
grep -q "'a.csv' was moved while it was being written; it is complete" out || fail 'moved: not said'
[ "$(wc -l <moved.csv)" -eq 4 ] || fail 'moved: rows are missing'

# ---- Standard output, pipes, directories ----

echo before >log
for path in - /dev/stdout /proc/self/fd/1; do
	at_most 60 ./outputs --quiet --a "$path" >>log 2>out || fail "$path: status $?"
done
[ "$(head -n 1 log)" = before ] && [ "$(wc -l <log)" -eq 13 ] || fail 'the log was not added to' log

mkfifo pipe
start ./outputs --quiet --a pipe
within 20 grep -q "node 'csv' .*is waiting: nobody reads the pipe" out || fail 'it waits without a word'
[ "$(wc -l <pipe)" -eq 4 ] || fail 'not all rows came through the pipe'
finish 20
[ $status -eq 0 ] || fail "a pipe: status $status"
start ./outputs --quiet --a pipe
within 20 grep -q "nobody reads the pipe" out || fail 'it waits without a word'
kill -TERM "$pid"
finish 20

mkfifo twice
refuses "cannot write './twice': node 'csv' .* writes it" --a twice --b ./twice
timeout 60 ./outputs --quiet --a /dev/null --b /dev/null >out 2>&1 || fail "/dev/null twice: status $?"

refuses "cannot write 'sub': it is a directory" --a sub
refuses "cannot write 'nowhere/a.csv': its directory does not exist" --a nowhere/a.csv

# A directory serves several: what two of them make there under one name is the first one's, and said.
build "$e2e/outputs/outputs.pkd" --pipeline beside -o beside
mkdir kept.d elsewhere
ln -s kept.d linked
for path in kept.d/a.csv linked/a.csv elsewhere/../kept.d/a.csv; do
	rm -f kept.d/*
	at_most 60 ./beside --quiet --folder kept.d/ --path "$path" >out 2>&1 || fail "$path: status $?"
	[ "$(wc -l <kept.d/a.csv)" -eq 4 ] && [ "$(cat kept.d/own.txt)" = mine ] || fail "$path: a file is missing"
	rm -f kept.d/*
	expect 1 ".*: node '[^']*' .* cannot write '$path': another program has created it meanwhile" \
		./beside --quiet --folder kept.d/ --name a.csv --path "$path"
	[ "$(cat kept.d/a.csv)" = mine ] || fail "$path: the other one's file is overwritten"
done
