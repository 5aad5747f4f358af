#!/bin/sh
# Parameters are set while frames flow, and processes die: an origin, the workers of a pool, an expression
# and a clock of its own have the same value for the same frame, each frame once, and it is the one that the
# answer has promised. The console dies, too, and knows what was set.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
build "$e2e/live_params/live_params.pkd" -o live_params
cat >drive.py <<'END'
import csv, glob, json, os, random, re, signal, socket, subprocess, sys, time

FRAMES, SETS = 2500, 60

class Console:
    def __init__(self, program):
        self.program, self.lines = program, None

    def connect(self):
        until = time.monotonic() + 20
        while time.monotonic() < until and self.program.poll() is None:
            for path in glob.glob("place/*.sock"):
                try:
                    client = socket.socket(socket.AF_UNIX)
                    client.settimeout(20)
                    client.connect(path)
                    self.client, self.lines = client, client.makefile("r")
                    if self.lines.readline():
                        return True
                except OSError:
                    pass
            time.sleep(0.005)
        return False

    def ask(self, request):
        """The answer's last line; None: the console or the program has gone meanwhile."""
        try:
            if not self.lines and not self.connect():
                return None
            self.client.sendall(json.dumps(request).encode() + b"\n")
            while True:
                line = self.lines.readline()
                answer = json.loads(line) if line else None
                if not answer or not answer.get("more"):
                    break
        except (OSError, ValueError):
            answer = None
        if not answer or "event" in answer:
            self.lines = None
            return None
        return answer

def children(pid, words):
    """Process numbers of the program whose titles end with one of the words."""
    found = []
    try:
        lines = open(f"/proc/{pid}/task/{pid}/children").read().split()
    except OSError:
        lines = []  # it has ended
    for line in lines:
        try:
            title = open(f"/proc/{line}/cmdline").read().strip("\0").split("\0")[0]
        except OSError:
            continue
        if title.split(": ")[-1] in words:
            found.append(int(line))
    return found

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
                victims = children(program.pid, ["c", "found", "found_2", "found_3", "t", "seen", "console"])
                if victims:
                    os.kill(random.choice(victims), signal.SIGKILL)
                    killed += 1
            value = k * 10
            answer = console.ask({"method": "set", "parameters":
                                  {"values": {"gain": value, "word": word(value)}, "wait_ms": random.choice([0, 5, 3000])}})
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
import os, signal, time
from drive import Console, children
import subprocess
program = subprocess.Popen(["./live_params", "--quiet", "--frames", "1000000"])
try:
    console = Console(program)
    until = time.monotonic() + 20
    assert console.ask({"method": "set", "parameters": {"values": {"found.gain": 5}}})["parameters"]["version"] == 1
    first = children(program.pid, ["console"])
    os.kill(first[0], signal.SIGKILL)
    while time.monotonic() < until and children(program.pid, ["console"]) in ([], first):
        time.sleep(0.005)
    console.lines = None
    assert console.ask({"method": "set", "parameters": {"values": {"gain": 7}}})["parameters"]["version"] == 2
    console.client.sendall(b'{"method":"get"}\n')
    seen = [console.lines.readline()]
    while '"more"' in seen[-1]:
        seen.append(console.lines.readline())
    text = "".join(seen)
    for wanted in ('"name":"gain","value":"7","live":true,"set":true',
                   '"name":"c.gain","value":"7","live":true,"set":false',
                   '"name":"found.gain","value":"5","live":true,"set":true'):
        assert wanted in text, (wanted, text)
    at = console.ask({"method": "set", "parameters": {"values": {"gain": 8}, "at": 900000, "wait_ms": 50}})
    assert "parameters" in at, at
    assert all(clock["frame"] == 900000 for clock in at["parameters"]["clocks"]), at
    assert "seen" in at["parameters"]["pending"], at
    # A text has room for what its declaration says; from the pipeline the least of those that get it.
    long = console.ask({"method": "set", "parameters": {"values": {"gain": 8, "word": "8" * 33}}})
    assert (long["error"], long["message"]) == (
        "invalid_value", f"word = {'8' * 33}: must be a text of at most 32 bytes"), long
    long = console.ask({"method": "set", "parameters": {"values": {"gain": 8, "c.word": "8" * 65}}})
    assert long["message"].endswith(": must be a text of at most 64 bytes"), long
    # What is set later and begins earlier takes its place.
    now = console.ask({"method": "set", "parameters": {"values": {"gain": 9}, "wait_ms": 5000}})["parameters"]
    assert not now["pending"] and all(clock["frame"] < 900000 for clock in now["clocks"]), now
    # The values in use are not overwritten: three versions wait for a frame, and a fourth is refused.
    wait = lambda: console.ask({"method": "set", "parameters": {"values": {"gain": 9}, "at": 900000, "wait_ms": 0}})
    said = [wait() for _ in range(4)]
    assert [answer.get("error") for answer in said] == [None, None, None, "busy"], said
finally:
    program.terminate()
    program.wait(30)
END
python3 again.py >out 2>&1 || fail 'the console is another' out
