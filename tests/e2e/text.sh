#!/bin/sh
# text.lines and text.print in whole programs: as a filter, on a log that is rotated, and killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- A filter ----

cat >filter.pkd <<'END_PKD'
use text

/// Numbers the lines that are not empty.
pipeline filter(source: string = "-") {
    line = text.lines(source, N: 40)
    text.print(text(number(line)) + ": " + line when len(line) > 0)
}
END_PKD
build filter.pkd
printf 'a\r\n\nlong enough\nend' | at_most 20 ./filter --quiet >out || fail "filter: status $?"
[ "$(cat out)" = '1: a
3: long enough
4: end' ] || fail 'a filter prints other lines'
at_most 20 ./filter --quiet </dev/null >out || fail "nothing to read: status $?"
[ ! -s out ] || fail 'nothing was read, and something printed'
expect 1 "filter: node 'line' .*: cannot read 'missing': No such file or directory" ./filter --source missing
mkfifo fifo
seq 100 >fifo &
at_most 20 ./filter --quiet --source fifo >out || fail "a FIFO: status $?"
[ "$(wc -l <out)" -eq 100 ] || fail 'lines of a FIFO are missing'
status=0
seq 1000000 | at_most 20 ./filter --quiet 2>err | head -n 1 >out
grep -q 'cannot print: Broken pipe' err || fail 'a reader that has gone is not told' err

# ---- A log that is rotated, by a node that may see its folder alone ----

cat >log.pkd <<'END_PKD'
use text
use table

pipeline log(source: string = "logs/now", n: i64 = 4) {
    line = text.lines(source, N: 40, follow: true, folder: "logs/")
    table.csv(line, path: "log.csv")
    text.print(line)
}
END_PKD
build log.pkd
mkdir logs
start ./log --quiet
has() { grep -qx "$1" out; }
within 20 grep -q "no 'logs/now' yet" out || fail 'a missing log is not told'
echo one >logs/now
within 20 has one || fail 'the first line is missing'
mv logs/now logs/before
echo two >>logs/before
echo three >logs/now
within 20 has three || fail 'what took its place is not read'
: >logs/now
within 20 grep -q 'has become shorter' out || fail 'a log that was emptied is not told'
echo four >>logs/now
within 20 has four || fail 'what came after is not read'
kill -INT "$pid"
finish 20
[ "$(cut -d, -f3 log.csv | tr '\n' ' ')" = 'value one two three four ' ] || fail 'lines are missing' log.csv

# ---- Killed: each line is there once ----

cat >once.pkd <<'END_PKD'
use text
use table

pipeline once() {
    line = text.lines("numbers", N: 8)
    table.csv(line, path: "once.csv")
}

deploy once { on crash of line { restart 1000 per 1h } }
END_PKD
build once.pkd
seq 30000 >numbers
start ./once --quiet
kills=0
while ! is_gone "$pid" && [ "$kills" -lt 8 ]; do
	named "$pid" line && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
	sleep 0.05
done
finish 60
[ "$status" -eq 0 ] || fail "killed: status $status"
[ "$kills" -gt 0 ] || fail 'it was never killed'
cut -d, -f3 once.csv | sed 1d | cmp - numbers >out 2>&1 || fail "after $kills kills lines are missing, or twice"
note "$kills kills"

# ---- Killed at a FIFO: what comes next is there, once, and that something may be lost is said ----

cat >pipe.pkd <<'END_PKD'
use text

pipeline pipe(source: string = "-") {
    line = text.lines(source, N: 8)
    text.print(line)
}

deploy pipe { on crash of line { restart 1000 per 1h } }
END_PKD
build pipe.pkd
mkfifo killed
exec 9<>killed
start ./pipe --quiet --source killed
for round in 1 2 3; do
	echo "before $round" >&9
	within 20 has "before $round" || fail "round $round: the line before is missing"
	named "$pid" line || fail 'there is no process line'
	kill -KILL "$child"
	notes() { [ "$(grep -c "'killed' is no file: what was read of it .* is lost" out)" -eq "$round" ]; }
	within 20 notes || fail "round $round: that something may be lost is not said" out
	echo "after $round" >&9
	within 20 has "after $round" || fail "round $round: the line after is missing"
done
exec 9>&-
finish 20
[ "$status" -eq 0 ] || fail "killed at a FIFO: status $status"
for round in 1 2 3; do
	[ "$(grep -cx "before $round" out)$(grep -cx "after $round" out)" = 11 ] || fail 'lines are there twice' out
done
