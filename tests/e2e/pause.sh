#!/bin/sh
# Nodes are held and go on, a thousand times: no frame of a lossless edge is lost or made twice, also where nodes
# and the console die meanwhile, and nothing is forked for it. A stop ends a program whose nodes are paused.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
build "$e2e/line/line.pkd" --pipeline line --deploy restart -o line
cat >groups.pkd <<'END'
use table
node count() -> (n: u64) {
    origin paced
    step {=
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
        *out->n = pkd_number(ctx);
        return PKD_OK;
    =}
}
node pass(n: u64) -> (m: u64) {
    stateless
    step {= *out->m = *in->n; return PKD_OK; =}
}
pipeline two_of(n: u64) -> (m: u64) {
    one = pass(n)
    two = pass(one)
    out m = two
}
pipeline groups() {
    n = count()
    for i in 0..1 {
        bank[i] = pass(n)
    }
    part = two_of(n)
    row = { a: bank[0], b: bank[1], c: part.m }
    table.csv(row, path: "groups.csv")
}
END
build groups.pkd -o groups
cat >drive.py <<'END'
import os, random, signal, subprocess, time
from console import Console, children, title, wait_for

def start(*options):
    return subprocess.Popen(["./line", "--quiet", *options])

def node(console, name):
    for line in console.ask("status"):
        found = line["parameters"].get("node")
        if found and found["name"] == name:
            return found

def rows(path):
    return [line.strip().split(",")[-1] for line in open(path)][1:]

random.seed(2)
names = ["numbers", "before", "middle", "after", "rows"]

# ---- A thousand times, without a fork ----
program = start("--frames", "1000000000", "--path", "line.csv")
console = Console(program)
try:
    wait_for(lambda: os.path.exists("line.csv") and len(rows("line.csv")) > 3)
    before = children(program.pid)
    for _ in range(500):
        victim = random.choice(names)
        assert "error" not in console.ask("pause", nodes=[victim])[0]
        assert "error" not in console.ask("resume", nodes=[victim])[0]
    assert children(program.pid) == before, "processes come and go"
    assert console.ask("pause", nodes=["middle"])[0]["parameters"]["wait"] == ["numbers", "before"]
    wait_for(lambda: node(console, "numbers")["frame"] == node(console, "numbers")["frame"])
    time.sleep(0.1)
    held = node(console, "middle")["frame"], node(console, "numbers")["frame"]
    time.sleep(0.2)
    assert (node(console, "middle")["frame"], node(console, "numbers")["frame"]) == held, "it goes on"
    assert node(console, "middle")["paused"] is True
    # It stays so through deaths.
    for name in ("middle", "console"):
        first = [pid for pid in children(program.pid) if title(pid) == name][0]
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: any(title(pid) == name and pid != first for pid in children(program.pid)))
    console.connection = None
    wait_for(lambda: node(console, "middle")["state"] == "running")
    time.sleep(0.1)
    assert node(console, "middle")["frame"] == held[0], "a death resumes it"
    assert [p["parameters"]["process"]["answers"] for p in console.ask("ping")[:-1]] == [True] * 6
    # A stop resumes.
    program.terminate()
    assert program.wait(20) == 0
    values = list(map(int, rows("line.csv")))
    assert values == list(range(1, len(values) + 1)), "rows are missing, or twice"
    assert rows("line.csv") == rows("beside.csv"), "what waited for the paused one was not worked off"
finally:
    if program.poll() is None:
        program.kill()

# ---- The name of a bank, or of a pipeline, means all its nodes ----
program = subprocess.Popen(["./groups", "--quiet"])
console = Console(program)
try:
    wait_for(lambda: os.path.exists("groups.csv") and len(rows("groups.csv")) > 3)
    paused = lambda name: console.ask("pause", nodes=[name])[0]["parameters"]["paused"]
    assert paused("bank") == ["bank[0]", "bank[1]"]
    console.ask("resume")
    assert paused("part") == ["part.one", "part.two"]
    console.ask("resume")
    assert paused("bank[1]") == ["bank[1]"]
    assert console.ask("pause", nodes=["ban"])[0]["error"] == "unknown_node"
    assert console.ask("pause", nodes=["bank", "no"])[0]["error"] == "unknown_node"
    console.ask("stop")
    assert program.wait(20) == 0
finally:
    if program.poll() is None:
        program.kill()

# ---- Among kills: the result is that of a run that nobody disturbs ----
kills = pauses = 0
program = start("--frames", "3000", "--path", "killed.csv")
console = Console(program)
try:
    until = time.monotonic() + 60
    while program.poll() is None:
        assert time.monotonic() < until, "it does not end"
        if kills < 60 and random.random() < 0.5:
            victims = [pid for pid in children(program.pid)
                       if title(pid) in ("numbers", "before", "middle", "console")]
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
                kills += 1
        if pauses < 100:
            pauses += bool(console.ask("pause", nodes=random.sample(names, 2)))
            time.sleep(random.random() * 0.01)
        console.ask("resume")
    assert program.returncode == 0, program.returncode
finally:
    if program.poll() is None:
        program.kill()
assert list(map(int, rows("killed.csv"))) == list(range(1, 3001)), "other rows"
print(kills, "kills,", pauses, "pauses")
assert pauses > 10
END
python3 drive.py >out 2>&1 || fail 'pauses' out
note "$(cat out)"
