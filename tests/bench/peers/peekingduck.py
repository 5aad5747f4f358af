#!/usr/bin/env python3
"""PeekingDuck's pipeline, a process per node: capture, model, boxes and screen, csv. Three ways to share its data:

    peekingduck.py manager|queue|shared-memory CLIP RATE FOLDER

`manager` is PeekingDuck's own prototype: each node reads its inputs from a Manager().dict(), a key at a time, runs,
writes its outputs, and begins anew. `queue` and `shared-memory` are what one makes of it: a queue per reader, from
which a late reader's oldest frames are dropped; and one place for the newest frame and one for the newest answer,
each with a lock.

The screen is the clock: what it would show is written to FOLDER, as are rows.csv and what the camera took.
"""
import multiprocessing as mp
import os
import pickle
import queue
import struct
import sys
import time
from multiprocessing import shared_memory

import cv2

WIDTH, HEIGHT = 768, 576
now = time.monotonic_ns


# ---- The stages, the same for all ----


class Camera:
    """A film as a camera: a frame each 1 / RATE s, whether or not somebody takes it."""

    def __init__(self, clip, rate, folder):
        self.film = cv2.VideoCapture(clip)
        self.period = int(1e9 / rate)
        self.log = open(os.path.join(folder, "camera.log"), "w", buffering=1)
        self.n, self.start = 0, None

    def read(self):
        """(number, picture), or None at the end."""
        there, picture = self.film.read()
        if not there:
            self.log.close()
            return None
        self.start = self.start or now()
        wait = self.start + self.n * self.period - now()
        if wait > 0:
            time.sleep(wait / 1e9)
        self.n += 1
        self.log.write(f"{self.n} {now()}\n")
        return self.n, picture


class Model:
    """As detect.people: each window of weight 0 and more, the same step and scales, one box a person."""

    def __init__(self):
        cv2.setNumThreads(1)
        self.hog = cv2.HOGDescriptor()
        self.hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())

    def find(self, picture):
        windows, weights = self.hog.detectMultiScale(picture, 0, (8, 8), (0, 0), 1.1, 0)
        windows = [list(map(int, window)) for window in windows]
        weights = [float(weight) for weight in weights]
        kept = cv2.dnn.NMSBoxes(windows, weights, 0.3, 0.35) if windows else []
        boxes = [windows[int(i)] for i in kept]
        return boxes, ["person"] * len(boxes), [weights[int(i)] for i in kept]


class Screen:
    def __init__(self, folder):
        cv2.setNumThreads(1)
        self.log = open(os.path.join(folder, "shown.log"), "w", buffering=1)

    def show(self, number, picture, answer):
        """An answer is three pairs, each of a frame's number and what was found in it: boxes, labels, scores."""
        numbers = {part[0] for part in answer} if answer else set()
        if answer:
            for (x, y, w, h), label, score in zip(answer[0][1], answer[1][1], answer[2][1]):
                cv2.rectangle(picture, (x, y), (x + w, y + h), (0, 0, 255), 2)
                text = f"{label} {score:.2f}"
                cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 255))
        torn = len(numbers) > 1
        self.log.write(f"{now()} {number} {answer[0][0] if answer else 0} {int(torn)}\n")


class Table:
    def __init__(self, folder):
        self.file = open(os.path.join(folder, "rows.csv"), "w", buffering=1)

    def write(self, number, answer):
        self.file.write(f"{number},{answer[0][0]},{len(answer[0][1])}\n" if answer else f"{number},,\n")


# ---- PeekingDuck's prototype ----


def lake_camera(lake, clip, rate, folder):
    camera = Camera(clip, rate, folder)
    while frame := camera.read():
        lake["img"] = frame[1]
        lake["number"] = frame[0]


def lake_model(lake, *_):
    model = Model()
    while True:
        if "number" not in lake:
            continue
        number, picture = lake["number"], lake["img"]
        boxes, labels, scores = model.find(picture)
        lake["bboxes"] = number, boxes
        lake["bbox_labels"] = number, labels
        lake["bbox_scores"] = number, scores


def lake_answer(lake):
    if "bbox_scores" not in lake:
        return None
    return lake["bboxes"], lake["bbox_labels"], lake["bbox_scores"]


def lake_screen(lake, _clip, _rate, folder):
    screen = Screen(folder)
    while True:
        if "number" in lake:
            screen.show(lake["number"], lake["img"], lake_answer(lake))


def lake_table(lake, _clip, _rate, folder):
    table, last = Table(folder), 0
    while True:
        number = lake.get("number", 0)
        if number != last:
            table.write(number, lake_answer(lake))
            last = number


# ---- Queues ----


def put_newest(to, value):
    """Where it is full, its oldest value makes way, or this one, when the reader is about to take that."""
    for _ in range(2):
        try:
            return to.put_nowait(value)
        except queue.Full:
            try:
                to.get_nowait()
            except queue.Empty:
                pass


def newest(of, value):
    """The newest that is there, or the value that was before."""
    while True:
        try:
            value = of.get_nowait()
        except queue.Empty:
            return value


def queue_camera(queues, clip, rate, folder):
    camera = Camera(clip, rate, folder)
    while frame := camera.read():
        put_newest(queues["to_model"], frame)
        put_newest(queues["to_screen"], frame)
        queues["to_table"].put(frame[0])
    for name in ("to_model", "to_screen", "to_table"):
        queues[name].put(None)


def queue_model(queues, *_):
    model = Model()
    while frame := queues["to_model"].get():
        answer = [(frame[0], part) for part in model.find(frame[1])]
        put_newest(queues["for_screen"], answer)
        put_newest(queues["for_table"], answer)
    for name in ("for_screen", "for_table"):
        queues[name].cancel_join_thread()


def queue_screen(queues, _clip, _rate, folder):
    screen, answer = Screen(folder), None
    while frame := queues["to_screen"].get():
        answer = newest(queues["for_screen"], answer)
        screen.show(*frame, answer)


def queue_table(queues, _clip, _rate, folder):
    table, answer = Table(folder), None
    while number := queues["to_table"].get():
        answer = newest(queues["for_table"], answer)
        table.write(number, answer)


def make_queues():
    sizes = {"to_model": 2, "to_screen": 2, "to_table": 0, "for_screen": 2, "for_table": 2}
    return {name: mp.Queue(size) for name, size in sizes.items()}


# ---- Shared memory ----


class Place:
    """The newest value, as bytes behind its number and its length; whoever reads it copies it."""

    HEAD = struct.Struct("<QQ")

    def __init__(self, size):
        self.memory = shared_memory.SharedMemory(create=True, size=self.HEAD.size + size)
        self.memory.buf[: self.HEAD.size] = bytes(self.HEAD.size)
        self.is_new = mp.Condition()

    def put(self, number, value):
        with self.is_new:
            self.memory.buf[self.HEAD.size : self.HEAD.size + len(value)] = value
            self.HEAD.pack_into(self.memory.buf, 0, number, len(value))
            self.is_new.notify_all()

    def get(self, after=None):
        """(number, bytes) of the newest, which is waited for until it has a larger number than `after`."""
        with self.is_new:
            while True:
                number, length = self.HEAD.unpack_from(self.memory.buf)
                if after is None or number > after:
                    return number, bytes(self.memory.buf[self.HEAD.size : self.HEAD.size + length])
                self.is_new.wait()


END = 2**63


def picture_of(data):
    import numpy

    return numpy.frombuffer(bytearray(data), numpy.uint8).reshape(HEIGHT, WIDTH, 3)


def memory_camera(places, clip, rate, folder):
    camera = Camera(clip, rate, folder)
    while frame := camera.read():
        places["frame"].put(frame[0], frame[1].tobytes())
    places["frame"].put(END, b"")


def memory_model(places, *_):
    model, number = Model(), 0
    while True:
        number, data = places["frame"].get(number)
        if number == END:
            return
        answer = [(number, part) for part in model.find(picture_of(data))]
        places["answer"].put(number, pickle.dumps(answer))


def memory_answer(places):
    number, data = places["answer"].get()
    return pickle.loads(data) if number else None


def memory_screen(places, _clip, _rate, folder):
    screen, number = Screen(folder), 0
    while True:
        number, data = places["frame"].get(number)
        if number == END:
            return
        screen.show(number, picture_of(data), memory_answer(places))


def memory_table(places, _clip, _rate, folder):
    table, number = Table(folder), 0
    while True:
        number, _ = places["frame"].get(number)
        if number == END:
            return
        table.write(number, memory_answer(places))


def make_places():
    return {"frame": Place(3 * WIDTH * HEIGHT), "answer": Place(1 << 16)}


KINDS = {
    "manager": (lake_camera, lake_model, lake_screen, lake_table),
    "queue": (queue_camera, queue_model, queue_screen, queue_table),
    "shared-memory": (memory_camera, memory_model, memory_screen, memory_table),
}


def main():
    kind, clip, rate, folder = sys.argv[1:]
    mp.set_start_method("fork")
    if kind == "manager":
        manager = mp.Manager()
        shared = manager.dict()
    else:
        shared = make_queues() if kind == "queue" else make_places()
    stages = [
        mp.Process(target=stage, args=(shared, clip, float(rate), folder), name=stage.__name__.split("_")[1])
        for stage in KINDS[kind]
    ]
    for stage in stages:
        stage.start()
    with open(os.path.join(folder, "processes"), "w") as file:
        file.writelines(f"{stage.name} {stage.pid}\n" for stage in stages)
    for stage in stages:
        stage.join()
    if kind == "shared-memory":
        for place in shared.values():
            place.memory.close()
            place.memory.unlink()


main()
