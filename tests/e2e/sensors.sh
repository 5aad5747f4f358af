#!/bin/sh
# examples/sensors: the figures of its page, and the same values to the last digit where nodes are killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
export PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
example=$ROOT/examples/sensors
build "$example/sensors.pkd" -o sensors

for node in calm pair off shake level spectrum slow; do
	grep -q ">$node" "$example/graph.svg" || fail "graph.svg is older than the program: it has no $node"
done

cat >figures.py <<'END_PY'
import csv, math, os, random, signal, subprocess, sys, time
from console import children, title

random.seed(6)
heading = lambda t: 0.8 * math.sin(2 * math.pi * 0.1 * t) + 0.1 * t
roll = lambda t: 0.3 * math.sin(2 * math.pi * 0.25 * t)

def rows(name):
    with open(name) as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]

def rms(numbers):
    return math.sqrt(sum(x * x for x in numbers) / len(numbers))

def run(kills):
    program = subprocess.Popen(["./sensors", "--quiet", "--speed", "4"], stderr=open("out", "w"))
    killed = 0
    while program.poll() is None:
        if killed < kills:
            nodes = children(program.pid)
            try:
                os.kill(random.choice(nodes), signal.SIGKILL)
                killed += 1
            except (IndexError, ProcessLookupError):
                pass
        time.sleep(random.random() * 0.1)
    assert program.returncode == 0, (program.returncode, open("out").read())
    return killed

run(0)
state = [row for row in rows("state.csv") if row["time_s"] > 2]
off = {name: [row[name] - truth(row["time_s"]) for row in state]
       for name, truth in (("turned", heading), ("heading", heading), ("roll", roll))}
assert len(rows("state.csv")) == 2000 and len(rows("pairs.csv")) == 600, (len(state), len(rows("pairs.csv")))
assert 0.39 < off["turned"][-1] < 0.41, off["turned"][-1]
assert rms(off["roll"]) < 0.016, rms(off["roll"])
assert rms(off["heading"]) < 0.03, rms(off["heading"])       # as late as the machine is busy
seen = [row for row in rows("pairs.csv") if row["time_s"] > 2]
alone = rms([row["seen"] - heading(row["time_s"]) for row in seen])
fused = rms([row["turned"] + row["off"] - heading(row["time_s"]) for row in seen])
assert 0.017 < alone < 0.019 and fused < 0.0075, (alone, fused)
motor = rows("motor.csv")
assert all(abs(row["frequency"] - 87) < 0.1 and 0.75 < row["magnitude"] < 0.85 for row in motor) and len(motor) == 38
print(f"heading {rms(off['heading']):.4f} rad, where both are known {fused:.4f}; roll {rms(off['roll']):.4f} rad")

# How pairs are numbered is by what came first, and so is what is sampled. The rest is the same.
def values(name):
    return [line.split(",", 1)[1] for line in open(name)]

first = {name: values(name) for name in ("pairs.csv", "motor.csv")}
killed = run(40)
for name, lines in first.items():
    assert values(name) == lines, f"{name} is another after {killed} kills"
for before, after in zip(state, [row for row in rows("state.csv") if row["time_s"] > 2]):
    assert all(before[k] == after[k] for k in ("time_s", "turned", "roll", "level")), (before, after)
print(f"the same after {killed} kills")
END_PY
at_most 60 python3 figures.py >out.py 2>&1 || fail 'other figures' out.py
cat out.py
exit 0
