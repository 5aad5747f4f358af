#!/usr/bin/env python3
"""Python's own ways between processes, as harness.c measures the others:

    python.py queue|pipe|manager|shared-memory sleep CPU CPU SIZE MILLISECONDS latency|throughput

None of them can be polled for less than a wait. Messages are bytes; the first eight are a stamp.
"""
import multiprocessing as mp
import os
import struct
import sys
import time
from multiprocessing import shared_memory

BATCH_NS = 100_000
PAUSE_S = 100e-6
WINDOW = 1024
STOP, MARK = 2**64 - 1, 2**64 - 2
ECHOES, TAKES_TIMES, TAKES_ALL = range(3)
now = time.monotonic_ns


class Queue:
    def __init__(self, _size):
        self.queue = mp.Queue(64)

    def put(self, message):
        self.queue.put(message)

    def get(self):
        return self.queue.get()


class Pipe:
    def __init__(self, _size):
        self.reader, self.writer = mp.Pipe(duplex=False)

    def put(self, message):
        self.writer.send_bytes(message)

    def get(self):
        return self.reader.recv_bytes()


class Manager:
    """A queue in a third process, reached through proxies."""

    manager = None

    def __init__(self, _size):
        Manager.manager = Manager.manager or mp.Manager()
        self.queue = Manager.manager.Queue(64)

    def put(self, message):
        self.queue.put(message)

    def get(self):
        return self.queue.get()


class SharedMemory:
    """One message in shared memory, guarded by two semaphores; written in place, but for a copy of
    what is handed on, as nothing says for how long the memory may be looked at."""

    def __init__(self, size):
        self.memory = shared_memory.SharedMemory(create=True, size=size)
        self.size = size
        self.full, self.free = mp.Semaphore(0), mp.Semaphore(1)

    def put(self, message):
        self.free.acquire()
        self.memory.buf[:8] = message[:8]
        self.full.release()

    def get(self):
        self.full.acquire()
        message = bytes(self.memory.buf[: self.size])
        self.free.release()
        return message


KINDS = {"queue": Queue, "pipe": Pipe, "manager": Manager, "shared-memory": SharedMemory}


def stamp_of(message):
    return struct.unpack_from("<Q", message)[0]


def answer(incoming, outgoing, cpu, phase, results):
    """The other side: echoes, measures or only takes, as `phase` says."""
    os.sched_setaffinity(0, {cpu})
    samples, taken, since = [], 0, 0
    while True:
        message = incoming.get()
        stamp = stamp_of(message)
        if phase.value == TAKES_TIMES and stamp < MARK:
            samples.append(now() - stamp)
        if phase.value == TAKES_ALL and stamp < MARK:
            if taken % WINDOW == 0:
                if taken:
                    samples.append((now() - since) / WINDOW)
                since = now()
            taken += 1
            continue
        if stamp == STOP:
            results.send(samples)
            return
        if stamp == MARK:
            results.send(time.process_time_ns())
        outgoing.put(message)


def show(name, mode, size, what, samples):
    samples = sorted(samples)
    n = len(samples)
    print(
        f"peer=py-{name} mode={mode} size={size} what={what} n={n} p10={samples[n // 10]:.1f}"
        f" median={samples[n // 2]:.1f} p90={samples[n * 9 // 10]:.1f}"
    )


def main():
    name, _, cpu0, cpu1, size, budget_ms, what = sys.argv[1:]
    cpu0, cpu1, size, budget_ns = int(cpu0), int(cpu1), int(size), int(budget_ms) * 1_000_000
    mode = "same" if cpu0 == cpu1 else "across"
    mp.set_start_method("fork")
    os.sched_setaffinity(0, {cpu0})
    out, back = KINDS[name](size), KINDS[name](size)
    results, far_end = mp.Pipe(duplex=False)
    phase = mp.Value("i", ECHOES, lock=False)
    other = mp.Process(target=answer, args=(out, back, cpu1, phase, far_end), daemon=True)
    other.start()
    body = bytes(size - 8)

    def exchange(stamp):
        out.put(struct.pack("<Q", stamp) + body)
        if stamp_of(back.get()) != stamp:
            sys.exit("another message came back")

    def back_and_forth(n):
        start = now()
        for i in range(n):
            exchange(i)
        return (now() - start) / 2 / n

    per_batch = 1 + int(BATCH_NS / min(back_and_forth(4) for _ in range(4)))
    until = now() + budget_ns
    if what == "latency":
        batches = []
        while not batches or now() < until:
            batches.append(back_and_forth(per_batch))
        show(name, mode, size, "pingpong", batches)
        phase.value = TAKES_TIMES
        until = now() + budget_ns // 2
        while True:
            time.sleep(PAUSE_S)
            exchange(now())
            if now() > until:
                break
        phase.value = ECHOES
    else:
        exchange(MARK)
        other_ns, own_ns, n = results.recv(), time.process_time_ns(), 0
        phase.value = TAKES_ALL
        while n <= 3 * WINDOW or now() < until:
            out.put(struct.pack("<Q", n) + body)
            n += 1
        exchange(MARK)
        cpu_ns = time.process_time_ns() - own_ns + results.recv() - other_ns
        show(name, mode, size, "cpu", [cpu_ns / n])
    out.put(struct.pack("<Q", STOP) + body)
    show(name, mode, size, "oneway" if what == "latency" else "gap", results.recv())
    other.join()
    for lane in (out, back):
        if isinstance(lane, SharedMemory):
            lane.memory.close()
            lane.memory.unlink()


main()
