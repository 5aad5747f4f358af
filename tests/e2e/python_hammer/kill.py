"""Kills the processes of a program in turn, each once it has begun anew, as long as it runs: python3 kill.py PID TIMES"""
import os
import signal
import sys
import time

program, times = int(sys.argv[1]), int(sys.argv[2])


def children():
    """{the last word of its title: pid}"""
    found = {}
    try:
        pids = open(f"/proc/{program}/task/{program}/children").read().split()
        for pid in pids:
            title = open(f"/proc/{pid}/cmdline").read().replace("\0", " ").split()
            if title:
                found[title[-1].strip(":")] = int(pid)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


killed, dead = 0, set()
while killed < times:
    for name in ("all", "s", "n", "m", "a"):
        pid = children().get(name)
        if pid and pid not in dead and time.clock_gettime(time.CLOCK_BOOTTIME) - int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK") > 0.7:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            dead.add(pid)
            killed += 1
            time.sleep(0.15)
    if not os.path.exists(f"/proc/{program}"):
        break
    time.sleep(0.01)
print(killed)
