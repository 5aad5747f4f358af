"""Tells the ledger numbers from several clients at once, beside kills of it, of the worker and of the console.
What was answered is then held against what the ledger says it was told."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

from console import Console, children, title

NUMBERS, CLIENTS = 600, 5
kills = "--single-process" not in sys.argv

random.seed(5)
program = subprocess.Popen([*sys.argv[1:], "--quiet"])
outcome = {}  # by number: "once", "not", "unknown"
done = threading.Event()


def client(first):
    console = Console(program)
    for number in range(first, NUMBERS, CLIENTS):
        answers = console.call("n", "tell", number=number)
        if program.poll() is not None or answers is None:
            outcome[number] = "unknown"
            continue
        answer = answers[0]
        error = answer.get("error")
        if error is None:
            assert answer["value"] == 1, (number, answer)
            outcome[number] = "once"
        elif error == "failed":
            assert number % 7 == 3 and answer["message"] == f"not {number}", answer
            outcome[number] = "not"
        else:
            assert error in ("died", "ended", "busy"), answer
            outcome[number] = "not"


def kill_some():
    n = 0
    while not done.is_set():
        victims = [pid for pid in children(program.pid) if title(pid) in ("n", "w", "console")]
        if victims and n < 150:
            os.kill(random.choice(victims), signal.SIGKILL)
            n += 1
        time.sleep(random.random() * 0.02)
    print(n, "kills")


try:
    killer = threading.Thread(target=kill_some)
    clients = [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
    for thread in clients + ([killer] if kills else []):
        thread.start()
    for thread in clients:
        thread.join()
    done.set()
    if kills:
        killer.join()
    assert len(outcome) == NUMBERS, "a client has failed"
    told, console = None, Console(program)
    while told is None:
        assert program.poll() is None, "it ended before it was asked"
        answers = console.call("n", "all")
        told = answers and answers[0].get("value")
    for number, how in outcome.items():
        wanted = {"once": (1,), "not": (0,), "unknown": (0, 1)}[how]
        assert told[number] in wanted, (number, how, told[number])
    assert sum(told[NUMBERS:]) == 0
    program.terminate()
    assert program.wait(60) == 0, program.returncode
finally:
    if program.poll() is None:
        program.kill()
with open("rows.csv", encoding="ascii") as file:
    rows = [line.split(",")[2:] for line in file.read().split()[1:]]
assert len(rows) > 100 and rows == [[str(i)] * 2 for i in range(1, len(rows) + 1)], "other rows"
print({how: list(outcome.values()).count(how) for how in ("once", "not", "unknown")})
assert list(outcome.values()).count("once") > NUMBERS / 3
