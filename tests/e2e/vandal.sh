#!/bin/sh
# A node that casts const away and writes into its input is caught in the act and named. With inputs
# mapped writable nobody notices: mutant inputs_read_only_vandal.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/line/line.pkd" --pipeline line -o line
build "$e2e/line/line.pkd" --pipeline line --deploy pair -o pair

wrote="line: node 'middle' \(line.pkd:[0-9]+:[0-9]+\) wrote to its input 'value' \(stream before.same, frame 7\): .*"
stopped="line: node 'middle' \(line.pkd:[0-9]+:[0-9]+\) was killed by SIGSEGV; the rest was stopped"

# In a process of its own; in one that it shares with the writer of that input, whose map of the
# same memory is writable; in one that it shares with all.
for program in ./line ./pair './line --single-process'; do
	# shellcheck disable=SC2086 # words
	expect 139 "$wrote" $program --trouble scribble --at 7 --frames 20
	last_line | grep -Exq "$stopped" || fail "$program: the last line does not name node and signal"
done
