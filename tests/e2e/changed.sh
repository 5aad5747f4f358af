#!/bin/sh
# Nodes that keep what they have made of their live parameters are told before the first step that has other
# ones: an origin, a pool, a node with numbers of its own, in processes and in one. Nobody is told at the start
# or of what is not its own. A node may fail, die or hang in it: what is started again has the values in `init`.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

PKD_DIR=$PWD/place
export PKD_DIR
pkd=$B/pkd
started=
trap 'for p in $started; do kill -KILL "$p" 2>/dev/null; done' EXIT

# It warns that `lone` forgets in a restart what it kept: that is what is tested.
"$PKDC" build "$e2e/changed/changed.pkd" -o changed >out 2>&1 || fail "pkdc build"

cat >look.py <<'END2'
import csv, sys
how = sys.argv[1]
read = lambda name: [{k: v if k == "time_s" else int(v) for k, v in row.items()} for row in csv.DictReader(open(name))]
rows, alone, twice = read("rows.csv"), read("alone.csv"), read("twice.csv")
for table in rows, alone:
    assert [row["n"] for row in table] == list(range(1, len(table) + 1)), "frames are missing, or twice"
    for row in table:
        assert row["own"] != -1 and row["used"] != -1, f"not told of what it has: {row}"
for row in rows:
    assert row["own"] == row["used"] == row["gain"], row
assert all(row["used"] != -1 for row in twice), "not told, behind a clock of its own"
assert rows[0]["told"] == alone[0]["told"] == 0, "told at the start"
if how == "set":
    values = sorted(set(row["gain"] for row in alone))
    assert len(values) > 4 and max(row["other"] for row in alone) > 0, values
    for before, row in zip(alone, alone[1:]):
        more = row["told"] - before["told"]
        assert more == (row["gain"] != before["gain"]), f"told {more} times: {before} {row}"
else:
    assert alone[-1]["used"] == int(how), alone[-1]
    if int(how) > 1000:
        assert alone[-1]["told"] == 0, "told of what its init has seen"
END2

# run ARGUMENT...: until the console answers.
run() {
	rm -f ./*.csv
	./changed --quiet --frames 100000 "$@" 2>said &
	started=$!
	within 10 answers || fail 'the program does not run' said
}
answers() { "$pkd" ping >/dev/null 2>&1; }

# set_to NAME=VALUE...: and wait until all have come there.
set_to() { "$pkd" set "$@" --wait 20 >out 2>&1 || fail "pkd set $*"; }

# end HOW: in order, and what was seen was right.
end() {
	"$pkd" stop >out 2>&1 || fail 'pkd stop'
	wait "$started" || fail 'the program did not end well' said
	started=
	python3 look.py "$1" >out 2>&1 || fail "$1"
}

for how in '' --single-process; do
	# shellcheck disable=SC2086 # a word, or none
	run $how
	for value in 8 9 10 11 12 13; do
		set_to "gain=$value"
		set_to "other=$value"
		set_to "gain=$value" other=1
		set_to w.name="of $value"
	done
	end set
done

# ---- It dies, hangs or fails in it, and goes on with these values ----

for value in 1001 1002 1003; do
	run
	set_to gain=20
	set_to "alone.gain=$value"
	grep -Fqx 'started again meanwhile, with these values: alone' out || fail 'pkd set does not say so' out
	set_to other=3
	end "$value"
	case $value in
	1001) grep -q 'it takes no 1001' said || fail 'it did not say why' said ;;
	1002) grep -q 'SIGSEGV' said || fail 'it did not die' said ;;
	1003) grep -q 'was killed: its changed took' said || fail 'it did not hang' said ;;
	esac
done

# ---- Somebody kills them at any time ----

run
for value in 21 22 23 24 25 26 27 28; do
	"$pkd" set "gain=$value" --wait 0 >out 2>&1 || grep -q 'has not come' out || fail 'pkd set'
	for p in $(children_of "$started"); do
		case $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null) in
		*': alone '* | *': w '* | *': w_2 '*) kill -KILL "$p" 2>/dev/null ;;
		esac
	done
done
set_to gain=30
end 30
