"""Kills processes of a program at random moments until it has ended, each about as often.

    kill.py SEED PAUSE_MS PROGRAM...

A line at the end says whom, and how often. A node called verdict is left alone.
"""
import collections
import os
import random
import signal
import subprocess
import sys
import time


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        for child in file.read().split():
            with open(f"/proc/{child}/comm") as comm:
                yield int(child), comm.read().strip()


def main():
    seed, pause_ms, *command = sys.argv[1:]
    chance, killed = random.Random(int(seed)), collections.Counter()
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    name = os.path.basename(command[0])
    while program.poll() is None:
        time.sleep(chance.uniform(0, 2 * int(pause_ms)) / 1000)
        try:
            victims = [child for child in children(program.pid) if child[1] not in ("verdict", "console", name)]
            chance.shuffle(victims)
            pid, victim = min(victims, key=lambda child: killed[child[1]])
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            continue
        killed[victim] += 1
    told = program.stderr.read()
    print(f"{killed.total()} kills:", ", ".join(f"{victim} {n}" for victim, n in sorted(killed.items())))
    if program.returncode:
        sys.exit(f"status {program.returncode}\n{told[-2000:]}")


main()
