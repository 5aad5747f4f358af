"""For tests/e2e/http.sh: a server of its own, programs run against it, and what they wrote compared."""
import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = float(os.environ.get("TEST_PATIENCE", 10))


class Server:
    def __init__(self, *arguments):
        for name in ("port", "asked"):
            if os.path.exists(name):
                os.remove(name)
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "server.py"), "port", "asked", *arguments],
                                        stdin=subprocess.PIPE)
        within(lambda: os.path.exists("port"))
        self.ports = open("port").read().split()
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        self.other = f"http://127.0.0.1:{self.ports[1]}"
        self.mark = 0

    def asked(self):
        """The requests since the last call."""
        lines = open("asked").read().splitlines()
        new, self.mark = lines[self.mark:], len(lines)
        return [json.loads(line) for line in new]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def within(condition, seconds=10):
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def clear():
    for name in ("got.csv", "bodies.csv", "walk.csv", "sent.csv", "replies.csv"):
        if os.path.exists(name):
            os.remove(name)


def run(program, *arguments, status=0):
    """Its output."""
    clear()
    done = subprocess.run([f"./{program}", "--quiet", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60 * PATIENCE)
    assert done.returncode == status, f"{program} {arguments}: status {done.returncode}\n{done.stdout}"
    return done.stdout


def run_killed(program, node, *arguments, seed=1, longest=0.15):
    """The same, while the process of the node is killed at random; how often."""
    clear()
    rng = random.Random(seed)
    n = 0
    log = open("killed.log", "w")
    process = subprocess.Popen([f"./{program}", "--quiet", *arguments], stdout=log, stderr=subprocess.STDOUT)
    while process.poll() is None:
        time.sleep(rng.uniform(0.01, longest))
        try:
            children = open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()
            for child in children:
                if open(f"/proc/{child}/comm").read().split()[:1] == [node]:
                    os.kill(int(child), signal.SIGKILL)
                    n += 1
        except (FileNotFoundError, ProcessLookupError):
            pass
    assert process.returncode == 0, f"status {process.returncode}\n" + open("killed.log").read()
    return n


def rows(name="got.csv"):
    return list(csv.DictReader(open(name)))


def bodies(name="bodies.csv", column="value"):
    """By frame."""
    return {int(row["frame"]): bytes.fromhex(row[column]) for row in rows(name)}


def write(name, lines):
    with open(name, "w") as file:
        file.writelines(line + "\n" for line in lines)
