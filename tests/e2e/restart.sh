#!/bin/sh
# Processes are started again by hand, as after a crash: no frame is lost, it is no crash that counts, and a node
# that hangs comes back, too. Where the deploy does not have it, it is refused, and what to write is said.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
cat >again.pkd <<'END'
use table

node count() -> (n: u64) {
    origin paced
    persistent state n: u64
    step {=
        const struct timespec pause = {0, 500000};
        nanosleep(&pause, NULL);
        *out->n = ++state->n;
    =}
}
node relay(n: u64) -> (m: u64) {
    stateless
    command hang() {=
        for (;;)
            nanosleep(&(struct timespec){1, 0}, NULL);
    =}
    step {= *out->m = *in->n; =}
}
pipeline again() {
    n = count()
    m = relay(n)
    table.csv({ m: m }, path: "again.csv")
}
deploy again {
    on crash of n, m { restart 1 per 3600s backoff 10s }
}
END
build again.pkd -o again
cat >drive.py <<'END'
import os, signal, subprocess, time
from console import Console, children, title, wait_for

program = subprocess.Popen(["./again", "--quiet"])
console = Console(program)

def restart(*nodes, **more):
    return console.ask("restart", nodes=list(nodes), **more)

def pid_of(name):
    return [pid for pid in children(program.pid) if title(pid) == name]

try:
    wait_for(lambda: pid_of("m") and pid_of("n"))
    for _ in range(60):
        before = pid_of("m") + pid_of("n")
        lines = restart("m", "n", wait_ms=20000)
        pids = [line["parameters"]["process"]["pid"] for line in lines[:-1]]
        assert len(pids) == 2 and not set(pids) & set(before), (before, pids)
    # What hangs comes back, and goes on with its frame.
    # A call that waits for less than its beginning would be cancelled.
    assert console.call("m", "hang", wait_ms=2000)[0]["error"] == "timeout"
    wait_for(lambda: any(line["parameters"].get("process", {}).get("calling") == "m"
                         for line in console.ask("status")))
    restart("m", wait_ms=20000)
    at = len(open("again.csv").read().split())
    wait_for(lambda: len(open("again.csv").read().split()) > at + 20)
    # Refusals.
    for nodes, error in ((["csv"], "not_restarted"), (["x"], "unknown_node"), (["m", "x"], "unknown_node"),
                         ([1], "unknown_node"), ([], "invalid_parameter")):
        before = pid_of("m")
        assert console.ask("restart", nodes=nodes)[0]["error"] == error, nodes
        assert pid_of("m") == before
    # A crash still counts: it waits for its backoff of ten seconds.
    os.kill(pid_of("m")[0], signal.SIGKILL)
    lines = restart("n", wait_ms=20000)
    assert "pid" in lines[0]["parameters"]["process"]
    time.sleep(0.3)
    assert not pid_of("m"), "the crash did not wait"
    # It does not have to wait any longer, where somebody wants it now.
    assert "pid" in restart("m", wait_ms=20000)[0]["parameters"]["process"]
    console.ask("stop")
    program.wait(20)
finally:
    if program.poll() is None:
        program.kill()
rows = [int(line.split(",")[2]) for line in open("again.csv").read().split()[1:]]
assert len(rows) > 20 and rows == list(range(1, len(rows) + 1)), (len(rows), [(i + 1, r) for i, r in enumerate(rows) if r != i + 1][:5])
END
at_most 60 python3 drive.py >out 2>&1 || fail 'restarts by hand' out
grep -q "node 'm' (again.pkd:.*) is restarted on request" out || fail 'it is not said' out

build again.pkd -o again
./again --quiet &
program=$! started="${started:-} $!"
answers() { "$B/pkd" ps again >/dev/null 2>&1; }
within 10 answers || fail 'it does not answer'
"$B/pkd" restart m n >out || fail 'pkd restart'
[ "$(grep -Ec '^[mn] is back, as [0-9]+$' out)" -eq 2 ] || fail 'pkd restart says something else' out
"$B/pkd" restart csv 2>out && fail 'csv was restarted'
# shellcheck disable=SC2016 # as it is written
grep -Fq 'write `on crash of csv { restart 3 per 10s }` there' out || fail 'no way out' out
kill -TERM $program
wait $program || fail 'it did not end well'
