#!/bin/sh
# The nodes of `table`, killed again and again: a reader goes on with its next row, and each row is in the files of
# a directory, in one of JSON lines and in a database exactly once. A program that is killed as a whole, a disk that
# is full and a database that is locked; types that a call names.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 sqlite3
pkg-config --exists sqlite3 || skip 'table.sqlite is left out: libsqlite3 is missing'

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
cat >types.pkd <<'END'
enum Mood { calm, cross }
type Spot { x: f32, y: f64 }
type Row {
    n: u64
    name: string<40>
    at: Spot
    mood: Mood
    marks: list<i16, 3>
}
END
cat >copy.pkd <<'END'
use "types.pkd" as types
use table

pipeline copy(source: string = "in.csv", db: string = "db/") {
    row = table.read_csv(source, T: types.Row, time: "due")
    parts = table.csv(row, path: "log/", rotate_rows: 700)
    lines = table.jsonl(row, path: "rows.jsonl")
    base = table.sqlite(row, path: db, BATCH: 50, within: 20ms)
}
deploy copy {
    on crash of row, parts, lines, base { restart 100000 per 60s }
}

/// What it has written, once more.
pipeline again() {
    row = table.read_jsonl("rows.jsonl", T: types.Row)
    table.csv(row, path: "again.csv")
}

/// Rows as fast as they can be stored.
pipeline fill(source: string = "in.csv", db: string = "db/") {
    row = table.read_csv(source, T: types.Row)
    base = table.sqlite(row, path: db, BATCH: 50)
}
END
build copy.pkd -o copy
build copy.pkd --pipeline again -o again
build copy.pkd --pipeline fill -o fill

cat >tables.py <<'END'
import csv, glob, json, os, random, signal, sqlite3, subprocess, sys, time
from console import Console, children, title, wait_for

ROWS, KILLS = 12000, 300
random.seed(5)

def text(n):
    return random.choice(["plain", 'a,"b"', "two\r\nlines", "", "é", ";"]) + str(n)

rows = [dict(n=n, name=text(n), mood=("calm", "cross")[n % 2], marks=list(range(n % 4)),
             **{"at.x": n / 8, "at.y": n / 7, "due": n / 200, "more": "x"}) for n in range(1, ROWS + 1)]

def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, ["more", "marks", "at.y", "n", "due", "mood", "name", "at.x"])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "marks": json.dumps(row["marks"])})

def same(found, what):
    assert len(found) == ROWS, f"{what}: {len(found)} rows, and not {ROWS}"
    for row, want in zip(found, rows):
        got = {k: row[k] for k in want if k in row}
        assert got and all(want[k] == v for k, v in got.items()), f"{what}: {row}, and not {want}"

def csv_rows(paths):
    found = []
    for path in paths:
        part = list(csv.DictReader(open(path, newline="")))
        assert len(paths) == 1 or len(part) == 700 or path == paths[-1], f"{path} has {len(part)} rows"
        found += [dict(n=int(r["n"]), name=r["name"], mood=r["mood"], marks=json.loads(r["marks"]),
                       **{"at.x": float(r["at.x"]), "at.y": float(r["at.y"])}) for r in part]
    return found

def base_rows(path, run):
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    keys = ["n", "name", "at.x", "at.y", "mood", "marks"]
    query = "SELECT %s FROM rows WHERE run = ? ORDER BY rowid" % ", ".join(f'"{k}"' for k in keys)
    found = [dict(zip(keys, row)) for row in db.execute(query, (run,))]
    for row in found:
        row["marks"] = json.loads(row["marks"])
    db.close()
    return found

def kills():
    """Of one process at a time, or of several at once; then the rest without a pause."""
    program = subprocess.Popen(["./copy", "--quiet"], stderr=open("out", "w"))
    names = {"row", "parts", "lines", "base"}
    killed = 0
    try:
        wait_for(lambda: len(glob.glob("log/*.csv")) > 0)
        while killed < KILLS and program.poll() is None:
            alive = [pid for pid in children(program.pid) if title(pid) in names]
            for pid in random.sample(alive, min(len(alive), random.choice((1, 1, 1, 2)))):
                try:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
            time.sleep(random.random() * 0.03)
        assert killed >= KILLS, f"only {killed} kills until the program ended"
        Console(program).ask("set", values={"row.speed": 0})
        assert program.wait(600) == 0, program.returncode
    finally:
        if program.poll() is None:
            program.kill()
    same(csv_rows(sorted(glob.glob("log/rows-*.csv"))), "csv")
    lines = [json.loads(line) for line in open("rows.jsonl")]
    same([{**row, "at.x": row["at"]["x"], "at.y": row["at"]["y"]} for row in lines], "jsonl")
    same(base_rows("db/rows.db", 1), "sqlite")
    print(f"{killed} kills, {ROWS} rows, each once in {len(glob.glob('log/*'))} files, a file of lines and a database")

def whole():
    """The program is killed as a whole: a database has what it committed, and the next run is another."""
    for number in range(1, 6):
        program = subprocess.Popen(["./fill", "--quiet", "--db", "whole/"], start_new_session=True)
        found = lambda: os.path.exists("whole/rows.db") and sqlite3.connect("whole/rows.db", timeout=60).execute(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'rows'").fetchone()[0] and sqlite3.connect(
            "whole/rows.db", timeout=60).execute("SELECT count(*) FROM rows WHERE run = ?", (number,)).fetchone()[0]
        wait_for(lambda: found() or program.poll() is not None)
        pids = [program.pid] + children(program.pid)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        program.wait()
        part = base_rows("whole/rows.db", number)
        assert 0 < len(part) and len(part) % 50 == 0 or len(part) == ROWS, len(part)
        for row, want in zip(part, rows):
            assert all(want[k] == row[k] for k in row), (row, want)
    subprocess.run(["./fill", "--quiet", "--db", "whole/"], check=True, timeout=600)
    same(base_rows("whole/rows.db", number + 1), "after the kills")

def locked():
    """A transaction of another program holds the rows up, and loses none."""
    lock = sqlite3.connect("lock/rows.db", isolation_level=None)
    lock.execute("PRAGMA journal_mode = WAL")
    lock.execute("CREATE TABLE other(a)")
    program = subprocess.Popen(["./fill", "--db", "lock/"], stderr=open("lock.err", "w"))
    try:
        count = lambda: lock.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'rows'").fetchone()[0]
        wait_for(lambda: count() and lock.execute("SELECT count(*) FROM rows").fetchone()[0])
        while True:
            try:
                lock.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError:
                time.sleep(0.01)
        ended = lock.execute("SELECT count(*) FROM rows").fetchone()[0] == ROWS
        wait_for(lambda: ended or "is locked by another program: rows wait" in open("lock.err").read())
        lock.execute("COMMIT")
        assert program.wait(600) == 0
    finally:
        if program.poll() is None:
            program.kill()
    same(base_rows("lock/rows.db", 1), "locked")

write("in.csv", rows)
for directory in "log", "db", "whole", "lock":
    os.mkdir(directory)
for part in sys.argv[1:]:
    globals()[part]()
END
at_most 900 python3 tables.py kills whole locked >out.py 2>&1 || fail 'rows are missing, or twice' out.py
cat out.py

at_most 60 ./again --quiet 2>out || fail 'the JSON lines are not read'
[ "$(cut -d, -f3 again.csv | grep -c '^[0-9]')" -gt 11000 ] || fail 'rows of JSON lines are missing' again.csv

# ---- A full disk ----

cat >on_small_disk <<'END'
mkdir -p disk && mount -t tmpfs -o size=1m tmpfs disk && "$@"
status=$?
cp disk/* kept/ 2>/dev/null
exit $status
END
if unshare -m true 2>/dev/null; then
	mkdir -p kept
	at_most 120 unshare -m sh on_small_disk ./fill --quiet --db disk/ 2>out
	[ $? -eq 1 ] || fail 'a full disk: not status 1'
	grep -q "cannot write 'disk/rows.db': database or disk is full; the rows that are not in it yet are kept" out ||
		fail 'a full disk is not told'
	[ "$(grep -c 'cannot write' out)" -eq 1 ] || fail 'a full disk is told twice'
	[ "$(sqlite3 kept/rows.db 'PRAGMA integrity_check')" = ok ] || fail 'a full disk spoils the database'
	[ "$(sqlite3 kept/rows.db 'SELECT count(*) > 100 AND count(*) = max(frame) AND count(*) % 50 = 0 FROM rows')" = 1 ] ||
		fail 'a full disk leaves half a batch'
fi
exit 0
