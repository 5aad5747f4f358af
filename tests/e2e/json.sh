#!/bin/sh
# What is printed for other programs is JSON, whatever the names and whatever went wrong, and the
# same from run to run.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

valid() {
	python3 -m json.tool <"$1" >/dev/null 2>out || fail "$1 is no JSON"
}

# value FILE EXPRESSION: of the object, called d.
value() { python3 -c "import json; d = json.load(open('$1', encoding='utf-8')); print($2)"; }

n=0
for file in "$ROOT"/examples/*/*.pkd "$ROOT"/tests/check/E06*.pkd "$ROOT"/tests/check/no_mistakes.pkd \
	"$ROOT"/tests/check/E0103_syntax.pkd "$ROOT"/tests/pass/*.pkd "$ROOT"/tests/emit/*.pkd; do
	"$PKDC" check --report --json "$file" >report.json 2>/dev/null
	valid report.json
	"$PKDC" graph --format=json "$file" >graph.json 2>/dev/null
	[ ! -s graph.json ] || valid graph.json
	n=$((n + 1))
done
[ "$n" -gt 8 ] || fail 'too few files'

# ---- What stands in it ----

people=$ROOT/examples/people/people.pkd
"$PKDC" check --report --json "$people" >report.json || fail 'check failed'
"$PKDC" graph --format=json "$people" >graph.json || fail 'graph failed'
[ "$(value graph.json 'len(d["nodes"]), len(d["edges"]), len(d["processes"])')" = '9 12 6' ] ||
	fail 'another graph' graph.json
[ "$(value graph.json 'd["memory"] == sum(s["bytes"] for s in d["streams"])')" = True ] ||
	fail 'the streams are not all of the memory' graph.json
[ "$(value report.json '[a["holds"] for a in d["assertions"]]')" = '[True, True]' ] ||
	fail 'the assertions do not hold' report.json
"$PKDC" check --report --json "$ROOT/tests/check/E0604_not_independent.pkd" >report.json 2>/dev/null
[ "$(value report.json 'd["errors"] > 0 and None in [a["holds"] for a in d["assertions"]]')" = True ] ||
	fail 'a refused assertion holds' report.json

# ---- The same bytes again, from elsewhere, for a file of any name ----

cat >clear.pkd <<'END'
node numbers() -> (number: i64) { origin live }
node print(number: i64)
pipeline p() {
    n = numbers()
    print(n)
}
END
odd=$(printf 'a"b\\c\001\377\303\244.pkd')
cp clear.pkd "$odd"
for kind in graph check; do
	case $kind in graph) option=--format=json ;; check) option=--json ;; esac
	"$PKDC" "$kind" "$option" "$odd" >odd.json || fail "$kind of a file with an odd name"
	valid odd.json
	"$PKDC" "$kind" "$option" clear.pkd >one.json || fail "$kind failed"
	(cd / && "$PKDC" "$kind" "$option" "$OLDPWD/clear.pkd") >two.json || fail "$kind failed"
	cmp -s one.json two.json || fail "$kind: other bytes from elsewhere"
done
