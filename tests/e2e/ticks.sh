#!/bin/sh
# Where an expression needs none of its streams it fires on every frame of their clocks: also on one on
# which a node between has declined to fire, or has failed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# rows FILE VALUE...: the last column, as it is.
rows() {
	file=$1
	shift
	got=$(sed -n '2,$s/.*,//p' "$file" | tr '\n' ' ')
	[ "$got" = "$* " ] || fail "$file: $got" "$file"
}

build "$e2e/ticks/ticks.pkd" --pipeline fallback -o fallback
at_most 20 ./fallback --quiet >out 2>&1 || fail "status $?"
rows safe.csv -1 -1 -1 -1 -1 -1 7 -1 9 -1 11 -1
rows turns.csv 1 2 3 4 5 6 7 8 9 10 11 12
rows rare.csv 0 0 3 0 0 6 0 0 9 0 0 12
rows held.csv 3 3 3 6 6 6 9 9 9 12
rows guard.csv 1 -1 3 -1 5 -1 7 -1 9 -1 11 -1
rows either.csv true false true false true false true false true false true true

build "$e2e/ticks/ticks.pkd" --pipeline failing -o failing
at_most 30 ./failing --quiet >out 2>&1
rows failing.csv 1 2 3 -1 5 6 7 8 9 10 11 12
build "$e2e/ticks/ticks.pkd" --pipeline begins -o begins
at_most 30 ./begins --quiet >out 2>&1
rows begins.csv 1 2 3 -1 5 6

# Ticks are there where somebody asks, from the node at which the clock begins, and nowhere else.
ticks() { "$PKDC" check "$e2e/ticks/ticks.pkd" --pipeline "$1" --dump=graph 2>&1 | sed -n 's/.*\(stream [0-9]* [a-z]*.tick\).*/\1/p'; }
[ -z "$(ticks steady)" ] || fail 'steady: ticks that nobody needs'
case $(ticks chosen) in *' c.tick') ;; *) fail "chosen: $(ticks chosen)" ;; esac
build "$e2e/ticks/ticks.pkd" --pipeline chosen -o chosen
at_most 20 ./chosen >out 2>&1 || fail "status $?"
[ "$(awk '$1 == "c" { print $2 }' out)" = "$(($(wc -l <chosen.csv) - 1))" ] || fail 'not a row for each firing'
