#!/bin/sh
# --state DIR and --resume: a run whose processes are all killed, the supervisor first, goes on where it was, and
# its files come out byte for byte; so does one that was stopped, or that has failed. What cannot be gone on with
# is refused, and nothing is lost by that.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

"$PKDC" build "$e2e/resume/resume.pkd" -o run >out 2>&1 || fail 'it cannot be built'

at_most 30 ./run --pause 0s --quiet >out 2>&1 || fail "undisturbed: status $?"
mv rows.csv rows.wanted
mv sums.jsonl sums.wanted
[ "$(wc -l <rows.wanted)" -eq 2001 ] || fail 'other rows than there should be'

# same WHAT: the files are as they should be, nothing else is there, and the state is gone.
same() {
	cmp rows.wanted rows.csv >difference || fail "$1: another table" difference
	cmp sums.wanted sums.jsonl >difference || fail "$1: other sums" difference
	# A start that was killed before it had a run left a directory, which is none of the next one's.
	[ ! -e state ] || rmdir state 2>/dev/null || fail "$1: the state is still there"
	for file in .rows.csv* .sums.jsonl*; do
		[ ! -e "$file" ] || fail "$1: $file is left"
	done
}

# killed_as_a_whole OPTION...: again and again, a moment later each time, until it comes to its end.
killed_as_a_whole() {
	kills=0
	rm -rf rows.csv sums.jsonl state
	set -- ./run --state state --quiet "$@"
	resume=
	while :; do
		# shellcheck disable=SC2086 # a word or none
		start "$@" $resume
		sleep "0.0$(awk -v seed="$kills" 'BEGIN { srand(seed); print int(10 + rand() * 89) }')"
		kill -KILL "$pid" 2>/dev/null
		finish 10
		[ "$status" -ne 0 ] || break
		[ "$status" -eq 137 ] || fail "killed $kills times: status $status"
		# At once: the next start waits until the last process of this one is gone.
		kills=$((kills + 1))
		[ "$kills" -lt 400 ] || fail 'it does not get on'
		[ ! -e state/pkd-run ] || resume=--resume
	done
}

# For hours: RESUME_RUNS of each kind.
run=0
while [ "$run" -lt "${RESUME_RUNS:-1}" ]; do
	for mode in '' --single-process '--freeze=all'; do
		# shellcheck disable=SC2086 # a word or none
		killed_as_a_whole $mode
		[ "$kills" -ge 3 ] || fail "killed only $kills times"
		# One that was killed between two calls may leave a temporary file.
		rm -f .rows.csv* .sums.jsonl*
		same "killed $kills times $mode"
		note "killed $kills times ${mode:-as it is}"
	done
	run=$((run + 1))
done

# ---- A stop, a failure ----

# has_rows N
has_rows() { [ -s rows.csv ] && [ "$(wc -l <rows.csv)" -ge "$1" ]; }

rm -f rows.csv sums.jsonl
start ./run --state state --pause 1ms --quiet
within 10 has_rows 100 || fail 'it does not begin'
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "stopped: status $status"
grep -q 'the same command with --resume goes on with it' out || fail 'it does not say how to go on'
has_rows 2000 && fail 'it has not stopped'
cp rows.csv rows.before

# refused TEXT COMMAND...: with that message, and nothing is changed.
refused() {
	says=$1
	shift
	at_most 10 "$@" >out 2>&1 && fail "$*: not refused"
	grep -q "$says" out || fail "$*: other words"
	cmp rows.before rows.csv >difference || fail "$*: the table has changed" difference
	[ -s state/pkd-run ] || fail "$*: the state is gone"
}
refused 'a run there has not ended: add --resume' ./run --state state --pause 1ms
refused 'its parameters had other values' ./run --state state --resume --pause 2ms
cp run other && echo >>other
refused 'one of another program' ./other --state state --resume --pause 1ms
refused 'goes on with the run in a directory' ./run --resume
mv rows.csv elsewhere && cp elsewhere rows.csv
refused "'rows.csv' was replaced by another file" ./run --state state --resume --pause 1ms
mv elsewhere rows.csv
cp rows.csv whole && : >rows.csv
at_most 10 ./run --state state --resume --pause 1ms >out 2>&1 && fail 'a shorter table'
grep -q 'it was made shorter while the program did not run' out || fail 'other words'
[ ! -s rows.csv ] && [ -s state/pkd-run ] || fail 'something has changed'
cat whole >rows.csv
(cd state && at_most 10 ../run --state . --resume --pause 1ms >../out 2>&1) && fail 'from another directory'
grep -q 'started in another directory' out || fail 'other words'
sed 's/ [^ ]* \([a-z]*\)$/ another-boot \1/' state/pkd-run >run.text && cp state/pkd-run kept && cp run.text state/pkd-run
refused 'the machine was started anew' ./run --state state --resume --pause 1ms
cp kept state/pkd-run
mv state/pkd-control moved
refused "'pkd-control' is missing" ./run --state state --resume --pause 1ms
mv moved state/pkd-control
at_most 30 ./run --state state --resume --pause 1ms --quiet >out 2>&1 || fail "resumed: status $?"
same 'stopped and resumed'

# A step that ends because it is told of the stop has not ended its source.
rm -f rows.csv sums.jsonl
: >waits
start ./run --state state --waits_at 150 --quiet
within 10 has_rows 100 || fail 'it does not begin'
sleep 0.5 # by now it waits
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "stopped in a step: status $status"
rm waits
at_most 30 ./run --state state --resume --waits_at 150 --quiet >out 2>&1 || fail "resumed: status $?"
same 'stopped in a step'

mkdir other_files && chmod 700 other_files && echo mine >other_files/mine
at_most 10 ./run --state other_files >out 2>&1 && fail 'a directory with other files'
grep -q 'has other files in it' out && [ "$(cat other_files/mine)" = mine ] || fail 'other words'
# Nothing but what begins with pkd- is its own, and that not where it is damaged.
mkdir damaged && chmod 700 damaged && echo nonsense >damaged/pkd-run && cp damaged/pkd-run nonsense
at_most 10 ./run --state damaged >out 2>&1 && fail 'a damaged run'
grep -q "'pkd-run' is damaged" out && cmp damaged/pkd-run nonsense || fail 'other words'
mkdir given && chmod 700 given
at_most 30 ./run --state given --pause 0s --quiet >out 2>&1 || fail "a directory that was there: status $?"
[ -d given ] && [ -z "$(ls -A given)" ] || fail 'a directory that was there is not left empty'
rm -f rows.csv sums.jsonl
mkdir open && chmod 755 open
at_most 10 ./run --state open >out 2>&1 && fail 'a directory that is open to others'
grep -q 'chmod 700' out || fail 'other words'

rm -f rows.csv sums.jsonl
: >fails
for run in 1 2; do
	# shellcheck disable=SC2046 # a word or none
	at_most 30 ./run --state state --fails 500 --quiet $([ "$run" = 1 ] || echo --resume) >out 2>&1
	[ $? -eq 1 ] || fail "a failure: status $?"
	grep -q 'cannot square 500' out || fail 'other words'
	# What was on its way waits.
	[ "$(tail -n 1 rows.csv | cut -d, -f 3)" -le 499 ] || fail 'rows behind the failure'
done
rm fails
at_most 30 ./run --state state --fails 500 --quiet --resume >out 2>&1 || fail "after a failure: status $?"
same 'after a failure'

# Before the first row there is no table, and a temporary file beside its place, which is found again.
rm -f rows.csv sums.jsonl
: >fails
at_most 30 ./run --state state --fails 1 --quiet >out 2>&1
[ $? -eq 1 ] || fail 'the first frame does not fail'
[ ! -e rows.csv ] || fail 'there is a table without a row'
rm fails
at_most 30 ./run --state state --fails 1 --quiet --resume >out 2>&1 || fail "from the start: status $?"
same 'failed at the first frame'

# Two at once
start ./run --state state --pause 3ms --quiet
within 10 test -s state/pkd-run || fail 'it does not begin'
"$PKDC" --version >/dev/null
./run --state state --resume --rows_path x.csv --sums_path y.jsonl >second 2>&1 && fail 'two at once'
grep -q 'another program that runs uses it' second || fail 'other words' second
finish 30
[ "$status" -eq 0 ] || fail "beside another: status $status"
same 'beside another'
