"""What a call of a node in Python costs beyond an empty function, and what passes in a second from a process to the next:
by pkd, and by Python's multiprocessing with the same values. Run by an interpreter that has NumPy."""

import multiprocessing as mp
import os
import re
import subprocess
import sys
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np

QUICK = "--quick" in sys.argv
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PKDC = os.path.join(ROOT, os.environ.get("B", "build"), "pkdc")
HERE = os.path.join(ROOT, "tests", "bench", "python")
TIMES = 1 if QUICK else 3


def build(program, name, *defines):
    words = [word for define in defines for word in ("-D", define)]
    path = os.path.join(WORK, name)
    command = [PKDC, "build", "--python", sys.executable, *words, os.path.join(HERE, program + ".pkd"), "-o", path]
    subprocess.run(command, check=True, env={**os.environ, "PKD_CACHE": os.path.join(WORK, "cache-" + name)})
    return path


def run(path, *options):
    """(seconds of the run, {node: (firings, seconds in its steps)})"""
    said = subprocess.run([path, *options], check=True, stderr=subprocess.PIPE, text=True).stderr
    seconds = float(re.search(r"frames in ([\d.]+) s", said)[1])
    rows = re.findall(r"^  (\S+) +(\d+) +([\d.]+) +[\d.]+ +[\d.]+ +[\d.]+$", said, re.M)
    return seconds, {name: (int(n), float(busy)) for name, n, busy in rows}


def rate(path, n, *options):
    """Frames a second, as the slowest reader has counted them."""
    def once():
        said = subprocess.run([path, f"--last={n}", *options], check=True, stderr=subprocess.PIPE, text=True).stderr
        return min(float(found) for found in re.findall(r": rate ([\d.]+)$", said, re.M))
    return max(once() for _ in range(TIMES))


def calls():
    print("microseconds in a step of a node in Python, whose function does nothing (least of %d runs):" % TIMES)
    words = {
        "number": "a number, none back", "frame": "a frame of 1920 x 1080, none back", "points": "10 records of numbers, none back",
        "objects": "10 records with texts, none back", "dicts": "a number, 10 dicts back", "array": "a number, an array of 10 records back",
        "fill": "a number, a frame to be filled back", "give": "a number, a frame back (6.2 MB copied once)",
    }
    for what, text in words.items():
        n = (1000 if what in ("give", "fill") else 200000) // (4 if QUICK else 1)
        path = build("calls", "calls-" + what, f'WHAT="{what}"')
        least = min(run(path, f"--last={n}", "--freeze=off")[1]["f"][1] / n for _ in range(TIMES))
        print(f"  {text:50} {least * 1e6:8.2f}")


def four():
    print("frames a second from a source in C to four nodes in Python:")
    for size, pixels in (("1920 x 1080", ()), ("4 x 4", ("W=4", "H=4"))):
        for freeze in ("off", "auto"):
            n = (1000 if freeze == "auto" and not pixels else 10000) // (4 if QUICK else 1)
            path = build("four", "four" + "".join(pixels), *pixels)
            most = rate(path, n, f"--freeze={freeze}")
            print(f"  {size:12} --freeze={freeze:5} {most:10.0f}")


# ---- multiprocessing ----


def timed(make, n):
    """Items a second; `make` gives what the consumer runs and what the producer does."""
    consume, produce = make(n)
    ready = mp.Event()
    child = mp.Process(target=lambda: (ready.set(), consume()))
    child.start()
    ready.wait()
    start = time.perf_counter()
    produce()
    child.join()
    return n / (time.perf_counter() - start)


def by_queue(value):
    def make(n):
        queue = mp.Queue(4)
        return lambda: [queue.get() for _ in range(n)], lambda: [queue.put(value) for _ in range(n)]
    return make


def by_pipe(value):
    def make(n):
        reader, writer = mp.Pipe(False)
        return lambda: [reader.recv() for _ in range(n)], lambda: [writer.send(value) for _ in range(n)]
    return make


def by_manager(value):
    manager = mp.Manager()

    def make(n):
        shared, full, empty = manager.dict(), mp.Semaphore(0), mp.Semaphore(1)

        def consume():
            for _ in range(n):
                full.acquire()
                shared["value"]
                empty.release()

        def produce():
            for _ in range(n):
                empty.acquire()
                shared["value"] = value
                full.release()
        return consume, produce
    return make


def by_shared_memory(value):
    def make(n):
        memory = shared_memory.SharedMemory(create=True, size=4 * value.nbytes)
        slots = np.ndarray((4, *value.shape), value.dtype, memory.buf)
        full, empty = mp.Semaphore(0), mp.Semaphore(4)

        def consume():
            for i in range(n):
                full.acquire()
                slots[i % 4][0]
                empty.release()

        def produce():
            for i in range(n):
                empty.acquire()
                slots[i % 4][...] = value
                full.release()
        KEPT.append((memory, slots))
        return consume, produce
    return make


KEPT = []


def peers():
    mp.set_start_method("fork")
    frame = np.zeros((1080, 1920, 3), np.uint8)
    records = [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "score": 0.5, "id": i} for i in range(10)]
    print("items a second from a process to the next, both in Python:")
    for text, what, value, n in (("10 records", "dicts", records, 20000), ("a frame of 1920 x 1080", "give", frame, 300)):
        n //= 4 if QUICK else 1
        path = build("pass", "pass-" + what, f'WHAT="{what}"')
        rates = {"pkd": rate(path, n), "pkd --freeze=off": rate(path, n, "--freeze=off")}
        for name, by in (("Queue", by_queue), ("Pipe", by_pipe), ("Manager.dict", by_manager)):
            rates[name] = max(timed(by(value), n // (10 if name == "Manager.dict" and what == "give" else 1)) for _ in range(TIMES))
        if what == "give":
            rates["shared_memory"] = max(timed(by_shared_memory(value), n) for _ in range(TIMES))
        for name, per_second in rates.items():
            print(f"  {text:24} {name:17} {per_second:10.0f}")


with tempfile.TemporaryDirectory() as WORK:
    calls()
    four()
    peers()
    for memory, slots in KEPT:
        memory.unlink()
os._exit(0)
