#!/usr/bin/env python3
"""One camera of 720p at 30 pictures a second, by RTSP: decoded once for four who look at it, and sent on undecoded. pkd,
GStreamer and FFmpeg beside each other: what each takes of a CPU, and of how many pictures. Then how much later than
a bare receiver a browser's socket has a picture from pkd.

    tests/bench/cameras.py [SECONDS]
"""
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
B = Path(os.environ.get("B", ROOT / "build")).resolve()
WORK = B / "bench-cameras"
PYTHON = "/usr/bin/python3"  # Debian's: its GStreamer is for it
TICK = os.sysconf("SC_CLK_TCK")
sys.path.insert(0, str(ROOT / "tests/e2e/ws_video"))

import ws  # noqa: E402


def environment():
    found = list((B / "gst/usr/lib").glob("*-linux-gnu*"))
    if not found:
        return dict(os.environ)
    return {**os.environ, "LD_LIBRARY_PATH": str(found[0]), "GI_TYPELIB_PATH": f"{found[0]}/girepository-1.0",
            "GST_PLUGIN_PATH": f"{found[0]}/gstreamer-1.0", "GST_REGISTRY": str(WORK / "registry.bin")}


def tree(pid):
    found, rest = [], [pid]
    while rest:
        one = rest.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                rest += map(int, Path(f"/proc/{one}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def cpu(pid):
    total = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def serve():
    port = WORK / "port"
    port.unlink(missing_ok=True)
    server = subprocess.Popen([PYTHON, ROOT / "tests/e2e/cameras/server.py", port, "0", "viewer:secret", WORK / "film.mkv"],
                              env={**environment(), "SHARED": "1"}, stderr=subprocess.DEVNULL)
    while not port.exists():
        if server.poll() is not None:
            sys.exit("no RTSP server: tests/setup.sh --tests")
        time.sleep(0.05)
    return server, f"127.0.0.1:{port.read_text().strip()}/cam0"


class Client(threading.Thread):
    """A browser's socket: takes the packets, and notes when each came and how it ends."""

    def __init__(self, port, form):
        super().__init__(daemon=True)
        self.port, self.form, self.came = port, form, {}

    def run(self):
        while True:
            try:
                ws.Client.address = f"127.0.0.1:{self.port}"
                client = ws.Client("/ws/stream/0", query=f"?format={self.form}")
                while True:
                    data = client.message()
                    if isinstance(data, bytes):
                        self.came[data[-32:].hex()] = time.monotonic()
            except (OSError, EOFError, ws.Refused, struct.error):
                time.sleep(0.1)


def pkd(address, form="fmp4"):
    port = free_port()
    (WORK / "password").write_text("secret")
    client = Client(port, form)
    client.start()
    return [WORK / "cameras", "--source", f"rtsp://{address}", "--port", str(port), "--password", f"@{WORK}/password"], client


def gstreamer(address, kind="four"):
    return [PYTHON, HERE / "peers/cameras.py", kind, f"rtsp://viewer:secret@{address}"], None


def ffmpeg(address):
    sinks = [word for name in "abcd" for word in ("-map", f"[{name}]", "-f", "null", "-")]
    muxed = ["-map", "0:v", "-c", "copy", "-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_every_frame", "-y", "/dev/null"]
    return ["ffmpeg", "-v", "info", "-nostdin", "-rtsp_transport", "tcp", "-i", f"rtsp://viewer:secret@{address}",
            "-filter_complex", "[0:v]split=4[a][b][c][d]", *sinks, *muxed], None


def measure(name, command, seconds):
    log = open(WORK / f"{name}.log", "w", encoding="utf-8")
    program = subprocess.Popen(command, stdout=log, stderr=log, cwd=WORK, env=environment())
    try:
        time.sleep(3)
        used, began = cpu(program.pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu(program.pid) - used) / (time.monotonic() - began)
    finally:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
        log.close()
    text = (WORK / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    return share, text


def n_frames(name, text):
    if name == "pkd":
        return min(int(n) for n in re.findall(r"^  take\S*\s+(\d+)", text, re.M))
    if name == "GStreamer":
        return int(text.split()[-1])
    return int(re.findall(r"frame=\s*(\d+)", text)[-1])


def latency(address, seconds):
    """How much later than a bare receiver of the same camera, in ms, for each picture."""
    command, client = pkd(address, "raw")
    with open(WORK / "late.log", "w", encoding="utf-8") as log:
        program = subprocess.Popen(command, stdout=log, stderr=log, cwd=WORK)
        bare = subprocess.Popen(gstreamer(address, "bare")[0], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                env=environment())
    time.sleep(seconds + 3)
    bare.terminate()
    program.terminate()
    at = dict(reversed(line.split()) for line in bare.communicate(timeout=10)[0].splitlines())
    program.wait(10)
    return sorted(1000 * (came - float(at[end])) for end, came in client.came.items() if end in at)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    WORK.mkdir(parents=True, exist_ok=True)
    film = WORK / "film.mkv"
    if not film.exists():
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=300", "-pix_fmt", "yuv420p",
                        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params", "sliced-threads=0", "-g",
                        "60", "-crf", "28", film], check=True)
    subprocess.run([B / "pkdc", "build", HERE / "programs/cameras.pkd", "-o", WORK / "cameras"], check=True)
    server, address = serve()
    try:
        print(f"{'':12}{'CPU':>8}{'of GStreamer':>14}{'pictures to each':>18}")
        shares = {}
        for name, begin in (("GStreamer", gstreamer), ("FFmpeg", ffmpeg), ("pkd", pkd)):
            shares[name], text = measure(name, begin(address)[0], seconds)
            print(f"{name:12}{100 * shares[name]:7.1f}%{shares[name] / shares['GStreamer']:13.2f}x{n_frames(name, text):>18}")
        late = latency(address, seconds)
        if late:
            print(f"behind a bare receiver (rtspsrc, depayloader): p50 {late[len(late) // 2]:.1f} ms, "
                  f"p95 {late[len(late) * 95 // 100]:.1f} ms, of {len(late)} pictures")
    finally:
        server.terminate()
        server.wait()


main()
