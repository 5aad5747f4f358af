#!/bin/sh
# What is asked of pkd in words that are nearly right is done where it is clear, else refused with the words to write:
# operands in another order, an option in the place of another's argument, arguments of commands, parameters without
# their node, what can never be set, what waits for a node that is paused.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

export PKD_DIR="$PWD/place"
export PATH="$B:$PATH"
mkdir -m 700 place
build "$e2e/words/words.pkd" --pipeline words -o words
start ./words --quiet
runs() { pkd status >out 2>&1; }
within 20 runs || fail 'it does not answer'

expect 0 ' *[0-9]+  [0-9]+' pkd echo words done --count 1
expect 0 ' *[0-9]+  [0-9]+' pkd echo done words --count 1
expect 2 "pkd: --png needs an argument, DIR, and '--count' is an option" pkd echo done --png --count 10
[ ! -e ./--count ] || fail 'a directory is called like an option' /dev/null
expect 0 ' *[0-9]+  [0-9]+' pkd echo done --count=1 --rate 50

expect 1 "pkd: 'to' must be up\|down" pkd call done mode to=sideways
expect 1 "pkd: 'r' must be an object in JSON, as \{\"low\":1,\"high\":1\}" pkd call done range r=5
expect 0 '3' pkd call done range 'r={"low":1,"high":2}'
expect 0 '6' pkd call done add values=1,2,3
expect 0 '6' pkd call done add 'values=[1,2,3]'
expect 0 '0' pkd call done add values=
expect 1 "pkd: 'values\[1\]' must be a whole number from .*" pkd call done add values=1,x
expect 1 "pkd: 'values' must be at most 4 items, as \[1,1\]" pkd call done add values=1,2,3,4,5
expect 0 '.* done range\(r: Range \{"low":1,"high":1\}\) .*' pkd describe
expect 0 '.* done mode\(to: Mode up\|down\).*' pkd describe
pkd describe --json >out 2>&1
grep -q '"takes":"{\\"low\\":1,\\"high\\":1}"' out || fail 'the JSON does not show the fields'
expect 1 "pkd: node 'done': the node died in it, and what it had changed is undone; \`pkd logs\` says of what" \
	pkd call done hang --wait 20
pkd logs >out
grep -q 'its command took longer than 1s' out || fail 'the log does not say of what'

expect 1 "pkd: there is no parameter 'factor'; did you mean 'done.factor'\?" pkd set factor=7
expect 1 "pkd: there is no parameter 'fcator'" pkd set fcator=7
expect 1 "pkd: 'path' is a path that a node opens: it is given when the program starts" pkd set path=other.csv
expect 1 "pkd: 'csv.path' is a path that a node opens: it is given when the program starts" pkd set csv.path=other.csv
expect 1 "pkd: 'done.start' is set when the program starts: only what its node declares as .* changes" pkd set done.start=1

expect 0 'paused: done' pkd pause done
# Until the frame with which it goes on has been made, what is set is in force at once.
factor=2
while pkd set done.factor=$factor --wait 0 >out 2>&1 && [ $factor -lt 40 ]; do
	factor=$((factor + 1))
done
[ $factor -ge 5 ] || fail "only $((factor - 2)) were taken"
expect 1 "pkd: node 'done' is paused, and has not come to what was set three times before: \`pkd resume done\` first" \
	pkd set done.factor=1 --wait 0
expect 0 'resumed: no node is held' pkd resume done

expect 2 'pkd: `pkd --help` lists the commands' pkd bogus
expect 2 "pkd: did you mean 'stop'\?" pkd sotp

kill -INT "$pid"
finish 15
