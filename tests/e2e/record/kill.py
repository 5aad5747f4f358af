"""Kills what records, at random moments.

    kill.py nodes      the recording node of a program that comes to its end
    kill.py program    the whole program, again and again; the ring is looked at after each
    kill.py clips      the node of the clips
"""
import csv
import os
import random
import signal
import subprocess
import sys
import time

from console import children, title, wait_for


def rows(name):
    try:
        with open(name, newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        return []


def kill_nodes(command, name, n_kills):
    program = subprocess.Popen(command, stdout=open("out", "w"), stderr=subprocess.STDOUT)
    killed = 0
    try:
        while killed < n_kills and program.poll() is None:
            time.sleep(random.uniform(0.02, 0.15))
            for pid in children(program.pid):
                if title(pid) != name:
                    continue
                try:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
        assert program.wait(timeout=300) == 0, (program.returncode, open("out").read())
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
    assert killed >= 5, killed
    print(killed, "kills")


def check(recorded):
    """All that had counted is there, and each session is whole."""
    subprocess.run(["./player", "--quiet"], check=True, timeout=300)
    played = rows("played.csv")
    assert len(played) >= recorded, (len(played), recorded)
    for last, row in zip(played, played[1:]):
        if row["session"] == last["session"]:
            assert row["gap"] == "false", row
            assert 0.033 < float(row["dts"]) - float(last["dts"]) < 0.034, (last, row)
    return len(played)


def kill_program(n_kills):
    n = 0
    for _ in range(n_kills):
        if os.path.exists("held.csv"):
            os.remove("held.csv")
        program = subprocess.Popen(["./recorder", "--quiet"], stdout=open("out", "w"), stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: len(rows("held.csv")) > 1 or program.poll() is not None)
            assert program.poll() is None, open("out").read()
            time.sleep(random.uniform(0, 0.3))
        finally:
            everybody = children(program.pid)
            program.kill()
            program.wait()
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in everybody))
        # The last row may be half written.
        recorded = [int(row["recorded"]) for row in rows("held.csv")[:-1]]
        n = check(max(recorded + [n]))
    print(n_kills, "kills,", n, "packets")


random.seed(int(os.environ.get("RECORD_SEED", "7")))
if sys.argv[1] == "nodes":
    kill_nodes(["./recorder", "--quiet", "--frames", "600"], "held", 15)
elif sys.argv[1] == "clips":
    kill_nodes(["./around", "--quiet"], "clip", 12)
else:
    kill_program(int(os.environ.get("RECORD_KILLS", "10")))
