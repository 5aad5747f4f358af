#!/bin/sh
# Loops that go through nodes in C and through expressions: a type that an output declares, or that an
# expression says of itself, needs nothing that is made from it. The table is that of a reference in Python.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

cat >reference.py <<'END'
print("u,y,twice,n,half")
state, u, twice, total, half = 0.0, 0.0, None, 0, 0.0
for n in range(1, 21):
    state += 0.5 * (u - state)
    y = state + 0.001 * n
    u = 2.0 * (1.0 - y)
    twice = (7.0 if twice is None else twice) * 1.5 + n
    total += n
    half = half / 2.0 + n
    print(*(repr(float(v)) if isinstance(v, float) else v for v in (u, y, twice, total, half)), sep=",")
END
python3 reference.py >wanted.csv
build "$e2e/feedback/feedback.pkd" -o feedback
for mode in "" --single-process; do
	rm -f feedback.csv
	at_most 30 ./feedback --quiet $mode >out 2>&1 || fail "status $?" out
	cut -d, -f3- feedback.csv >rows.csv
	python3 - <<'END' || fail "another table $mode" rows.csv
rows = [[[cell for cell in line.strip().split(",")] for line in open(name)] for name in ("wanted.csv", "rows.csv")]
assert rows[0][0] == rows[1][0] and len(rows[0]) == len(rows[1]) == 21, rows[1][:2]
for wanted, got in zip(rows[0][1:], rows[1][1:]):
    assert all(abs(float(w) - float(g)) <= 1e-9 * max(1, abs(float(w))) for w, g in zip(wanted, got)), (wanted, got)
END
done

build "$e2e/feedback/feedback.pkd" --pipeline through -o through
at_most 30 ./through --quiet >out 2>&1 || fail "status $?" out
awk -F, 'NR > 1 { back = NR == 2 ? 7 : 100 * (NR - 2); wanted = 1000 * (back > 255 ? 255 : back)
	if ($3 != 100 * (NR - 1) || $4 != wanted) exit 1 }' through.csv || fail 'through a pipeline' through.csv

build "$e2e/feedback/feedback.pkd" --pipeline order -o order
at_most 30 ./order --quiet >out 2>&1 || fail "status $?" out
awk -F, 'NR > 1 { sum += NR - 1; if ($3 != sum || $4 != sum) exit 1 }' order.csv || fail 'the order of names counts' order.csv
