#!/bin/sh
# Nodes at rest pass their frames by without a step, and nobody waits for them: a thousand times, without a fork,
# among kills, from the start, in pools and as sources; every frame is in one column of the account.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
cat >rest.pkd <<'END'
use table

node count() -> (n: u64) {
    param last: u64
    param pause: u64 = 0
    stateless
    origin paced
    step {=
        const struct timespec pause = {0, (long)params->pause};
        if (pkd_number(ctx) > params->last)
            return PKD_SKIP;
        if (params->pause)
            nanosleep(&pause, NULL);
        *out->n = pkd_number(ctx);
        return PKD_OK;
    =}
}
node work(n: u64) -> (m: u64) {
    stateless
    step {= *out->m = 10 * *in->n; =}
}
node add(n: u64) -> (total: u64) {
    fires any
    flushes
    persistent state total: u64
    step {=
        if (pkd_flushing(ctx)) {
            *out->total = 1000000000 + state->total;
            return PKD_END;
        }
        state->total += *in->n;
        *out->total = state->total;
    =}
}
pipeline rest(last: u64 = 1000000000, pause: u64 = 0, path: string = "rest.csv", sums: string = "sums.csv") {
    n = count(last: last, pause: pause)
    worked = work(n)
    pooled = work(n)
    table.csv({ n: n, worked: worked ?? 0, pooled: pooled ?? 0 }, path: path)
    total = add(worked)
    table.csv(total, path: sums)
}
deploy rest {
    workers pooled = 3
    may rest n, worked, pooled, total
    on crash of n, worked, pooled, total { restart 1000000 per 60s }
}
deploy asleep of rest {
    may rest worked, pooled
    starts resting worked, total
}
END
build rest.pkd -o rest
build rest.pkd --deploy asleep -o asleep
"$PKDC" check rest.pkd --report >report 2>&1 || fail 'report' report
grep -q 'worked.*may rest' report || fail 'the report does not say who may rest' report

cat >drive.py <<'END'
import csv, json, os, random, signal, subprocess, time
from console import Console, children, title, wait_for

def start(program, *options):
    return subprocess.Popen(["./" + program, "--quiet", *options])

def table(path="rest.csv", n=3):
    """The last n columns: before them are the frame and its time."""
    with open(path) as file:
        return [list(map(int, row[-n:])) for row in list(csv.reader(file))[1:]]

def node(console, name):
    for line in console.ask("status"):
        found = line["parameters"].get("node")
        if found and found["name"] == name:
            return found

def moves(console, name):
    before = node(console, name)["frame"]
    wait_for(lambda: node(console, name)["frame"] > before + 3)

def go_round(console):
    """Each process has looked for work since it was asked before."""
    for _ in range(3):
        assert all(line["parameters"]["process"]["answers"] for line in console.ask("ping")[:-1])

def end(console, program):
    console.ask("stop")
    assert program.wait(20) == 0, program.returncode

def check_account(path):
    """Each value in one column, once all has ended."""
    account = json.load(open(path))
    for edge in account["edges"]:
        if "delivered" in edge:
            columns = sum(edge.get(column, 0) for column in (
                "delivered", "in_flight", "dropped", "thinned", "other_worker", "failed", "rested", "left"))
            columns += sum(edge.get("unjoined", {}).values())
            assert columns == edge["published"], edge
    for stream in account["streams"]:
        columns = sum(stream.get(column, 0) for column in (
            "published", "absent", "refused", "paused", "failed", "rested"))
        assert columns == stream["firings"], stream
    return account

random.seed(3)

# ---- A thousand times, without a fork; nobody waits ----
program = start("rest", "--pause", "100000", "--account", "account.json")
console = Console(program)
try:
    moves(console, "n")
    before = children(program.pid)
    for _ in range(500):
        victim = random.choice(["n", "worked", "pooled", "total"])
        assert "error" not in console.ask("rest", nodes=[victim])[0]
        assert "error" not in console.ask("resume", nodes=[victim])[0]
    assert children(program.pid) == before, "processes come and go"
    answer = console.ask("rest", nodes=["worked", "pooled"])[0]["parameters"]
    assert answer == {"paused": [], "resting": ["worked", "pooled", "pooled_2", "pooled_3"], "wait": [], "refuse": []}, answer
    firings = node(console, "worked")["firings"]
    moves(console, "n")
    moves(console, "worked")
    assert node(console, "worked")["firings"] == firings, "it steps at rest"
    assert node(console, "worked")["resting"] is True and node(console, "worked")["rested"] > 3
    frame = node(console, "worked")["frame"]
    why = [line["parameters"] for line in console.ask("why", frame=frame - 1)]
    assert any(line.get("stream", {}).get("state") == "rested" for line in why), why
    assert any(line.get("edge", {}).get("state") == "rested" for line in why), why
    # A pause in its place makes others wait, and back.
    console.ask("pause", nodes=["worked"])
    go_round(console)
    held = node(console, "worked")["frame"]
    go_round(console)
    assert node(console, "worked")["frame"] == held and node(console, "worked")["paused"] is True
    console.ask("rest", nodes=["worked"])
    moves(console, "worked")
    # A source at rest makes no frames, and all stands still.
    console.ask("rest", nodes=["n"])
    go_round(console)
    held = node(console, "n")["frame"]
    go_round(console)
    assert node(console, "n")["frame"] == held, "a source at rest makes frames"
    console.ask("resume", nodes=["n", "pooled"])
    moves(console, "n")
    refused = [console.ask("rest", nodes=[name])[0] for name in ("table_csv", "csv", "no")]
    assert all("error" in answer for answer in refused), refused
    # One that may not rest among others that may: none does.
    sink = [line["parameters"]["node"]["name"] for line in console.ask("describe")
            if "node" in line["parameters"] and line["parameters"]["node"]["kind"] == "table.csv"][0]
    answer = console.ask("rest", nodes=["pooled", sink])[0]
    assert answer["error"] == "never_rests" and "may rest " + sink in answer["message"], answer
    assert "resting" not in node(console, "pooled")
    may = {line["parameters"]["node"]["name"] for line in console.ask("describe")
           if line["parameters"].get("node", {}).get("may_rest")}
    assert may == {"n", "worked", "pooled", "pooled_2", "pooled_3", "total"}, may
    end(console, program)
finally:
    if program.poll() is None:
        program.kill()
rows = table()
assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "frames are missing"
for n, worked, pooled in rows:
    assert worked in (0, 10 * n) and pooled in (0, 10 * n), (n, worked, pooled)
assert sum(row[1] == 0 for row in rows) > 6 and sum(row[2] == 0 for row in rows) > 3
account = check_account("account.json")
edges = {edge["node"]: edge for edge in account["edges"]}
assert edges["worked"]["rested"] == sum(row[1] == 0 for row in rows), edges["worked"]

# ---- From the start; what it keeps for the end is made although it rests ----
program = start("asleep", "--last", "200", "--account", "account.json")
assert program.wait(30) == 0
assert all(row[1] == 0 and row[2] for row in table()) and len(table()) == 200
assert table("sums.csv", 1) == [[1000000000]], table("sums.csv", 1)
check_account("account.json")
program = start("asleep", "--pause", "1000000", "--single-process")
console = Console(program)
try:
    moves(console, "worked")
    assert node(console, "worked")["firings"] == 0
    console.ask("resume")
    wait_for(lambda: node(console, "total")["firings"] > 3)
    end(console, program)
finally:
    if program.poll() is None:
        program.kill()
rows = table()
first = [bool(row[1]) for row in rows].index(True)
assert first > 3 and all(row[1] == 10 * row[0] for row in rows[first:]), "it went on, and rested again"
last = len(rows)
assert table("sums.csv", 1)[-1] == [1000000000 + 10 * sum(range(first + 1, last + 1))], table("sums.csv", 1)[-1]

# ---- Among kills ----
kills = rests = 0
program = start("rest", "--last", "3000", "--pause", "300000", "--account", "account.json")
console = Console(program)
try:
    until = time.monotonic() + 60
    while program.poll() is None:
        assert time.monotonic() < until, "it does not end"
        if kills < 60 and random.random() < 0.5:
            victims = [pid for pid in children(program.pid)
                       if title(pid) in ("n", "worked", "pooled", "total", "console")]
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
                kills += 1
        rests += bool(console.ask("rest", nodes=random.sample(["n", "worked", "pooled", "total"], 2)))
        time.sleep(random.random() * 0.01)
        console.ask("resume")
    assert program.returncode == 0, program.returncode
finally:
    if program.poll() is None:
        program.kill()
rows = table()
assert [row[0] for row in rows] == list(range(1, 3001)), "frames are missing, or twice"
assert all(row[1] in (0, 10 * row[0]) and row[2] in (0, 10 * row[0]) for row in rows)
check_account("account.json")
print(kills, "kills,", rests, "rests")
assert rests > 10
END
python3 drive.py >out 2>&1 || fail 'rests' out
note "$(cat out)"

# ---- What the command says ----
./rest --quiet --pause 1000000 >/dev/null 2>&1 &
program=$!
"$B/pkd" rest "$program" worked >said 2>&1 || true
for _ in $(seq 100); do
	grep -q 'at rest: worked' said && break
	sleep 0.1
	"$B/pkd" rest "$program" worked >said 2>&1 || true
done
kill "$program"
wait "$program" || fail 'the program' said
grep -qx 'at rest: worked' said || fail 'pkd rest' said
