#!/bin/sh
# A node that `sets` parameters: values of its list hold for all from one frame on, those out of range are refused with
# the reason, names that cannot be set are refused at the start, and nothing is lost when the node or the console dies.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

export PKD_DIR="$PWD/place"
mkdir -m 700 place
build "$e2e/sets/sets.pkd" -o sets

at_most 30 ./sets --quiet >out 2>&1 || fail 'it does not run'
tail -n 1 rows.csv | grep -q ',5,5,-22,held.level = [0-9]* is out of range: it must be in 0..5,1$' ||
	fail 'the last row' rows.csv
for level in 1 2 3 4 5; do
	grep -q "^[0-9]*,[0-9.]*,$level,$level,0,,1\$" rows.csv || fail "level $level was never taken" rows.csv
done

# A burst, and a reader that takes its time: the last value counts, whatever came before it.
at_most 60 ./sets --quiet --ticks 160 --each 2 --most 5 --takes 40ms >out 2>&1 || fail 'a burst'
tail -n 1 rows.csv | grep -q ',5,5,0,,1$' || fail 'the last value of a burst is lost' rows.csv

# Its memory is what the console believes no word of.
at_most 30 ./sets --quiet --garbage >out 2>&1 || fail 'garbage'
tail -n 1 rows.csv | grep -q ',0,0,-[0-9]*,' || fail 'garbage was taken' rows.csv

# A list that cannot be set
expect 1 "sets: c is to set 'held.levle', which is no parameter of the program; did you mean 'held.level'\?" \
	./sets --names held.levle
expect 1 "sets: c is to set 'c.each', which is set when the program starts: .*" ./sets --names 'held.level, c.each'
expect 1 "sets: c is to set 'csv.path', which is a path that a node opens: .*" ./sets --names csv.path

# Without a console nothing is set; an empty list is none.
at_most 30 ./sets --quiet --no-console >out 2>&1 || fail 'without a console'
tail -n 1 rows.csv | grep -q ',0,0,-61,,1$' || fail 'set without a console' rows.csv
at_most 30 ./sets --quiet --names '' >out 2>&1 || fail 'an empty list'
tail -n 1 rows.csv | grep -q ',0,,-22,,0$' || fail 'an empty list' rows.csv

# Deaths of both
start ./sets --quiet --ticks 1000
process_named() { pgrep -P "$pid" -f "sets: $1" | head -n 1; }
runs() { [ -n "$(process_named console)" ] && [ -n "$(process_named c\$)" ]; }
within 20 runs || fail 'it does not run'
# The console waits twice as long before each start, until it has lived for a second.
for victim in console 'c$' 'c$' console 'c$' console 'c$' 'c$' console; do
	found=$(process_named "$victim")
	[ -z "$found" ] || kill -KILL "$found"
	sleep 0.1
done
finish 30
[ "$status" -eq 0 ] || fail "status $status"
# What was asked for while there was no console has given way to what came after it.
tail -n 1 rows.csv | grep -q ',\([1-5]\),\1,-22,held.level = [0-9]* is out of range: it must be in 0..5,1$' ||
	fail 'after deaths' rows.csv
