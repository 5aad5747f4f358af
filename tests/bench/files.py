#!/usr/bin/env python3
"""A tree of small files, walked and hashed by files.walk and files.hash, beside find and sha256sum: whole programs, in
turn, their user and system time. The promise is 1.1 times that of the two at most; of one large file 0.95 of the rate
of `openssl dgst` at least; and memory that does not grow with the number of files.

    tests/bench/files.py [FILES] [RUNS] [LARGE]      LARGE: bytes of the large file
"""
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import time

PROMISE_SMALL = 1.1
PROMISE_LARGE = 0.95
PROMISE_MEMORY = 1.1
IN_DIRECTORY = 1000


def make_tree(root, n_files):
    """Files of 20 to 4000 bytes."""
    shutil.rmtree(root, ignore_errors=True)
    for i in range(n_files):
        folder = os.path.join(root, f"{i // IN_DIRECTORY // 100:02d}", f"{i // IN_DIRECTORY % 100:02d}")
        if i % IN_DIRECTORY == 0:
            os.makedirs(folder)
        with open(os.path.join(folder, f"{i % IN_DIRECTORY:03d}.txt"), "wb") as file:
            file.write(b"%019d\n" % i * (1 + i * 7919 % 200))


def make_large(path, size):
    block = os.urandom(1 << 20)
    with open(path, "wb") as file:
        for at in range(0, size, len(block)):
            file.write(block[: min(len(block), size - at)])


def largest(pid):
    """The most memory that a process below this one, or it itself, has had so far, in KiB."""
    most = 0
    try:
        with open(f"/proc/{pid}/status") as file:
            most = max((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), default=0)
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            for child in file.read().split():
                most = max(most, largest(int(child)))
    except OSError:
        pass  # it has ended
    return most


def run(command, work):
    """CPU seconds, seconds, and the most memory of a process in KiB (what wait4 says of it includes ours)."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL)
    pid, most = 0, 0
    while pid == 0:
        time.sleep(0.02)
        most = max(most, largest(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    assert status == 0, (command, status)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, most


def digest_of(path):
    """Of the sums in the order of the paths."""
    with open(path) as file:
        if path.endswith(".csv"):
            next(file)
            sums = sorted(tuple(line.rstrip("\n").split(",")[2:4]) for line in file)
        else:
            sums = sorted((line[66:].rstrip("\n").split("/", 1)[1], line[:64]) for line in file)
    return len(sums), hashlib.sha256(repr(sums).encode()).hexdigest()


def check(work, n_files):
    found = digest_of(os.path.join(work, "sums.csv"))
    assert found == digest_of(os.path.join(work, "sums.txt")) and found[0] == n_files, found


def build(pkdc, program, work, env):
    for name, options in {"one": [], "apart": ["--deploy", "apart"],
                          "paths": ["--pipeline", "paths", "--deploy", "paths"],
                          "channel": ["--pipeline", "paths", "--deploy", "channel"]}.items():
        chosen = options if "--pipeline" in options else ["--pipeline", "sums"] + options
        subprocess.run([pkdc, "build", program, *chosen, "-o", name], cwd=work, env=env, check=True)


def small(work, n_files, n_runs):
    commands = {
        "find, xargs -P2 sha256sum": ["sh", "-c", "find files -type f -print0 | xargs -0 -P2 sha256sum >sums.txt"],
        "pkd, a process with 2 threads": ["./one", "--quiet", "--root", "files/"],
        "pkd, 2 dynamic workers": ["./apart", "--quiet", "--root", "files/", "--threads", "0"],
        "find -type f": ["sh", "-c", "find files -type f >paths.txt"],
        "pkd, paths only, a process": ["./paths", "--quiet", "--root", "files/"],
        "pkd, paths only, 2 processes": ["./channel", "--quiet", "--root", "files/"],
    }
    taken = {name: [] for name in commands}
    for name, command in commands.items():
        for _ in range(n_runs):
            taken[name].append(run(command, work))
        if name.startswith("pkd, a p") or name.startswith("pkd, 2 d"):
            check(work, n_files)
    print(f"| {n_files} files of 20 to 4000 bytes | CPU, µs a file | of find's and sha256sum's | files/s | MiB |\n"
          "|---|---|---|---|---|")
    bare = statistics.median(cpu for cpu, _, _ in taken["find, xargs -P2 sha256sum"])
    for name, values in taken.items():
        cpu, wall, memory = (statistics.median(column) for column in zip(*values))
        print(f"| {name} | {cpu / n_files * 1e6:.1f} | {cpu / bare:.2f} | {n_files / wall:.0f} | {memory / 1024:.0f} |")
    values = taken["pkd, a process with 2 threads"]
    return statistics.median(value[0] for value in values) / bare, max(value[2] for value in values)


def large(work, size, n_runs):
    commands = {
        "openssl dgst -sha256": ["openssl", "dgst", "-sha256", "large/file"],
        "files.hash": ["./one", "--quiet", "--root", "large/", "--threads", "0"],
    }
    taken = {name: [] for name in commands}
    for _ in range(n_runs):
        for name, command in commands.items():
            taken[name].append(run(command, work)[:2])
    print(f"\n| one file of {size / 1e9:.1f} GB | GB a CPU second | of openssl's | GB/s |\n|---|---|---|---|")
    rates = {name: size / min(cpu for cpu, _ in values) / 1e9 for name, values in taken.items()}
    for name, rate in rates.items():
        wall = min(seconds for _, seconds in taken[name])
        print(f"| {name} | {rate:.2f} | {rate / rates['openssl dgst -sha256']:.2f} | {size / wall / 1e9:.2f} |")
    return rates["files.hash"] / rates["openssl dgst -sha256"]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    built = os.path.abspath(os.environ.get("B", "build"))
    n_files = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    n_runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 2000000000
    work = os.path.join(built, "bench-files")
    os.makedirs(os.path.join(work, "large"), exist_ok=True)
    env = dict(os.environ, PKD_CACHE=os.path.join(work, "cache"))
    build(os.path.join(built, "pkdc"), os.path.join(here, "programs", "files.pkd"), work, env)
    tree = os.path.join(work, "files")
    try:
        make_tree(tree, n_files // 10)
        few = max(run(["./one", "--quiet", "--root", "files/"], work)[2] for _ in range(3))
        make_tree(tree, n_files)
        ratio, many = small(work, n_files, n_runs)
        make_large(os.path.join(work, "large", "file"), size)
        rate = large(work, size, n_runs)
    finally:
        shutil.rmtree(tree, ignore_errors=True)
        shutil.rmtree(os.path.join(work, "large"), ignore_errors=True)
    print(f"\nThe largest process had {few / 1024:.1f} MiB with {n_files // 10} files, {many / 1024:.1f} with {n_files}.")
    met = ratio <= PROMISE_SMALL and rate >= PROMISE_LARGE and many <= PROMISE_MEMORY * few
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
