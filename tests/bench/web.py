"""How old a picture is when a client of --serve has it, as JPEG and as H.264 over the Foxglove protocol: from publication in
the stream to the last byte at a client on this machine. 720p at 30 pictures a second, SECONDS each (10)."""

import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/e2e/web"))
from websocket import BINARY, TEXT, WebSocket  # noqa: E402

PROGRAM = """use video

node eye(frame: image<bgr24, 1280, 720>) {
    stateless
    step {= (void)in; =}
}

pipeline web() {
    cam = video.test(W: 1280, H: 720, rate: 30fps)
    eye(latest cam)
}
"""


def busy(pid):
    """Seconds of processor time."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def console(pid):
    for child in open(f"/proc/{pid}/task/{pid}/children").read().split():
        if open(f"/proc/{child}/comm").read() == "console\n":
            return int(child)
    raise SystemExit("there is no console")


def measure(program, port, token, topic, seconds):
    client = WebSocket(port, f"/ws?token={token}", "foxglove.sdk.v1")
    channels = None
    while channels is None:
        kind, data = client.receive()
        if kind == TEXT and (message := json.loads(data))["op"] == "advertise":
            channels = message["channels"]
    channel = next(one["id"] for one in channels if one["topic"] == topic)
    client.send(json.dumps({"op": "subscribe", "subscriptions": [{"id": 1, "channelId": channel}]}))
    ages, sizes, until, pid = [], [], time.monotonic() + seconds + 1, console(program.pid)
    first, began = None, 0.0
    while time.monotonic() < until:
        kind, data = client.receive()
        now = time.time_ns()
        if kind != BINARY or data[0] != 1:
            continue
        if first is None:
            first, began = time.monotonic(), busy(pid)
        if time.monotonic() - first < 1:
            continue  # the encoder begins
        ages.append((now - struct.unpack("<Q", data[5:13])[0]) / 1e6)
        sizes.append(len(data))
    took = busy(pid) - began
    client.close()
    ages.sort()
    print(f"{topic:18} {len(ages) / (seconds):5.1f}/s  p50 {statistics.median(ages):5.1f} ms  "
          f"p99 {ages[int(len(ages) * 0.99)]:5.1f} ms  {statistics.mean(sizes) / 1024:6.1f} KiB  "
          f"console {100 * took / (time.monotonic() - first):4.1f} % of a core")


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    pkdc = os.path.join(ROOT, os.environ.get("B", "build"), "pkdc")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("web.pkd", "w") as file:
            file.write(PROGRAM)
        subprocess.run([pkdc, "build", "web.pkd", "-o", "web"], check=True, env={**os.environ, "PKD_CACHE": folder})
        program = subprocess.Popen(["./web", "--quiet", "--serve", "0"], stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "PKD_DIR": os.path.join(folder, "place")})
        try:
            line = re.search(r":(\d+)/\?token=(\w+)", program.stderr.readline())
            for topic in "/cam/frame/jpeg", "/cam/frame/h264":
                measure(program, int(line[1]), line[2], topic, seconds)
        finally:
            program.terminate()
            program.wait()


main()
