#!/bin/sh
# What a program calls its parts: in ps, in --help, and in what it says about a wrong option.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ps

build "$e2e/line/line.pkd" --pipeline line --deploy pair -o line

# ---- ps ----

start ./line
within 5 named "$pid" beside || fail 'there is no process beside'
titled() { [ "$(ps -o args= -p "$child" | sed 's/ *$//')" = 'line: beside' ]; }
within 5 titled || fail "ps shows '$(ps -o args= -p "$child")'"
ps -o comm=,args= --ppid "$pid" | sed 's/  */ /g; s/ *$//' | LC_ALL=C sort >shown
kill -TERM "$pid"
finish 4
cat >wanted <<'END_WANTED'
after line: after
beside line: beside
console line: console
numbers line: numbers
pair line: pair
rows line: rows
END_WANTED
diff wanted shown >out || fail 'ps shows other names'

# ---- --help ----

at_most 5 ./line --help >help 2>errors || fail "--help: status $?"
[ ! -s errors ] || fail '--help writes to stderr' errors

# shows LINE: with any number of spaces between words.
shows() {
	tr -s ' \n' ' ' <help | grep -qF -- "$1" || fail "--help does not show '$1'" help
}
shows 'One row for each frame that comes through.'
shows '--frames INTEGER how many; 0 is without end (default 0)'
shows '--period TIME between two of them (0ns..10s, default 1ms)'
shows '--trouble nothing|fault|abort|fail|fail_silently|leave|doze|hang|spin|scribble what the one'
shows 'what the one in the middle does … (default nothing)'
shows '--path STRING where the rows go (default "line.csv")'
shows '--quiet'
shows '--single-process'
shows 'Node numbers (count, line.pkd:'
shows '--numbers.period TIME between two of them (0ns..10s, set to 1ms)'
shows '--middle.at INTEGER … with this frame; 0 is init (set to 100)'
shows '--rows.path STRING the file; an old one is replaced. "log/": files in there (set to "line.csv")'
expect 0 'line \(pkd [0-9].*\)' ./line --version

# ---- Wrong options: status 2, one line on stderr, no process, no file ----

rm -f ./*.csv

# wrong TEXT OPTION...
wrong() {
	text=$1
	shift
	at_most 5 ./line "$@" >out 2>errors
	status=$?
	[ "$status" -eq 2 ] || fail "$*: status $status, not 2" errors
	[ ! -s out ] || fail "$*: something on stdout"
	printf 'line: %s\n' "$text" | diff - errors >difference || fail "$*" difference
	[ ! -e line.csv ] || fail "$*: it has begun"
}
wrong 'unknown option --perid; did you mean --period?' --perid 3ms
wrong 'unknown option --middl.at; did you mean --middle.at?' --middl.at=3
wrong 'unknown option --entirely-else; --help lists the options' --entirely-else
wrong "unexpected argument '3ms': options begin with --" 3ms
wrong '--period 11s is out of range: it must be in 0ns..10s' --period 11s
wrong '--period 20: must be a time with its unit, such as 50ms or 2s' --period 20
wrong '--frames 1e3: must be an integer' --frames 1e3
wrong '--frames 18446744073709551616: must be an integer in 0..18446744073709551615' \
	--frames=18446744073709551616
wrong '--middle.at -1: must be an integer in 0..18446744073709551615' --middle.at -1
wrong '--trouble much: must be one of nothing, fault, abort, fail, fail_silently, leave, doze, hang, spin, scribble' \
	--trouble much
wrong '--path needs a value' --path
wrong '--path needs a value' --path --quiet
wrong '--quiet takes no value' --quiet=yes
wrong '--numbers.period 20s is out of range: it must be in 0ns..10s' --numbers.period=20s

# ---- Right ones: the pipeline's go to its nodes, a node's own wins ----

expect 0 'line: 5 frames in .*' ./line --frames 5
expect 0 'line: 7 frames in .*' ./line --frames 5 --numbers.frames=7
expect 0 'line: 7 frames in .*' ./line --numbers.frames=7 --frames 5
expect 0 'line: 9 frames in .*' ./line --frames 5 --frames=9
expect 0 'line: 5 frames in .*' ./line --frames 5 --path=--odd --before.trouble=fault
[ -e ./--odd ] || fail 'a value that begins with -- is not taken after ='
at_most 5 ./line --frames 5 --quiet >out 2>&1 || fail "--quiet: status $?"
[ ! -s out ] || fail '--quiet says something'

# ---- Through the pipeline beyond the range of the node ----

mkdir beyond
cp "$e2e"/line/count.c beyond/
cat >beyond/line.pkd <<'END_PKD'
use table

node count() -> (value: u64) {
    param frames: u64 = 0
    param period: time = 0ms in 0ms..10s
    origin paced
    source "count.c"
}

pipeline beyond(period: time = 1ms) {
    numbers = count(frames: 1, period: period)
    table.csv(numbers, path: "beyond.csv")
}
END_PKD
build beyond/line.pkd -o beyond/beyond
expect 0 'beyond: 1 frame in .*' beyond/beyond --period 2ms
expect 2 'beyond: .*numbers.period.*out of range.*0ns..10s.*' beyond/beyond --period 20s
