#!/usr/bin/env python3
"""Team 1518's design, as its document has it, in Python: a process that looks for the tapes and tells the robot, one that
draws what it found over the drive camera and serves that, and a Queue of plain structs between them.

    robot.py TARGET_CAMERA DRIVE_CAMERA PORT VIEW_PORT

Its NetworkTables client is that of the tests: the library of its time is no package any more.
"""
import math
import multiprocessing
import queue
import sys
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import nt

SPACING, FOCAL, SETBACK = 8.0, 681.0, 11.25  # inches, pixels, inches
INCH = 0.0254
TILT, TOLERANCE = 14.5, 5.0


@dataclass
class FieldData:
    distance: float = -1
    offset: float = -1
    target_in_view: bool = False
    is_centered: bool = False


def lean(contour):
    """By how much it leans to the right, in degrees."""
    box = cv2.boxPoints(cv2.minAreaRect(contour))
    sides = [(box[(i + 1) % 4] - box[i]) for i in range(4)]
    side = max(sides, key=lambda s: s[0] * s[0] + s[1] * s[1])
    if side[1] > 0:
        side = -side
    return math.degrees(math.atan2(side[0], -side[1]))


def find(frame):
    hsv = cv2.cvtColor(frame, cv2.COLOR_BGR2HSV)
    mask = cv2.inRange(hsv, (60, 100, 100), (100, 255, 255))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    left, right = [], []
    for contour in contours:
        area = cv2.contourArea(contour)
        if area < 30:
            continue
        _, _, width, height = cv2.boundingRect(contour)
        if width / height < 0.4 or area / cv2.contourArea(cv2.convexHull(contour)) < 0.9:
            continue
        angle = lean(contour)
        if abs(abs(angle) - TILT) <= TOLERANCE:
            (left if angle > 0 else right).append(contour)
    if not left or not right:
        return FieldData()
    # The upper inner corners.
    a = max(point[0][0] for point in left[0])
    b = min(point[0][0] for point in right[0])
    if b <= a:
        return FieldData()
    middle = (a + b) / 2 - frame.shape[1] / 2
    return FieldData((SPACING * FOCAL / (b - a) - SETBACK) * INCH, math.degrees(math.atan2(middle, FOCAL)), True, abs(middle) < 10)


def targeting(camera, port, found):
    client = nt.Client(port, "targeting")
    for uid, name in enumerate(("distance", "offset"), 1):
        client.publish("/SmartDashboard/" + name, uid, "double")
    threading.Thread(target=lambda: [client.pump(1) for _ in iter(int, 1)], daemon=True).start()
    capture = cv2.VideoCapture(camera)
    distances, offsets = deque(maxlen=5), deque(maxlen=5)
    while True:
        ok, frame = capture.read()
        if not ok:
            continue
        data = find(frame)
        if data.target_in_view:
            distances.append(data.distance)
            offsets.append(data.offset)
            data.distance = sum(distances) / len(distances)
            data.offset = sum(offsets) / len(offsets)
        now = client.server_time()
        client.binary([1, now, 1, float(data.distance)], [2, now, 1, float(data.offset)])
        found.put(data)


def streaming(camera, port, found):
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=part")
            self.end_headers()
            seen = None
            while True:
                with changed:
                    changed.wait_for(lambda: latest[0] is not seen)
                    seen = latest[0]
                try:
                    self.wfile.write(b"--part\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(seen), seen))
                except OSError:
                    return

        def log_message(self, *_):
            pass

    latest, changed = [None], threading.Condition()
    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    capture, data = cv2.VideoCapture(camera), FieldData()
    while True:
        ok, frame = capture.read()
        if not ok:
            continue
        try:
            data = found.get_nowait()
        except queue.Empty:
            pass
        if data.target_in_view:
            height, width = frame.shape[:2]
            colour = (0, 255, 0) if data.is_centered else (0, 0, 255)
            cv2.rectangle(frame, (0, 0), (width - 1, height - 1), colour, 4)
            if not data.is_centered:
                to = int(width * (0.2 if data.offset < 0 else 0.8))
                cv2.arrowedLine(frame, (width // 2, int(height * 0.85)), (to, int(height * 0.85)), (0, 255, 255), 2)
        _, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 80])
        with changed:
            latest[0] = jpeg.tobytes()
            changed.notify_all()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    target, drive, port, view = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    found = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=targeting, args=(target, port, found)),
                 multiprocessing.Process(target=streaming, args=(drive, view, found))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
