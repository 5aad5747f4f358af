#!/usr/bin/env python3
"""How many fetches a second http.get makes, beside a loop over libcurl's multi interface alone: the same fetches of a
fast server on loopback, 64 in flight, whole programs in turn. The promise is 0.75 of the loop's in one process, as the
loop is one. And what memory ten times as many take.

    tests/bench/fetches.py [FETCHES] [RUNS]
"""
import os
import statistics
import subprocess
import sys
import time

AT_ONCE = 64
PROMISE = 0.75


def peak_of(command, work):
    """Seconds, and the largest resident set of any of its processes, in KiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=work)
    peak = 0
    while process.poll() is None:
        try:
            pids = [process.pid] + [int(pid) for pid in
                                    open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()]
            for pid in pids:
                for line in open(f"/proc/{pid}/status"):
                    if line.startswith("RssAnon:"):
                        peak = max(peak, int(line.split()[1]))
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.05)
    assert process.returncode == 0, process.returncode
    return time.monotonic() - start, peak


def time_of(command, work):
    """Seconds, and those of the CPU."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=work)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    build = os.path.abspath(os.environ.get("B", "build"))
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 50000
    n_runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    work = os.path.join(build, "bench-http")
    os.makedirs(work, exist_ok=True)
    env = dict(os.environ, PKD_CACHE=os.path.join(work, "cache"))
    for name, deploy in (("rate", []), ("one", ["--deploy=one"])):
        subprocess.run([os.path.join(build, "pkdc"), "build", os.path.join(here, "programs", "http.pkd"), "-o", name] + deploy,
                       cwd=work, env=env, check=True)
    server = subprocess.Popen([os.path.join(build, "tests", "bench", "http_server")], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    base = f"http://127.0.0.1:{server.stdout.readline().strip()}/"
    commands = {
        "libcurl alone": [os.path.join(build, "tests", "bench", "http"), base, str(n), str(AT_ONCE)],
        "http.get, a process for each node": ["./rate", "--quiet", "--base", base, "--count", str(n)],
        "http.get, one process": ["./one", "--quiet", "--base", base, "--count", str(n)],
    }
    runs = {name: [] for name in commands}
    for _ in range(n_runs):
        for name, command in commands.items():
            runs[name].append(time_of(command, work))
    print(f"| {n} fetches of 64 bytes, {AT_ONCE} in flight, median of {n_runs} | fetches/s | of the loop | CPU a fetch |")
    print("|---|---|---|---|")
    shares = {}
    for name, values in runs.items():
        rates = [n / seconds for seconds, _ in values]
        # Beside the loop's run of the same round: the machine may be busy with other things.
        shares[name] = statistics.median(loop / mine for (loop, _), (mine, _) in zip(runs["libcurl alone"], values))
        cpu = statistics.median(cpu for _, cpu in values) / n * 1e6
        print(f"| {name} | {statistics.median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f}) | {shares[name]:.2f} | {cpu:.1f} µs |")
    met = shares["http.get, one process"] >= PROMISE
    few = peak_of(["./rate", "--quiet", "--base", base, "--count", str(n)], work)[1]
    many = peak_of(["./rate", "--quiet", "--base", base, "--count", str(10 * n)], work)[1]
    print(f"private memory of the largest process: {few} KiB, {many} KiB with ten times as many fetches")
    server.stdin.close()
    server.wait()
    return 0 if met and many <= few + 1024 else 1


if __name__ == "__main__":
    sys.exit(main())
