"""Looks at the streams of shown.pkd, with the protocol and with `pkd echo`; in the directory of the test."""

import glob
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib

PATIENCE = 30 * float(os.environ.get("TEST_PATIENCE", 10)) / 10


def wait(what, condition):
    until = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < until, "there is no " + what
        time.sleep(0.005)


def start(*command):
    for left in glob.glob("place/*.sock"):
        os.unlink(left)
    program = subprocess.Popen(command, stderr=open("said", "a"))
    wait("socket", lambda: glob.glob("place/*.sock"))
    return program


def console(program):
    for pid in open(f"/proc/{program.pid}/task/{program.pid}/children").read().split():
        if "console" in open(f"/proc/{pid}/cmdline").read():
            return int(pid)
    return None


class Client:
    def __init__(self):
        def connect():
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(PATIENCE)
            try:
                client.connect(glob.glob("place/*.sock")[0])
                return client
            except (ConnectionRefusedError, IndexError):
                return None
        self.socket = wait("console", connect)
        self.lines = self.socket.makefile("r")
        assert "pkd" in json.loads(self.lines.readline())

    def send(self, method, **parameters):
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\n")

    def line(self):
        text = self.lines.readline()
        return json.loads(text) if text else None

    def echo(self, **parameters):
        """All lines of an answer, without the first."""
        self.send("echo", **parameters)
        answer = [self.line()]
        while answer[-1].get("more"):
            answer.append(self.line())
            assert len(answer) < 3000, "it goes on"
        assert "stream" in answer[0].get("parameters", {}), answer[0]
        return [line["parameters"] for line in answer[1:]]

    def refused(self, error, **parameters):
        self.send("echo", **parameters)
        line = self.line()
        assert line.get("error") == error, (parameters, line)
        return line["message"]


def f32(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def mark_of(f):
    return {"at": {"x": f32(f * 0.5), "y": -1}, "corners": [0, -(f % 1000), -2 * (f % 1000)],
            "name": f'é"{f}', "code": f"{f % 256:02x}ab", "level": ["low", "mid", "high"][f % 3],
            "seen": f * 1000000, "ok": f % 2 == 0, "history": [f] * (f % 9), "bad": None}


def check_values(client):
    """Every line is the value of its frame, and counts on."""
    seq = 0
    for line in client.echo(stream="m.n", count=100)[:-1]:
        assert line["value"] == line["frame"] == line["seq"], line
        assert line["time_ns"] == 1000 * line["frame"] and "age_ns" not in line, line
        assert not seq or line["seq"] == seq + 1 + line.get("skipped", 0), (seq, line)
        seq = line["seq"]
    marks = client.echo(stream="m.mark", count=30)
    for line in marks[:-1]:
        assert line["value"] == mark_of(line["frame"]), line
    assert marks[-1]["shown"] == 30 and marks[-1]["end"] == "count", marks[-1]
    assert len(marks) == 31
    for line in client.echo(stream="r", count=5)[:-1]:
        f = line["frame"]
        assert line["value"] == f + f % 9 + f % 256 + 126 + 1000000000 + f, line
    line = client.echo(stream="m.big", count=1)[0]
    assert line["too_large"] == 96008 and "value" not in line, line
    line = client.echo(stream="m.mark", count=1, values=False)[0]
    assert "value" not in line and line["frame"] == line["seq"], line
    image = client.echo(stream="m.picture", count=1)[0]
    assert image["value"] == {"width": 40, "height": 20, "format": "bgr24"}, image
    began = time.monotonic()
    assert len(client.echo(stream="m.n", count=4, every_ms=50)) == 5
    assert time.monotonic() - began > 0.14, "four in less than three times 50 ms"


def check_refusals(client):
    assert client.refused("unknown_stream", stream="m.marc").endswith("did you mean 'm.mark'?")
    assert "there are m.n, m.mark, m.picture" in client.refused("unknown_stream", stream="elephants")
    client.refused("unknown_stream", stream="m")
    client.refused("unknown_stream", stream="")
    client.refused("unknown_stream", stream="x" * 1000)
    assert "no pixels: they are u64" in client.refused("invalid_parameter", stream="m.n", pixels=True)
    for name, values in {"stream": [1, None, [], {}, True, "x" * 5000],
                         "count": [0, -1, 1.5, "1", [], True, 10**30],
                         "every_ms": [0, -1, 3600001, {}], "values": [0, "true"],
                         "pixels": [1, None]}.items():
        for value in values:
            client.refused("invalid_parameter", **{"stream": "m.picture", name: value})
    client.send("echo")
    assert client.line()["error"] == "invalid_parameter"


def check_interrupted(client):
    """Whoever asks something else is answered, and the looking has an end."""
    client.send("echo", stream="m.n")
    for _ in range(5):
        assert client.line()["more"]
    client.send("status")
    lines = [client.line()]
    while "program" not in lines[-1]["parameters"]:
        lines.append(client.line())
        assert len(lines) < 3000, "it goes on"
    last = next(line for line in lines if "end" in line.get("parameters", {}))
    assert last["parameters"]["end"] == "request" and "more" not in last, last
    assert lines[-1]["parameters"]["program"]["phase"] == "running"
    # One that goes away in the middle takes nothing with it.
    for _ in range(20):
        gone = Client()
        gone.send("echo", stream="m.picture", pixels=True)
        gone.line()
        gone.socket.close()
    # One that does not read costs nobody anything.
    lazy = Client()
    lazy.send("echo", stream="m.mark")
    assert client.echo(stream="m.n", count=20)[-1]["shown"] == 20


def many(n):
    """Several look at several streams."""
    clients = [Client() for _ in range(n)]
    for i, client in enumerate(clients):
        client.send("echo", stream=["m.n", "m.mark", "r.sum"][i % 3], count=20)
    for i, client in enumerate(clients):
        lines = []
        while not lines or lines[-1].get("more"):
            lines.append(client.line())
        assert lines[-1]["parameters"]["shown"] == 20, lines[-1]
        for line in lines[1:-1]:
            value = line["parameters"]
            assert i % 3 or value["value"] == value["frame"], line
            assert i % 3 != 1 or value["value"] == mark_of(value["frame"]), line


def read_png(path):
    """Width, height, bytes a pixel, rows: of what pkd writes, with the filters None and Sub."""
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        assert struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0] == zlib.crc32(kind + body), kind
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        at += 12 + n
    assert kind == b"IEND"
    size = {0: 1, 2: 3, 6: 4}[colour] * depth // 8
    raw, rows = zlib.decompress(packed), []
    for y in range(height):
        row = bytearray(raw[y * (width * size + 1):(y + 1) * (width * size + 1)])
        for x in range(size + 1, len(row)):
            row[x] = (row[x] + row[x - size] * (row[0] == 1)) % 256
        rows.append(row[1:])
    return width, height, size, rows


def run(*command, status=0):
    done = subprocess.run(["pkd", *command], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == status, (command, done)
    return done.stdout if status == 0 else done.stderr


def check_command():
    for line in run("echo", "m.n", "--count", "5").splitlines():
        assert line.split()[0] == line.split()[1], line
    assert json.loads(run("echo", "m.mark", "shown", "-n1", "--value"))["level"] in ("low", "mid", "high")
    line = json.loads(run("echo", "shown", "m.n", "--json", "--count", "1", "--rate", "50"))
    assert line["value"] == line["frame"], line
    assert "96008 bytes, too large for a line" in run("echo", "m.big", "-n", "1")
    assert run("echo", "m.bik", status=1) == "pkd: there is no stream 'm.bik'; did you mean 'm.big'?\n"
    assert run("echo", "m.n", "--rate", "0", status=2) == \
        "pkd: --rate is a number a second from 0.001 to 1000, not '0'\n"
    assert run("echo", "m.n", "--hz", "--png", "x", status=2) == "pkd: --hz and --png do not go together\n"
    hz = json.loads(run("echo", "m.n", "--hz", "--json", "-n", "1"))
    assert hz["rate"] > 0 and hz["values"] > 0 and hz["age_ns"] is None, hz


def check_images():
    if "built without zlib" in subprocess.run(["pkd", "echo", "m.n", "--png", "x"], capture_output=True,
                                              text=True, check=False).stderr:
        print("no images: pkd was built without zlib")
        return
    files = run("echo", "m.picture", "--png", "pictures", "--count", "3").split()
    assert len(files) == 3 and sorted(os.listdir("pictures")) == [os.path.basename(f) for f in files]
    for path in files:
        f = int(os.path.basename(path)[:-4])
        width, height, size, rows = read_png(path)
        assert (width, height, size) == (40, 20, 3)
        for y in range(20):
            assert rows[y] == bytes(c for x in range(40) for c in (f % 256, y * 9, x * 5)), (path, y)
    width, height, size, rows = read_png(run("echo", "m.yuv", "--png", "yuv", "-n", "1").strip())
    assert (width, height, size) == (41, 19, 3) and rows == [b"\x80" * 123] * 19, rows[0]
    assert "no pixels" in run("echo", "m.n", "--png", "none", "-n", "1", status=1)


def check_rows(path, frames):
    rows = open(path).read().split()
    assert len(rows) == frames + 1, len(rows)
    for f, row in enumerate(rows[1:], 1):
        assert row.split(",")[-1] == str(f + f % 9 + f % 256 + 126 + 1000000000 + f), row


def race(*options):
    """Of a writer at full speed no value is a mixture, wherever the values lie."""
    program = start("./race", "--quiet", *options)
    try:
        client, n = Client(), 0
        for line in client.echo(stream="r.shot", count=200)[:-1]:
            if line.get("too_fast"):
                continue
            assert line["value"]["words"] == [line["frame"]] * 200, line
            n += 1
        for line in client.echo(stream="r.small", count=200)[:-1]:
            assert line.get("too_fast") or line["value"] == line["frame"], line
        print(f"of 200 values of the race {n} were seen", *options)
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()


def pooled(program):
    """A pool has the name of its first worker, and shows what all of them make, in order."""
    program = start("./" + program, "--quiet")
    try:
        client = Client()
        for name in "w.n", "w_n.n":
            seq, frames = 0, []
            for line in client.echo(stream=name, count=60)[:-1]:
                assert line["value"] == line["frame"], line
                assert not seq or line["seq"] == seq + 1 + line.get("skipped", 0), (seq, line)
                assert not frames or line["frame"] - frames[-1] == line["seq"] - seq, (frames[-1], line)
                seq = line["seq"]
                frames.append(line["frame"])
            assert {frame % 3 for frame in frames} == {0, 1, 2}, frames
        assert len(client.echo(stream="w_2.n", count=5)) == 6
        assert "nobody reads 'w.odd'" in client.refused("unknown_stream", stream="w.odd")
        assert run("echo", "w", "--count", "3", "--value").split() != []
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()


def killed():
    """The writer dies many times, and the console in the middle of a line; no row is missing."""
    program = start("./shown", "--quiet", "--frames", "1500", "--period", "1ms", "--path", "killed.csv")
    looker = subprocess.Popen(["pkd", "echo", "m.mark", "--json"], stdout=open("looked", "w"),
                              stderr=open("looked.errors", "w"))
    try:
        for _ in range(8):
            client = Client()
            for line in client.echo(stream="m.mark", count=10):
                assert "end" in line or line["value"] == mark_of(line["frame"]), line
            if program.poll() is not None:
                break
            subprocess.run(["pkill", "-KILL", "-P", str(program.pid), "-f", "^shown: m$"], check=False)
        pid = console(program)
        os.kill(pid, signal.SIGKILL)
        assert looker.wait(PATIENCE) == 1
        assert "has closed the connection; it may have been killed" in open("looked.errors").read()
        for text in open("looked"):
            line = json.loads(text)
            assert "error" in line or line["value"] == mark_of(line["frame"]), line
        assert line["error"] == "lost", line
        # And the end of the program is the end of the stream.
        done = subprocess.run(["pkd", "echo", "r.sum", "--json"], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        assert done.returncode == 0, done
        assert json.loads(done.stdout.splitlines()[-1])["frame"] == 1500, done.stdout[-300:]
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()
        looker.kill()
    check_rows("killed.csv", 1500)


def looked_at():
    program = start("./shown", "--quiet", "--path", "looked.csv")
    try:
        client = Client()
        check_values(client)
        check_refusals(client)
        check_interrupted(client)
        many(9)
        check_command()
        check_images()
        last = Client()
        last.send("echo", stream="m.n")
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0
        lines = []
        while not lines or lines[-1]:
            lines.append(last.line())
            assert len(lines) < 100000, "it goes on"
        assert lines[-2] == {"event": "end", "status": 0} and lines[-3]["parameters"]["end"] == "stream", lines[-4:]
    finally:
        program.kill()
    check_rows("looked.csv", len(open("looked.csv").read().split()) - 1)


looked_at()
race()
race("--freeze", "all")
race("--single-process")
pooled("shares")
pooled("claims")
killed()
