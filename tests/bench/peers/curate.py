#!/usr/bin/env python3
"""A hierarchy worked off by processes, in the two ways of Flywheel's HierarchyCurator:

    curate.py queue|static dir|http ROOT WORKERS TAKES_S REPORT

`queue`: a Manager().JoinableQueue() of ids. Who takes one asks for the container and for its children, and puts these
into the queue; what a parent knew is lost. `static`: each worker gets every so many'th of the children of the root, and
walks what lies below them, with a copy of what is known above; nobody looks at how it ends. One process writes the
report.
"""
import csv
import json
import multiprocessing as mp
import os
import sys
import time
import urllib.request

LEVELS = ["project", "subject", "session", "acquisition", "file"]


# ---- Where the hierarchy is: the same two calls ----


class Directory:
    def __init__(self, root):
        self.root = root
        self.first = "."

    def container(self, key):
        info = os.stat(os.path.join(self.root, key))
        return {"_id": key, "size": info.st_size, "label": os.path.basename(key), "type": self.level(key)}

    def level(self, key):
        return LEVELS[0 if key == "." else key.count("/") + 1]

    def children(self, key):
        below = [name if key == "." else f"{key}/{name}" for name in sorted(os.listdir(os.path.join(self.root, key)))]
        return [self.container(key) for key in below]

    def text(self, key):
        with open(os.path.join(self.root, key), "rb") as file:
            return file.read()


class Api:
    def __init__(self, root):
        self.root = root
        self.first = "root"

    def get(self, path):
        with urllib.request.urlopen(self.root + path) as answer:
            return answer.read()

    def container(self, key):
        return json.loads(self.get(f"/api/containers/{key}"))

    def children(self, key):
        return json.loads(self.get(f"/api/containers/{key}/children"))

    def text(self, key):
        return b""  # what the hierarchy costs is measured, not the files


# ---- The work ----


def check(source, item, takes):
    time.sleep(takes)
    head, _, data = source.text(item["_id"]).partition(b"\n\n")
    total = 0
    for byte in data:
        total = (31 * total + byte) & 0xFFFFFFFF
    return total


def write_rows(path, rows):
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        for row in iter(rows.get, "END"):
            table.writerow(row)
            file.flush()


# ---- A queue of ids ----


def take_ids(ids, rows, make_source, takes):
    source = make_source()
    for key in iter(ids.get, None):
        item = source.container(key)
        if item["type"] == "file":
            rows.put([key, item["type"], check(source, item, takes)])
        else:
            rows.put([key, item["type"], 0])
            for child in source.children(key):
                ids.put(child["_id"])
        ids.task_done()


def run_queue(make_source, n, takes, rows):
    with mp.Manager() as manager:
        ids = manager.JoinableQueue()
        ids.put(make_source().first)
        workers = [mp.Process(target=take_ids, args=(ids, rows, make_source, takes), name=f"w{i}") for i in range(n)]
        for worker in workers:
            worker.start()
        ids.join()
        for _ in workers:
            ids.put(None)
        for worker in workers:
            worker.join()


# ---- Subtrees, split by the top level ----


def walk(source, item, data, rows, takes):
    if item["type"] == "file":
        rows.put([item["_id"], item["type"], check(source, item, takes)])
        return
    rows.put([item["_id"], item["type"], 0])
    data = {**data, item["type"]: item["label"]}
    for child in source.children(item["_id"]):
        walk(source, child, data, rows, takes)


def take_subtrees(items, rows, make_source, takes):
    source = make_source()
    for item in items:
        walk(source, item, {}, rows, takes)


def run_static(make_source, n, takes, rows):
    source = make_source()
    root = source.container(source.first)
    rows.put([root["_id"], root["type"], 0])
    below = source.children(root["_id"])
    workers = [mp.Process(target=take_subtrees, args=(below[i::n], rows, make_source, takes)) for i in range(n)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def main():
    kind, where, root, n, takes, report = sys.argv[1:]
    rows = mp.Queue()
    reporter = mp.Process(target=write_rows, args=(report, rows))
    reporter.start()

    def make_source():
        return Directory(root) if where == "dir" else Api(root)

    (run_queue if kind == "queue" else run_static)(make_source, int(n), float(takes), rows)
    rows.put("END")
    reporter.join()


if __name__ == "__main__":
    main()
