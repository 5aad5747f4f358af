#!/usr/bin/env python3
"""How many rows a second table.sqlite writes, beside the library alone with the same rows, batches and
settings: whole programs, from their start to their end, in turn. The promise is 0.9 of the library's.

    tests/bench/table.py [ROWS] [RUNS]
"""
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

BATCH = 100
PROMISE = 0.9


def seconds(command, work):
    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    os.makedirs(data)
    start = time.monotonic()
    subprocess.run(command, cwd=work, check=True, timeout=600)
    return time.monotonic() - start


def check(work, n_rows):
    db = sqlite3.connect(os.path.join(work, "data", "rows.db"))
    found = db.execute("SELECT count(*), count(DISTINCT frame), sum(n) FROM rows").fetchone()
    db.close()
    assert found == (n_rows, n_rows, n_rows * (n_rows + 1) // 2), found


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    build = os.path.abspath(os.environ.get("B", "build"))
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500000
    n_runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    work = os.path.join(build, "bench-table")
    os.makedirs(work, exist_ok=True)
    env = dict(os.environ, PKD_CACHE=os.path.join(work, "cache"))
    program = os.path.join(here, "programs", "table.pkd")
    subprocess.run([os.path.join(build, "pkdc"), "build", program, "-o", "rate"], cwd=work, env=env, check=True)
    commands = {
        "sqlite alone": [os.path.join(build, "tests", "bench", "table"), "data/rows.db", str(n_rows), str(BATCH)],
        "table.sqlite": ["./rate", "--quiet", "--count", str(n_rows)],
    }
    rates = {name: [] for name in commands}
    for _ in range(n_runs):
        for name, command in commands.items():
            rates[name].append(n_rows / seconds(command, work))
            check(work, n_rows)
    print(f"| {n_rows} rows, {BATCH} in a transaction | rows/s, median of {n_runs} | of the library |\n|---|---|---|")
    bare = statistics.median(rates["sqlite alone"])
    met = True
    for name, values in rates.items():
        rate = statistics.median(values)
        met = met and rate >= PROMISE * bare
        print(f"| {name} | {rate:.0f} ({min(values):.0f} to {max(values):.0f}) | {rate / bare:.2f} |")
    shutil.rmtree(os.path.join(work, "data"), ignore_errors=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
