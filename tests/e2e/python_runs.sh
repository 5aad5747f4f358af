#!/bin/sh
# What nodes in Python do beside computing: origins, times, numbers of their own, flushes and wakes, descriptors,
# state that is exact after deaths by kill -9, live parameters, commands, workers, rights; in processes and in one.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

PKD_DIR=$PWD/place
export PKD_DIR
pkd=$B/pkd
program=
trap '[ -z "$program" ] || kill -KILL "$program" 2>/dev/null' EXIT

cp -r "$e2e/python_runs" nodes
mkdir outside
echo given >outside/given.txt
echo secret >outside/secret.txt
build nodes/runs.pkd -o runs

cat >look.py <<'END'
import csv, sys
how = sys.argv[1]
read = lambda name: [dict(row) for row in csv.DictReader(open(name))]
rows, parts, late, text = read("runs.csv"), read("parts.csv"), read("late.csv"), read("text.csv")
assert [int(r["n"]) for r in rows] == list(range(1, 21)), rows
assert [float(r["time_s"]) for r in rows] == list(range(1, 21)), rows
assert [int(r["total"]) for r in rows] == [n * (n + 1) // 2 for n in range(1, 21)], rows
assert [r["text"] for r in rows] == [f"frame {n} 1 x 0" for n in range(1, 21)], rows
assert [int(r["square"]) for r in rows] == [n * n for n in range(1, 21)]
assert len({r["worker"] for r in rows}) == (1 if how == "--single-process" else 3), rows
wanted = [10 * n + k for n in range(1, 21) for k in range(max(1, n % 4))] + [0, -1, -2]
assert [int(r["value"]) for r in parts] == wanted, parts
values = [int(r["value"]) for r in late]
assert [v for v in values if v > 0] == list(range(1, 21)) and [v for v in values if v < 0] == [-1, -2, -3], values
assert [r["value"] for r in text] == ["first", "again 1", "again 2"], text
seen = "given refused refused no write"
assert how == "--single-process" or all(r["seen"] == seen for r in rows), rows[0]
END
for how in "" --single-process --die; do
	# shellcheck disable=SC2086 # a word or none
	./runs --quiet $how --file outside/given.txt --c.other outside/secret.txt >out 2>&1 || fail "runs $how: status $?"
	"$PKD_PYTHON" look.py "$how" >look 2>&1 || fail "runs $how: other values" look
done
[ "$(ls nodes/died.* died.* 2>/dev/null | wc -l)" -eq 6 ] || fail "it has not died six times"

# Values from outside, while it runs.
./runs --quiet --last 1000000 --file outside/given.txt --c.other outside/secret.txt >log 2>&1 &
program=$!
says() { "$pkd" "$@" >out 2>&1; }
counts() { says call s look && [ "$(cat out)" != 0 ]; }
within 20 counts || fail "no answer of the command"
says call s reset to=100 || fail "reset"
grep -q '^was [0-9]*: no reason$' out || fail "another answer of reset"
says call s reset to=101 && fail "reset to=101 is carried out"
grep -q 'ValueError: cannot count from 101, which is odd' out || fail "another error of reset"
says call s reset to=666 && fail "reset to=666 is carried out"
grep -q 'this is undone' out || fail "another error of reset to=666"
says set s.gain=0 s.name=other || fail "set"
stands() { says call s look && cp out before && sleep 0.1 && says call s look && cmp -s out before; }
within 20 stands || fail "the gain is not 0"
says stop || fail "stop"
wait "$program" || fail "runs: status $?" log
program=
grep -q ' 0 other 1,' runs.csv || fail "not told of its new values" runs.csv
