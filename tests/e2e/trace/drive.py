"""Runs programs with traces, and looks at what their files have. In a directory with `traced`
and `together`."""
import atexit
import glob
import json
import os
import signal
import subprocess
import time

from check import Trace
from console import wait_for

ENOUGH = 60


def run(*words, status=0):
    """A program to its end; returns how often each node fired, and how many values `late` has dropped, by
    the table that it prints."""
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True, timeout=ENOUGH, check=False)
    assert done.returncode == status, (words, done.returncode, done.stderr)
    account, dropped = {}, 0
    for line in done.stderr.splitlines():
        columns = line.split()
        if len(columns) == 6 and columns[1].isdigit():
            account[columns[0]] = int(columns[1])
        if line.startswith("  n.n -> late.n: "):
            dropped = int(columns[3])
    return account, dropped


def pkd(*words, status=0):
    done = subprocess.run(["pkd", *words], capture_output=True, text=True, timeout=ENOUGH, check=False)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def is_up():
    return subprocess.run(["pkd", "ping"], capture_output=True, check=False).returncode == 0


def start(*words):
    program = subprocess.Popen(words)
    atexit.register(lambda: program.poll() is None and program.kill())
    wait_for(is_up, ENOUGH)
    return program


def stop(program, status=0):
    program.terminate()
    assert program.wait(ENOUGH) == status, program.returncode


def frames(nodes, node):
    return [e["args"]["frame"] for e in nodes.firings(node)]


# ---- All that is in the account, and arrows ----
for options in (), ("--single-process",):
    account, dropped = run("./traced", "--frames", "200", "--trace", "all.json", *options)
    trace = Trace("all.json")
    assert trace.other["overwritten"] == 0 and trace.other["program"] == "traced"
    assert trace.other["complete_from"] == 0
    for node, n in account.items():
        assert len(trace.firings(node)) == n, (node, n, len(trace.firings(node)))
    assert account["n"] == account["take"] == 200, account
    assert set(account) == {name for _, name in trace.threads.values() if name != "waits"}
    # Each frame of a queue has an arrow, and so has each that `latest` has taken.
    into = lambda stream, to: [(a["args"]["frame"], b["args"]["frame"])
                               for name, a, b in trace.flows if name == stream and b["name"] == to]
    for stream, to in ("n.n", "a"), ("a.m", "b"):
        assert sorted(into(stream, to)) == [(i, i) for i in range(1, 201)], (stream, to)
    late = into("n.n", "late")
    assert len(late) == account["late"] and all(a == b for a, b in late)
    assert sum(e["args"]["values"] for e in trace.instants if e["name"] == "dropped") == dropped
    assert dropped > 0 or options, "the slow node takes every frame"
    workers = {b["name"] for name, a, b in trace.flows if name == "b.m"}
    assert workers <= {"worked", "worked_2", "worked_3"}, workers
    assert len([f for f in trace.flows if f[0] == "b.m"]) == 200
    # What is sampled may be taken several times.
    sampled = into("late.m", "take")
    assert sampled and {a for a, _ in sampled} <= {frame for _, frame in late}
    assert options or [e for e in trace.slices if e["cat"] == "wait"], "nobody waits"
    assert {"init", "finish"} <= {e["name"] for e in trace.slices if e["cat"] == "call"}
    assert [e["name"] for e in trace.instants if e["cat"] == "phase"] == []
print(f"{len(trace.slices)} slices, {len(trace.flows)} flows;", end=" ")

# ---- More than there is room for: the newest stay, and the file says so ----
account, _ = run("./together", "--frames", "30000", "--trace", "over.json")
trace = Trace("over.json")
lost = trace.other["overwritten"]
assert lost > 0 and sum(trace.other["overwritten_by_process"].values()) == lost
kept = frames(trace, "n")
assert kept == list(range(kept[0], 30001)), "some of the newest are not there"
assert 1 < kept[0] and len(trace.firings("n")) < account["n"] == 30000
complete = trace.other["complete_from"] * 1000
one = [pid for pid, name in trace.processes.items() if name == "one"][0]
first = min(e["to"] for e in trace.slices if e["pid"] == one)
assert 0 < complete <= first + 1, (complete, first)
# An arrow only where both ends are there: for all frames but a few of the first.
arrows = [b["name"] for name, a, b in trace.flows if name == "n.n" and b["name"] in ("a", "take")]
assert 2 * len(kept) - 20 <= len(arrows) <= 2 * len(kept) + 2
print(f"{lost} overwritten;", end=" ")

# ---- Deaths: a node that dies of a frame, and kills ----
run("./traced", "--frames", "100", "--at", "50", "--trace", "died.json")
trace = Trace("died.json")
deaths = [e for e in trace.slices if e["name"] == "died"]
assert [e["args"]["frame"] for e in deaths] == [50, 50], deaths
assert {e["args"]["node"] for e in deaths} == {"b"}
assert [e["args"]["restarts"] for e in trace.instants if e["name"] == "restart"] == [1, 2]
assert [e["args"]["frame"] for e in trace.instants if e["name"] == "failed"] == [50]
assert sorted(frames(trace, "b")) == [i for i in range(1, 101) if i != 50]

program = start("./traced", "--quiet", "--trace", "killed.json")
kills = 0
for _ in range(40):
    children = open(f"/proc/{program.pid}/task/{program.pid}/children").read().split()
    for child in children:
        try:
            title = open(f"/proc/{child}/cmdline").read().split("\0")[0].split(": ")[-1]
        except OSError:
            continue
        if title in ("n", "a", "b", "worked") and kills % 5 == int(child) % 5:
            os.kill(int(child), signal.SIGKILL)
            break
    kills += 1
    time.sleep(0.01)
wait_for(is_up, ENOUGH)
stop(program)
trace = Trace("killed.json")
for node in "n", "a", "b":
    made = frames(trace, node)
    assert len(made) == len(set(made)), f"{node} has fired twice with a frame"
    assert len(made) >= max(made) - 50, f"{node} lacks more than its deaths: {len(made)} of {max(made)}"
restarts = len([e for e in trace.instants if e["name"] == "restart"])
assert restarts > 0, "nothing was killed"
assert [e["name"] for e in trace.instants if e["cat"] == "phase"][0] == "draining"
print(f"{restarts} restarts;", end=" ")

# ---- A program that fails has its file, too ----
run("./traced", "--frames", "100", "--at", "50", "--single-process", "--trace", "failed.json", status=134)
trace = Trace("failed.json")
assert [e["args"]["frame"] for e in trace.slices if e["name"] == "died"] == [50]
assert frames(trace, "a")[-1] == 50 and frames(trace, "b")[-1] == 49

# ---- On and off while it runs ----
program = start("./traced", "--quiet")
assert pkd("trace", "off").strip() == "traced no more"
pkd("trace", "off", "none.json")
assert Trace("none.json").slices == []
assert pkd("trace", "on").strip() == "traced from now on"
console = [c for c in open(f"/proc/{program.pid}/task/{program.pid}/children").read().split()
           if open(f"/proc/{c}/cmdline").read().split("\0")[0].endswith(": console")][0]
pkd("set", "n.by=3")
pkd("call", "take", "reset")
os.kill(int(console), signal.SIGKILL)  # the session outlives it
wait_for(is_up, ENOUGH)
seen = lambda: json.loads(pkd("status", "--json"))["nodes"][0]["frame"]
first = seen()
wait_for(lambda: seen() > first + 50, ENOUGH)
pkd("trace", "on.json", "--seconds", "0")  # it goes on
pkd("trace", "off", "on.json", status=1)
said = json.loads(pkd("trace", "off", "on2.json", "--json"))
before, after = Trace("on.json"), Trace("on2.json")
assert said["file"] == "on2.json" and said["events"] >= len(after.slices), said
made, later = frames(before, "n"), frames(after, "n")
assert made[0] > 1 and made == list(range(made[0], made[-1] + 1)) and later[:len(made)] == made
assert len(later) > len(made) and before.flows and len(after.flows) > len(before.flows)
assert [e["args"]["version"] for e in after.instants if e["cat"] == "set"] == [1]
assert [e["args"]["command"] for e in after.slices if e["cat"] == "command"] == ["reset"]
# And another session has nothing of it.
pkd("trace", "on.json", "--seconds", "0.2", "--force")
again = frames(Trace("on.json"), "n")
assert again and again[0] > later[-1], (again[:1], later[-1:])
assert json.loads(pkd("trace", "off", "--json")) == {"on": False}
for words in ("trace",), ("trace", "traced"), ("trace", "on", "x.json"), ("trace", "off", "a", "b"):
    pkd(*words, status=2)
pkd("trace", "nowhere/x.json", status=1)
stop(program)
assert not glob.glob("*.json.*"), "something is left"
print(f"{len(later)} frames while it ran")
