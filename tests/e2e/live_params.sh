#!/bin/sh
# Parameters are set while frames flow, and processes die: an origin, the workers of a pool, an expression
# and a clock of its own have the same value for the same frame, each frame once, and it is the one that the
# answer has promised. The console dies, too, and knows what was set.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
build "$e2e/live_params/live_params.pkd" -o live_params
cat >drive.py <<'END'
import csv, os, random, re, signal, subprocess, sys, time
from console import Console, children, title

FRAMES, SETS = 2500, 60

def run(mode, kills):
    for name in ("rows.csv", "again.csv"):
        if os.path.exists(name):
            os.unlink(name)
    program = subprocess.Popen(["./live_params", "--quiet", "--frames", str(FRAMES), *mode],
                               stderr=open("said", "w"))
    console, promised, last, unknown, killed = Console(program), [], 0, set(), 0
    try:
        for k in range(1, SETS + 1):
            time.sleep(random.random() * 0.012)
            if kills and random.random() < 0.5:
                victims = [pid for pid in children(program.pid)
                           if title(pid) in ("c", "found", "found_2", "found_3", "t", "seen", "console")]
                if victims:
                    os.kill(random.choice(victims), signal.SIGKILL)
                    killed += 1
            value = k * 10
            lines = console.ask("set", values={"gain": value, "word": word(value)},
                                wait_ms=random.choice([0, 5, 3000]))
            answer = lines and lines[-1]
            if answer is None:
                unknown.add(value)  # it may have been published before the console died
            elif "error" in answer:
                assert answer["error"] == "busy", answer
            else:
                for clock in answer["parameters"]["clocks"]:
                    promised.append((clock["origin"], clock["frame"], value))
        assert program.wait(60) == 0, (program.returncode, open("said").read())
    finally:
        if program.poll() is None:
            program.kill()
    check(promised, unknown, kills)
    return len(promised), killed

def word(value):
    """A text that is set with the number; a piece of another would be seen."""
    return "-".join([str(value)] * (1 + value // 10 % 7))

def check(promised, unknown, kills):
    lines = [list(csv.reader(open(name)))[1:] for name in ("rows.csv", "again.csv")]
    for row in lines[0] + lines[1]:
        assert row[-1] == word(int(row[-2])) or row[-2] == "0" == row[-1], f"{row}: another word"
    rows = [list(map(int, row[2:-1])) for row in lines[0]]
    again = [[int(row[0])] + list(map(int, row[2:-1])) for row in lines[1]]
    assert [row[0] for row in rows] == list(range(1, FRAMES + 1)), "frames are missing, or twice"
    assert [row[1] for row in again] == [1 + i // 2 for i in range(2 * FRAMES)], "parts"
    for row in rows:
        assert row[1] == row[2] == row[3], f"frame {row[0]} was made with {row[1:]}"
    for row in again:
        assert row[2] == row[3], f"frame {row[0]} of t was made with {row[2:]}"
    for origin, values in (("c", [row[1] for row in rows]), ("t", [row[2] for row in again])):
        assert values == sorted(values), f"{origin}: an older value after a newer one"
        for name, frame, value in promised:
            if name != origin or frame > len(values):
                continue
            assert values[frame - 1] >= value, f"{origin} {frame}: {values[frame - 1]}, not {value}"
            assert frame == 1 or values[frame - 2] < value, f"{origin} {frame}: {value} came before"
    assert len(set(row[1] for row in rows)) > 5, "too few values were seen"

def main(how):
    random.seed(1)
    if how != "kills":
        print(run(["--single-process"] if how == "single" else [], False)[0], "answers")
        return
    n = total = 0
    while total < 40 and n < 12:
        total += run([], True)[1]
        n += 1
    print(total, "kills in", n, "runs")
    assert total >= 40

if __name__ == "__main__":
    main(sys.argv[1])
END
for how in plain single kills; do
	python3 drive.py "$how" >out 2>&1 || fail "$how" out
	note "$how: $(cat out)"
done

# ---- The console dies: what was set is known to the next one ----

cat >again.py <<'END'
import os, signal, subprocess
from console import Console, children, title, wait_for
program = subprocess.Popen(["./live_params", "--quiet", "--frames", "1000000"])
try:
    console = Console(program)
    set = lambda values, **more: console.ask("set", values=values, **more)[-1]
    consoles = lambda: [pid for pid in children(program.pid) if title(pid) == "console"]
    assert set({"found.gain": 5})["parameters"]["version"] == 1
    first = consoles()
    os.kill(first[0], signal.SIGKILL)
    wait_for(lambda: consoles() not in ([], first))
    console.connection = None
    assert set({"gain": 7})["parameters"]["version"] == 2
    params = [line["parameters"].get("param") for line in console.ask("get")]
    for wanted in ({"name": "gain", "value": "7", "live": True, "set": True},
                   {"name": "c.gain", "value": "7", "live": True, "set": False},
                   {"name": "found.gain", "value": "5", "live": True, "set": True}):
        assert wanted in params, (wanted, params)
    at = set({"gain": 8}, at=900000, wait_ms=50)
    assert "parameters" in at, at
    assert all(clock["frame"] == 900000 for clock in at["parameters"]["clocks"]), at
    assert "seen" in at["parameters"]["pending"], at
    # A text has room for what its declaration says; from the pipeline the least of those that get it.
    long = set({"gain": 8, "word": "8" * 33})
    assert (long["error"], long["message"]) == (
        "invalid_value", f"word = {'8' * 33}: must be a text of at most 32 bytes"), long
    long = set({"gain": 8, "c.word": "8" * 65})
    assert long["message"].endswith(": must be a text of at most 64 bytes"), long
    # What is set later and begins earlier takes its place.
    now = set({"gain": 9}, wait_ms=5000)["parameters"]
    assert not now["pending"] and all(clock["frame"] < 900000 for clock in now["clocks"]), now
    # The values in use are not overwritten: three versions wait for a frame, and a fourth is refused.
    said = [set({"gain": 9}, at=900000, wait_ms=0) for _ in range(4)]
    assert [answer.get("error") for answer in said] == [None, None, None, "busy"], said
finally:
    program.terminate()
    program.wait(30)
END
python3 again.py >out 2>&1 || fail 'the console is another' out
