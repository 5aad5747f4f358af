#!/bin/sh
# A name of a part stands for its text: the program says the same with its parts named and without, in
# the same processes. Expressions with the same streams and clocks are one node.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# shape PIPELINE: how many nodes, streams and processes it has.
shape() {
	"$PKDC" check "$e2e/naming/naming.pkd" --pipeline "$1" --dump=graph >"$1.graph" 2>&1 || fail "$1" "$1.graph"
	for part in node stream process; do
		echo "$(grep -c "^ *$part " "$1.graph") $part"
	done
}

# runs PIPELINE
runs() {
	build "$e2e/naming/naming.pkd" --pipeline "$1" -o "$1"
	at_most 30 "./$1" --quiet >out 2>&1 || fail "$1: status $?"
}

# columns FILE: without the capture times.
columns() { cut -d, -f1,3- "$1"; }

for pair in absence types past feedback kept_past shapes given again; do
	runs "$pair"
	runs "${pair}_named"
	[ "$(shape "$pair")" = "$(shape "${pair}_named")" ] ||
		fail "$pair: $(shape "$pair"); named: $(shape "${pair}_named")"
	for file in "$pair.csv" "${pair}"_[0-9].csv; do
		[ -e "$file" ] || continue
		named=$(echo "$file" | sed "s/^$pair/${pair}_named/")
		columns "$file" >unnamed
		columns "$named" | diff unnamed - >out || fail "$file: with names"
	done
done

# What the values are, so that both are right: needed, absent, wide, converted.
[ "$(sed -n 4p absence.csv | cut -d, -f3-)" = 78,0,false,3 ] || fail "absence" absence.csv
[ "$(sed -n 5p absence.csv | cut -d, -f3-)" = 99,0,false,-1 ] || fail "absence" absence.csv
[ "$(wc -l <absence_2.csv)" -eq 13 ] && [ "$(wc -l <absence_3.csv)" -eq 7 ] || fail 'absence: frames'
[ "$(sed -n 13p types.csv | cut -d, -f3-)" = 132,132,792,88,6 ] || fail 'types' types.csv
[ "$(sed -n 4p past.csv | cut -d, -f3-)" = 5,2,150,240,0,3,10,2,2 ] || fail 'past' past.csv

[ "$(sed -n 8p shapes.csv | cut -d, -f3-)" = 9,175,halt,175,2 ] || fail 'shapes' shapes.csv
[ "$(sed -n 3p shapes.csv | cut -d, -f3-)" = 2,1,go,0.5,0 ] || fail 'shapes' shapes.csv

[ "$(sed -n 6p kept_past.csv | cut -d, -f3-)" = 75,2,n100,false,n100n75,4,125 ] || fail 'kept_past' kept_past.csv
[ "$(sed -n 5p kept_past_2.csv | cut -d, -f3-)" = 8,4 ] || fail 'kept_past_2' kept_past_2.csv

[ "$(sed -n 3p given.csv | cut -d, -f3-)" = 75,75.0miles,25,25.0km ] || fail 'given' given.csv
[ "$(sed -n 2,3p given_2.csv | cut -d, -f3-)" = "4
1" ] || fail 'given_2' given_2.csv

[ "$(sed -n 11p again.csv | cut -d, -f3-)" = 11,11,11,11,22,0 ] || fail 'again' again.csv
grep -q 'read by left.x, right.x$' again.graph || fail 'again: a text has two streams' again.graph

# ---- One firing a frame ----

runs controller
shape controller >out
[ "$(grep -v stream out)" = "4 node
3 process" ] || fail 'the controller is not one node'
build "$e2e/naming/naming.pkd" --pipeline controller -o controller
at_most 30 ./controller >out 2>&1 || fail "controller: status $?"
awk '$1 == "expression_1" && $2 == 12 { found = 1 } END { exit !found }' out || fail 'not one firing a frame'
tail -n 1 controller.csv | cut -d, -f3- >out
[ "$(cat out)" = -1.9258984375,true ] || fail 'controller'

# ---- What a deploy names ----

runs kept
shape kept >/dev/null
grep -q '^node [0-9]* sole: ' kept.graph || fail 'what the deploy names has no node' kept.graph
grep -q '^node [0-9]* part.u: ' kept.graph || fail 'nor has what a pipeline gives' kept.graph
[ "$(grep -c '^node ' kept.graph)" = 6 ] || fail 'a bank of which one is named is one node more' kept.graph
grep -q 'process [0-9]* alone { sole, bank\[1\] }' kept.graph || fail 'the deploy has no node a' kept.graph
[ "$(sed -n 3p kept.csv | cut -d, -f3-)" = 51,102,100,153 ] || fail 'kept' kept.csv
