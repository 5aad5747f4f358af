#!/bin/sh
# A reader that wants nothing of a large value but its frame holds none of its slots, and is told the
# same: the files are byte for byte those of small values, which are read as they are, whatever is killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

for pipeline in looks stamps_alone; do
	for size in 16 100000; do
		"$PKDC" build -D SIZE=$size --pipeline $pipeline "$e2e/stamps/stamps.pkd" \
			-o $pipeline-$size >out 2>&1 || fail "$pipeline of $size cannot be built"
	done
	"$PKDC" check --report -D SIZE=100000 --pipeline $pipeline "$e2e/stamps/stamps.pkd" >report 2>&1
	grep -q "^  cam.side_stamp " report || fail "$pipeline: no stamps" report
	grep -q "unread .*cam.side" report || fail "$pipeline: values are held" report
	for mode in "" --single-process; do
		for size in 16 100000; do
			# shellcheck disable=SC2086 # words
			at_most 20 ./$pipeline-$size --quiet --path $size.txt $mode >out 2>&1 || fail "status $?"
		done
		cmp 16.txt 100000.txt >out 2>&1 || fail "$pipeline $mode: the stamps say something else"
		[ "$(wc -l <16.txt)" -eq 300 ] || fail "$pipeline: $(wc -l <16.txt) rows of 300"
	done
done

./looks-16 --quiet --path wanted.txt --frames 3000 >out 2>&1 || fail "status $?"
kills=0 runs=0
while [ "$runs" -lt 3 ] || [ "$kills" -lt 40 ]; do
	[ "$runs" -lt 30 ] || fail "it was killed only $kills times"
	rm -f killed.txt
	start ./looks-100000 --quiet --path killed.txt --frames 3000
	while ! is_gone "$pid" && [ "$kills" -lt 400 ]; do
		for victim in cam seen expression_1 keep; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
		done
	done
	finish 20
	[ "$status" -eq 0 ] || fail "killed $kills times: status $status"
	cmp wanted.txt killed.txt >out 2>&1 || fail "killed $kills times: another file"
	runs=$((runs + 1))
done
note "killed $kills times in $runs runs"
