"""What strangers and broken clients do to --serve: see web_hostile.sh."""

import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import time

from websocket import BINARY, CLOSE, PING, PONG, Refused, WebSocket, request

PATIENCE = float(os.environ.get("TEST_PATIENCE", "10"))
random.seed(7)


def within(seconds, what, wanted):
    until = time.monotonic() + seconds * PATIENCE
    while not (got := what()):
        assert time.monotonic() < until, wanted
        time.sleep(0.02)
    return got


class Program:
    def __init__(self):
        for name, text in ("token", "a" * 32), ("view", "b" * 32):
            with open(name, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(text + "\n")
        self.process = subprocess.Popen(
            ["./foxglove", "--serve", "0", "--serve-token-file", "token", "--serve-view-token-file", "view",
             "--serve-origins", "https://app.example,http://other.example:81", "--quiet"], stderr=open("said.txt", "wb"))
        line = within(10, lambda: re.search(r"serving http://127\.0\.0\.1:(\d+)/", open("said.txt").read()), "it serves")
        self.port, self.token, self.view = int(line[1]), "a" * 32, "b" * 32

    def path(self, token=None):
        return f"/ws?token={token or self.token}"

    def open(self, protocol="pkd.v1", token=None, **how):
        return WebSocket(self.port, self.path(token), protocol, **how)

    def console(self):
        for pid in open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split():
            if open(f"/proc/{pid}/comm").read() == "console\n":
                return int(pid)
        raise AssertionError("there is no console")

    def healthy(self):
        """Who asks properly is answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5 * PATIENCE) as client:
            client.sendall(f"GET /healthz?token={self.token} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            assert client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")


def refused(program, protocol="pkd.v1", **how):
    try:
        program.open(protocol, **how).close()
    except Refused as why:
        return why.args[0]
    return 101


def ask(client, method, **parameters):
    client.send(json.dumps({"id": 1, "method": method, "parameters": parameters}))
    while True:
        line = json.loads(client.receive()[1])
        if "id" in line and not line.get("more"):
            return line


def who_may(program):
    assert refused(program, host="rebound.example") == 421
    assert refused(program, host=f"rebound.example:{program.port}") == 421
    for origin, status in (("http://rebound.example", 403), ("null", 403), ("https://app.example", 101),
                           ("https://app.example.evil", 403), ("http://other.example:81", 101), ("http://other.example", 403),
                           (f"http://127.0.0.1:{program.port}", 101), ("http://127.0.0.1:1", 403)):
        assert refused(program, head=f"Origin: {origin}\r\n") == status, origin
    assert refused(program, head="Sec-Fetch-Site: cross-site\r\n") == 403
    assert refused(program, head="Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n") == 101
    assert refused(program, token="c" * 32) == 401
    # Names of protocols that are none, or not for strangers.
    for protocols, status in (("", 400), ("http", 400), ("pkd lane", 400), ("pkd", 400), ("pkd.v1x", 400)):
        assert refused(program, protocols) == status, protocols
    for protocols in "http, pkd.v1", "pkd lane, pkd.v1", "pkd mjpeg, foxglove.sdk.v1":
        try:
            with_it = program.open(protocols)
            assert with_it.protocol in ("pkd.v1", "foxglove.sdk.v1", "http")
            with_it.close()
        except (Refused, ConnectionError, AssertionError, KeyError):
            pass  # as long as nobody dies of it


def only_looks(program):
    client = program.open(token=program.view)
    client.receive()
    assert "parameters" in ask(client, "status")
    assert "parameters" in ask(client, "get")
    for method, parameters in (("set", {"values": {"m.step": 5}}), ("stop", {}), ("pause", {"nodes": ["m"]}),
                               ("call", {"node": "m", "command": "greet", "arguments": {"name": "x"}}), ("trace", {"on": True})):
        assert ask(client, method, **parameters)["error"] == "read_only", method
    client.close()
    client = program.open("foxglove.sdk.v1", token=program.view)
    client.send(json.dumps({"op": "setParameters", "parameters": [{"name": "m.step", "value": 5}], "id": "s"}))
    seen = b""
    while b"only look" not in seen:
        seen = client.receive()[1]
    client.close()


def nonsense(program):
    """Frames and texts that break rules: at most that client is closed."""
    texts = ["", "{", "[]", "1", "null", '{"op":1}', '{"op":"subscribe"}', '{"op":"subscribe","subscriptions":7}',
             '{"op":"subscribe","subscriptions":[7,{},{"id":-1},{"id":1,"channelId":999},{"id":1.5,"channelId":1}]}',
             '{"op":"subscribe","subscriptions":[{"id":4294967296,"channelId":1}]}',
             '{"op":"unsubscribe","subscriptionIds":[1,"x",{}]}', '{"op":"getParameters","parameterNames":["no such"]}',
             '{"op":"getParameters","parameterNames":[[[[]]]],"id":"' + "x" * 500 + '"}',
             '{"op":"setParameters","parameters":[{"name":"m.step"}]}', '{"op":"setParameters","parameters":[1]}',
             '{"op":"setParameters","parameters":[{"name":"m.step","value":[1,[2],{"a":3}]}]}',
             '{"op":"setParameters","parameters":[{"name":"m.step","value":[' + "1," * 9000 + '1]}]}',
             '{"op":"advertise","channels":[]}', "[" * 3000, '{"op":"' + "x" * 60000 + '"}', '{"op":"\\u0000"}']
    binaries = [b"", b"\x01", b"\x02", b"\x02" * 13, b"\x02" + struct.pack("<III", 1, 1, 0xffffffff),
                b"\x02" + struct.pack("<III", 1, 1, 4) + b"json", b"\x02" + struct.pack("<III", 0, 1, 4) + b"json{}",
                b"\x02" + struct.pack("<III", 0xffffffff, 1, 4) + b"json{}",
                b"\x02" + struct.pack("<III", 1, 1, 4) + b"json{\"name\":" + b"[" * 100, b"\xff" * 60000]
    for protocol in "foxglove.sdk.v1", "foxglove.websocket.v1":
        client = program.open(protocol)
        for text in texts:
            client.send(text)
        for data in binaries:
            client.send(data, BINARY)
        client.send(json.dumps({"op": "getParameters", "parameterNames": [], "id": "last"}))
        while b'"last"' not in (got := client.receive() or (0, b'"last"'))[1]:
            pass
        assert got[0], "a client that says nonsense only is closed"
        client.close()
    # An end of a line in what goes on to the console begins no request of its own.
    for eol in "\n", "\r\n", "\r":
        stop = eol + '{"method":"set","parameters":{"values":{"m.step":77}}}' + eol
        client = program.open("foxglove.sdk.v1")
        client.send('{"op":"getParameters","parameterNames":["m.step",' + stop + '],"id":"1"}')
        client.send('{"op":"setParameters","parameters":[{"name":"m.label","value":{"a":' + stop + '}}],"id":"2"}')
        client.send('{"op":"setParameters","parameters":[{"name":"m.label","value":[' + stop + ']}],"id":"3"}')
        client.send(json.dumps({"op": "setParameters", "parameters": [{"name": "m" + stop, "value": stop}], "id": "4"}))
        client.send(json.dumps({"op": "getParameters", "parameterNames": ["m.step"], "id": "last"}))
        while b'"last"' not in (got := client.receive() or (0, b'"last"'))[1]:
            pass
        assert json.loads(got[1])["parameters"][0]["value"] != 77, "a name is a request"
        client.close()
    for protocol in "pkd.v1", "foxglove.sdk.v1":
        for raw in (b"\x81\x05hello", b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"\x89\xfe\x01\x00" + b"\0" * 260,
                    b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0", b"\x80\x80\0\0\0\0", os.urandom(3000), b"\x81\xfe\xff\xff\0\0\0\0" + b"x" * 300):
            client = program.open(protocol)
            try:
                client.socket.sendall(raw)
                client.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            client.close()
    program.healthy()
    # What waits is bounded: who asks for ever and reads nothing is closed.
    client = program.open("foxglove.sdk.v1")
    client.socket.settimeout(20 * PATIENCE)
    try:
        for _ in range(20000):
            client.send('{"op":"subscribeConnectionGraph"}')
        raise AssertionError("it takes 20000 requests and sends no answer")
    except OSError:
        pass
    client.close()
    program.healthy()


def slow(program):
    """Who reads slowly has the newest, and keeps nobody waiting."""
    clients = []
    for _ in range(8):
        client = program.open("foxglove.sdk.v1")
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while client.receive()[1].find(b'"advertise"') < 0:
            pass
        client.send(json.dumps({"op": "subscribe", "subscriptions": [{"id": i, "channelId": i} for i in range(1, 12)]}))
        clients.append(client)
    before = open(f"/proc/{program.console()}/statm").read().split()
    client = program.open("foxglove.sdk.v1")
    channels = None
    while channels is None:
        message = client.receive()
        if message[0] == 1 and b'"advertise"' in message[1]:
            channels = json.loads(message[1])["channels"]
    n = next(one["id"] for one in channels if one["topic"] == "/m/n")
    client.send(json.dumps({"op": "subscribe", "subscriptions": [{"id": 1, "channelId": n}]}))
    frames = []
    while len(frames) < 60:
        kind, data = client.receive()
        if kind == BINARY and data[0] == 1:
            frames.append(struct.unpack("<Q", data[17:25])[0])
    assert len(set(frames)) == len(frames) and sorted(frames) == frames
    after = open(f"/proc/{program.console()}/statm").read().split()
    grown = (int(after[1]) - int(before[1])) * 4096
    assert grown < 64 << 20, f"the console has grown by {grown} bytes"
    for one in clients:
        one.close()
    client.close()


def logs(program):
    """As many as there may be, each with the log: none takes the place of another, and one more is told so."""
    clients = []
    for _ in range(64):
        client = program.open("foxglove.sdk.v1")
        while b'"advertise"' not in (got := client.receive()[1]):
            pass
        log = next(one["id"] for one in json.loads(got)["channels"] if one["topic"] == "/rosout")
        client.send(json.dumps({"op": "subscribe", "subscriptions": [{"id": i, "channelId": log} for i in range(3)]}))
        clients.append(client)
    try:
        program.open("foxglove.sdk.v1")
        raise AssertionError("there are more than 64")
    except Refused as why:
        assert why.args == (503, "there are too many WebSockets\n"), why.args
    for client in clients:
        client.send(json.dumps({"op": "getParameters", "parameterNames": ["m.step"], "id": "last"}))
        wanted, seen = {b'"last"', b"subscription to the log already", b"the frame is "}, set()
        while seen != wanted:
            got = client.receive()
            assert got and got[0] != CLOSE, f"one is closed: {got}"
            seen |= {word for word in wanted if word in got[1]}
    for client in clients:
        client.close()

    def all_gone():
        return len(os.listdir(f"/proc/{program.console()}/fd")) < 60
    within(10, all_gone, "descriptors stay open")


def crowd(program):
    """A thousand connections: some say nothing, some a part, some are WebSockets that vanish."""
    console, crowd = program.console(), []
    whole = request(program.port, program.path(), "pkd.v1")[1]
    for i in range(1000):
        try:
            client = socket.create_connection(("127.0.0.1", program.port), timeout=10 * PATIENCE)
        except OSError:
            continue
        if i % 3 == 1:
            client.sendall(whole[:random.randrange(1, len(whole) - 1)])
        elif i % 3 == 2:
            client.sendall(whole)
            if i % 2:  # at once, with a reset
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                continue
        crowd.append(client)
    program.healthy()
    descriptors = len(os.listdir(f"/proc/{console}/fd"))
    assert descriptors < 400, f"{descriptors} descriptors are open"
    for client in crowd:
        client.close()

    def again():
        try:
            client = program.open()
        except (Refused, OSError):
            return False
        assert client.receive()[0] == 1
        client.close()
        return True
    within(10, again, "nobody is let in again")
    assert program.console() == console, "the console has died"
    within(10, lambda: len(os.listdir(f"/proc/{console}/fd")) < 60, "descriptors stay open")


def half_open(program):
    """An end that answers no ping is given up; one that does is not."""
    dead, alive = program.open(), program.open()
    dead.receive()
    alive.receive()
    alive.socket.settimeout(60 * PATIENCE)
    got = []
    while PING not in got:  # asked after 8 s of silence
        head = alive.stream.read(2)
        got.append(head[0] & 15)
        alive.stream.read(head[1] & 0x7f)
    alive.send(b"", PONG)
    dead.socket.settimeout(60 * PATIENCE)
    began = time.monotonic()
    while dead.stream.read(1):
        pass
    assert time.monotonic() - began < 40 * PATIENCE
    assert "parameters" in ask(alive, "ping")


def images(program):
    path = f"/stream/cam.frame.mjpg?token={program.view}&width=160&rate=20"

    def get(path, method="GET"):
        client = socket.create_connection(("127.0.0.1", program.port), timeout=5 * PATIENCE)
        client.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\n\r\n".encode())
        return client
    client = get(path)
    stream = client.makefile("rb")
    assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
    data = b""
    while data.count(b"\r\n--picture\r\nContent-Type: image/jpeg\r\n\r\n") < 5:
        data += stream.read(1024)
    parts = data.split(b"\r\n--picture\r\nContent-Type: image/jpeg\r\n\r\n")[1:-1]
    for part in parts:
        assert part.startswith(b"\xff\xd8") and part.endswith(b"\xff\xd9")
        at = part.index(b"\xff\xc0")
        assert struct.unpack(">HH", part[at + 5:at + 9]) == (90, 160)
    stream.close()
    client.close()
    for wrong, status in (("/stream/cam.frame.mjpg", 401), ("/stream/m.n.mjpg", 404), ("/stream/.mjpg", 404), ("/stream/" + "x" * 3000 + ".mjpg", 404)):
        with get(wrong + ("" if status == 401 else f"?token={program.token}")) as client:
            assert client.recv(12) == f"HTTP/1.1 {status}".encode(), wrong
    # Sixteen different wishes, and one more is told so; as soon as one goes there is room.
    many = []

    def one_more():
        client = get(f"{path}&quality={len(many) + 1}")
        if client.recv(12, socket.MSG_WAITALL) != b"HTTP/1.1 200":
            return client.close()  # one that has gone is not forgotten yet
        many.append(client)
        return True
    for _ in range(16):
        within(5, one_more, "there are not sixteen pictures")
    with get(path + "&quality=17") as client:
        answer = b""
        while got := client.recv(4096):
            answer += got
        assert answer.startswith(b"HTTP/1.1 503 ") and answer.endswith(b"too many different pictures are looked at\n"), answer
    for client in many:
        client.close()

    def again():
        with get(path) as client:
            return client.recv(12) == b"HTTP/1.1 200"
    within(5, again, "no picture for a newcomer")
    # Who reads nothing keeps nobody.
    waiting = [get(path) for _ in range(5)]
    program.healthy()
    for client in waiting:
        client.close()


running = Program()
try:
    for name in sys.argv[1:]:
        began = time.monotonic()
        globals()[name](running)
        print(f"{name} {time.monotonic() - began:.1f} s")
        assert running.process.poll() is None
    assert "console was killed" not in open("said.txt").read(), open("said.txt").read()
    running.process.terminate()
    assert running.process.wait(10 * PATIENCE) == 0
finally:
    running.process.kill()
