#!/usr/bin/env python3
"""Whether the nodes of `clock` drift: how late the most punctual value of the last second is, beside that of
the first second. A machine that is busy delays some values, and hardly all of a second.

    tests/bench/drift.py [SECONDS]
"""
import csv
import os
import subprocess
import sys

PERIOD = 0.01
MOST = 0.001  # so much, s


def late(path, column):
    with open(path, newline="") as file:
        rows = [(int(row["n"]), float(row[column])) for row in csv.DictReader(file)]
    if column == "at":  # of the first one on
        n, start = rows[0]
        rows = [(k, at - start - (k - n) * PERIOD) for k, at in rows]
    return [seconds for _, seconds in rows]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    build = os.path.abspath(os.environ.get("B", "build"))
    n_seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    work = os.path.join(build, "bench-drift")
    os.makedirs(work, exist_ok=True)
    env = dict(os.environ, PKD_CACHE=os.path.join(work, "cache"))
    program = os.path.join(here, "programs", "drift.pkd")
    subprocess.run([os.path.join(build, "pkdc"), "build", program, "-o", "drift"], cwd=work, env=env, check=True)
    count = str(int(n_seconds / PERIOD))
    subprocess.run(["./drift", "--quiet", "--count", count], cwd=work, check=True, timeout=10 * n_seconds + 60)
    print(f"| over {n_seconds} s | first second | last second | drift |\n|---|---|---|---|")
    one = int(1 / PERIOD)
    met = True
    for name, column in (("ticks", "late"), ("delay", "late"), ("pace", "at")):
        values = late(os.path.join(work, name + ".csv"), column)
        first, last = min(values[1 : one + 1]), min(values[-one:])  # the first is never late
        met = met and abs(last - first) <= MOST
        print(f"| clock.{name} | {first * 1e3:.3f} ms | {last * 1e3:.3f} ms | {(last - first) * 1e3:+.3f} ms |")
    print(f"\n- no clock drifts by more than {MOST * 1e3:g} ms: {'met' if met else 'missed'}")


main()
