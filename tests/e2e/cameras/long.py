"""A program of cameras for long: long.py PID SECONDS LOOKED. Its memory does not grow, and who looks stays as late as at
the start. LOOKED is what look.py writes. Prints what it takes."""
import os
import sys
import time

pid, seconds, looked = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
TICK = os.sysconf("SC_CLK_TCK")


def processes():
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [pid, *map(int, file.read().split())]


def cpu():
    total = 0
    for one in processes():
        with open(f"/proc/{one}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory():
    """The proportional set of all, in MiB."""
    total = 0
    for one in processes():
        with open(f"/proc/{one}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


def late(since):
    with open(looked, encoding="ascii") as file:
        lags = [float(line.split()[4]) for line in file if line.count(" ") == 4 and float(line.split()[0]) > since]
    return sorted(lags)


time.sleep(min(15, seconds / 4))
began, used, at_first = time.monotonic(), cpu(), memory()
while time.monotonic() < began + seconds - 5:
    time.sleep(1)
last = memory()
share = (cpu() - used) / (time.monotonic() - began)
lags = late(time.monotonic() - 30)
p50, p95 = lags[len(lags) // 2], lags[len(lags) * 95 // 100]
print(f"{len(processes())} processes, {share:.2f} CPUs, {at_first:.0f} MiB at first and {last:.0f} MiB after "
      f"{seconds:.0f} s, {1000 * p50:.0f} ms late (p95 {1000 * p95:.0f} ms)")
assert last <= 1.05 * at_first + 8, "the memory grows"
assert last <= 1024, "more than 1 GiB"
assert p50 < 0.5, "who looks falls behind"
