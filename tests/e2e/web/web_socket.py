"""pkd.v1: see web_socket.sh."""

import json
import os
import re
import socket
import subprocess
import sys
import time

from websocket import BINARY, CLOSE, Refused, WebSocket

PATIENCE = float(os.environ.get("TEST_PATIENCE", "10"))


class Program:
    def __init__(self, *arguments, env=None):
        self.process = subprocess.Popen(["./blink", "--serve", "0", *arguments], stderr=open("said.txt", "wb"), env=env)
        until = time.monotonic() + 10 * PATIENCE
        while not (line := re.search(r"serving http://127\.0\.0\.1:(\d+)/\?token=(\w+)", open("said.txt").read())):
            assert time.monotonic() < until, "it does not say where it serves"
            time.sleep(0.01)
        self.port, self.token = int(line[1]), line[2]

    def get(self, path, head="", host=None):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5 * PATIENCE) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{self.port}'}\r\n"
                           f"Connection: close\r\n{head}\r\n".encode())
            text = client.makefile("rb").read()
        lines, _, body = text.partition(b"\r\n\r\n")
        first, *rest = lines.decode().split("\r\n")
        return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}, body

    def open(self, protocol="pkd.v1", **how):
        return WebSocket(self.port, f"/ws?token={self.token}", protocol, **how)

    def client(self, **how):
        client = Client(self.open(**how))
        assert client.next()["program"] == "blink"  # the greeting
        return client


class Client:
    """Of the console's protocol."""

    def __init__(self, socket):
        self.socket, self.n = socket, 0

    def next(self):
        kind, text = self.socket.receive()
        assert kind == 1, (kind, text)
        return json.loads(text)

    def ask(self, method, **parameters):
        """The objects of the answer."""
        self.n += 1
        self.socket.send(json.dumps({"id": self.n, "method": method, "parameters": parameters}))
        answer = []
        while True:
            line = self.next()
            if line.get("event"):
                continue
            assert line["id"] == self.n, line
            if "error" in line:
                return line
            answer.append(line["parameters"])
            if not line.get("more"):
                return answer


def refused(program, path, protocol="pkd.v1", **how):
    try:
        WebSocket(program.port, path, protocol, **how)
    except Refused as why:
        return why.args[0]
    raise AssertionError("it was taken")


def page(program):
    """The files of the page need no token; nothing else is said without one."""
    status, headers, body = program.get("/")
    assert status == 200 and headers["content-type"] == "text/html; charset=utf-8"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    names = re.findall(rb'(?:src|href)="([\w./-]+)"', body)
    assert names
    for name in names:
        status, headers, _ = program.get("/" + name.decode())
        assert status == 200, name
        assert headers["content-type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml", "image/png")
        assert headers["x-content-type-options"] == "nosniff"
    assert program.get("/", host="rebound.example")[0] == 421
    assert program.get("/", "Origin: http://other.example\r\n")[0] == 403
    assert program.get("/", "Sec-Fetch-Site: cross-site\r\n")[0] == 403
    assert program.get("/ws")[0] == 401
    assert program.get("/../index.html")[0] == 401


def who_may(program):
    path = f"/ws?token={program.token}"
    assert refused(program, "/ws") == 401
    assert refused(program, "/ws?token=" + "0" * 32) == 401
    assert refused(program, path, host="rebound.example") == 421
    assert refused(program, path, head="Origin: http://rebound.example\r\n") == 403
    assert refused(program, path, protocol="mqtt") == 400
    assert program.get(path)[0] == 426
    own = program.client(head=f"Origin: http://127.0.0.1:{program.port}\r\n")
    own.socket.close()


def asks(program):
    client = program.client()
    described = client.ask("describe")
    assert any(line.get("param", {}).get("name") == "n.step" for line in described)
    assert client.ask("set", values={"n.step": 7})[0]["clocks"] is not None
    assert client.ask("set", values={"n.step": 700})["error"] == "out_of_range"
    assert client.ask("call", node="take", command="reset", arguments={"to": 0})[0]["answer"]["node"] == "take"
    seen = [line for line in client.ask("echo", stream="n.n", count=5) if "value" in line]
    assert len(seen) == 5 and seen[-1]["value"] % 7 == 0, seen
    # In pieces, with line ends in it.
    text = b'{"id": 9,\r\n"method":\n"ping"}'
    client.socket.socket.sendall(WebSocket.frame(text[:5], end=False) + WebSocket.frame(text[5:], kind=0))
    while "took_ns" not in (line := client.next())["parameters"]:
        assert line["id"] == 9
    client.socket.close()


def several(program):
    """Each on its own, and each bounded."""
    clients = [program.client() for _ in range(12)]
    for client in clients:
        client.socket.send(json.dumps({"id": 1, "method": "echo", "parameters": {"stream": "n.n", "every_ms": 20}}))
    for client in clients:
        assert client.next()["parameters"]["stream"]["type"] == "i64"
    for _ in range(5):
        for client in clients:
            assert "value" in client.next()["parameters"]
    for client in clients:
        client.socket.close()


def limits(program):
    client = program.client()
    client.socket.send(b"x", BINARY)
    assert client.socket.receive()[0] == CLOSE
    client = program.client()
    client.socket.send("x" * 70000)
    kind, data = client.socket.receive()
    assert kind == CLOSE and int.from_bytes(data[:2], "big") == 1009, data
    clients = []
    while True:
        try:
            clients.append(program.client())
        except Refused as why:
            assert why.args[0] == 503 and "too many" in why.args[1]
            break
    assert 60 <= len(clients) <= 64, len(clients)
    for client in clients:
        assert client.ask("ping")
    for client in clients:
        client.socket.close()
    until = time.monotonic() + 5 * PATIENCE
    while True:
        try:
            program.client().socket.close()
            break
        except Refused:
            assert time.monotonic() < until, "closed ones are not forgotten"
            time.sleep(0.02)


def end(program):
    """The last line says how it ended."""
    client, other = program.client(), program.client()
    client.socket.send(json.dumps({"id": 1, "method": "stop"}))
    assert client.next() == {"id": 1, "parameters": {}}
    for one in client, other:
        assert one.next() == {"event": "end", "status": 0}
        kind, data = one.socket.receive()
        assert kind == CLOSE and int.from_bytes(data[:2], "big") == 1001
    assert program.process.wait(10 * PATIENCE) == 0


def without():
    """Without the library the rest works, and one line says so."""
    program = Program(env={**os.environ, "PKD_WEB_LIBRARY": ""})
    until = time.monotonic() + 5 * PATIENCE
    while "no page and no WebSocket" not in open("said.txt").read():
        assert time.monotonic() < until, "it does not say that there is no page"
        time.sleep(0.01)
    assert program.get(f"/healthz?token={program.token}")[0] == 200
    status, _, body = program.get(f"/?token={program.token}")
    assert status == 404 and b"libpkd_web.so" in body
    assert refused(program, f"/ws?token={program.token}") == 404
    program.process.terminate()
    assert program.process.wait(10 * PATIENCE) == 0


running = Program()
try:
    for part in page, who_may, asks, several, limits:
        part(running)
    end(running)
    without()
finally:
    running.process.kill()
sys.exit(0)
