"""NetworkTables 4 for tests, written from its specification: WebSocket, MessagePack, a client and a robot's server."""

import base64
import json
import os
import select
import socket
import struct
import threading
import time

from ports import free_port

V41 = "v4.1.networktables.first.wpi.edu"
V40 = "networktables.first.wpi.edu"
TYPES = {"boolean": 0, "double": 1, "int": 2, "float": 3, "string": 4, "json": 4,
         "boolean[]": 16, "double[]": 17, "int[]": 18, "float[]": 19, "string[]": 20}


def us():
    return time.monotonic_ns() // 1000


# ---- MessagePack ----

def pack(x):
    if x is None:
        return b"\xc0"
    if isinstance(x, bool):
        return b"\xc3" if x else b"\xc2"
    if isinstance(x, int):
        if 0 <= x < 128:
            return bytes([x])
        if -32 <= x < 0:
            return struct.pack("b", x)
        return struct.pack(">BQ", 0xcf, x) if x >= 0 else struct.pack(">Bq", 0xd3, x)
    if isinstance(x, float):
        return struct.pack(">Bd", 0xcb, x)
    if isinstance(x, str):
        data = x.encode()
        return (bytes([0xa0 | len(data)]) if len(data) < 32 else struct.pack(">BI", 0xdb, len(data))) + data
    if isinstance(x, bytes):
        return struct.pack(">BI", 0xc6, len(x)) + x
    return (bytes([0x90 | len(x)]) if len(x) < 16 else struct.pack(">BI", 0xdd, len(x))) + b"".join(map(pack, x))


def unpack(b, i=0):
    c = b[i]
    i += 1
    if c < 0x80:
        return c, i
    if c >= 0xe0:
        return c - 256, i
    if c in (0xc2, 0xc3):
        return c == 0xc3, i
    if 0x80 <= c < 0x90 or c in (0xde, 0xdf):
        n, i = (c & 15, i) if c < 0x90 else number(b, i, ">H" if c == 0xde else ">I")
        out = {}
        for _ in range(n):
            key, i = unpack(b, i)
            out[key], i = unpack(b, i)
        return out, i
    if c < 0xa0 or c in (0xdc, 0xdd):
        n, i = (c & 15, i) if c < 0xa0 else number(b, i, ">H" if c == 0xdc else ">I")
        out = []
        for _ in range(n):
            x, i = unpack(b, i)
            out.append(x)
        return out, i
    if c < 0xc0:
        return b[i:i + (c & 31)].decode(), i + (c & 31)
    sizes = {0xc4: ">B", 0xc5: ">H", 0xc6: ">I", 0xd9: ">B", 0xda: ">H", 0xdb: ">I"}
    if c in sizes:
        n, i = number(b, i, sizes[c])
        return (b[i:i + n] if c < 0xd9 else b[i:i + n].decode()), i + n
    return number(b, i, {0xca: ">f", 0xcb: ">d", 0xcc: ">B", 0xcd: ">H", 0xce: ">I", 0xcf: ">Q",
                         0xd0: ">b", 0xd1: ">h", 0xd2: ">i", 0xd3: ">q"}[c])


def number(b, i, form):
    return struct.unpack_from(form, b, i)[0], i + struct.calcsize(form)


def values(data):
    i, out = 0, []
    while i < len(data):
        x, i = unpack(data, i)
        out.append(x)
    return out


# ---- WebSocket ----

class Ended(Exception):
    pass


class Socket:
    """Frames over a connection whose handshake is done. Pings are answered unless `mute`."""

    def __init__(self, sock, masks, rest=b""):
        self.sock, self.masks, self.rest = sock, masks, rest
        self.mute, self.pings, self.lock = False, [], threading.Lock()

    def frame(self, op, data, final=True):
        head = bytes([(0x80 if final else 0) | op])
        mask = 0x80 if self.masks else 0
        n = len(data)
        head += (bytes([mask | n]) if n < 126 else struct.pack(">BH", mask | 126, n) if n < 65536
                 else struct.pack(">BQ", mask | 127, n))
        if self.masks:
            key = os.urandom(4)
            head += key
            data = bytes(c ^ key[i & 3] for i, c in enumerate(data))
        with self.lock:
            self.sock.sendall(head + data)

    def need(self, n):
        while len(self.rest) < n:
            got = self.sock.recv(65536)
            if not got:
                raise Ended
            self.rest += got

    def read(self):
        """The next message: ("text", "binary" or "ping", bytes)."""
        message, kind = b"", None
        while True:
            self.need(2)
            op, n, at = self.rest[0] & 15, self.rest[1] & 127, 2
            final, masked = self.rest[0] & 0x80, self.rest[1] & 0x80
            if n >= 126:
                self.need(10)
                n, at = number(self.rest, 2, ">H" if n == 126 else ">Q")
            key = b""
            if masked:
                self.need(at + 4)
                key, at = self.rest[at:at + 4], at + 4
            self.need(at + n)
            data, self.rest = self.rest[at:at + n], self.rest[at + n:]
            if key:
                data = bytes(c ^ key[i & 3] for i, c in enumerate(data))
            if op == 8:
                raise Ended
            if op == 9:
                self.pings.append(time.monotonic())
                if not self.mute:
                    self.frame(10, data)
                if kind is None:
                    return "ping", data
                continue
            if op == 10:    # of no use here
                continue
            kind = kind or ("text" if op == 1 else "binary")
            message += data
            if final:
                return kind, message

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


def ask(port, path="/nt/test", protocols=(V41,), timeout=10, host=None, origin=None):
    """The answer to an upgrade: the socket, its head, and what came behind it."""
    sock = socket.create_connection(("127.0.0.1", port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
    if origin:
        lines.append(f"Origin: {origin}")
    if protocols:
        lines.append("Sec-WebSocket-Protocol: " + ", ".join(protocols))
    sock.sendall("\r\n".join(lines + ["", ""]).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        got = sock.recv(4096)
        if not got:
            break
        head += got
    head, _, rest = head.partition(b"\r\n\r\n")
    return sock, head.decode(), rest


class Client:
    """A client; what comes is read when any client waits, unless it is deaf."""

    live = []

    def __init__(self, port, name="test", protocol=V41, measures=True):
        sock, head, rest = ask(port, f"/nt/{name}", (protocol,))
        assert head.startswith("HTTP/1.1 101"), head
        assert f"protocol: {protocol}" in head.lower(), head
        self.ws = Socket(sock, True, rest)
        self.said, self.got, self.topics, self.offset = [], [], {}, None
        self.deaf = False
        Client.live.append(self)
        if measures:
            self.measure()

    def measure(self):
        sent = us()
        self.offset = None
        self.binary([-1, 0, 2, sent])
        self.wait(lambda: self.offset is not None)

    def say(self, method, **params):
        self.ws.frame(1, json.dumps([{"method": method, "params": params}]).encode())

    def publish(self, name, uid, kind, **properties):
        self.say("publish", name=name, pubuid=uid, type=kind, properties=properties)

    def subscribe(self, *topics, uid=1, **options):
        self.say("subscribe", topics=list(topics), subuid=uid, options=options)

    def binary(self, *updates):
        self.ws.frame(2, b"".join(map(pack, updates)))

    def take(self, kind, data):
        if kind == "text":
            for message in json.loads(data):
                self.said.append((message["method"], message["params"]))
                if message["method"] == "announce":
                    self.topics[message["params"]["id"]] = message["params"]["name"]
        elif kind == "binary":
            for update in values(data):
                if update[0] == -1:
                    self.offset = update[1] + (us() - update[3]) // 2 - us()
                else:
                    self.got.append((self.topics.get(update[0]), *update[1:], time.monotonic()))

    def pump(self, seconds):
        """Reads for so long."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if not self.ws.rest and not select.select([self.ws.sock], [], [], max(0, left))[0]:
                return
            self.take(*self.ws.read())
            if left <= 0:
                return

    def wait(self, what, seconds=30):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, ("it never comes", self.said[-5:], self.got[-5:])
            for client in Client.live:
                if not client.deaf:
                    client.pump(0.01 if client is self else 0)

    def of(self, name):
        return [update for update in self.got if update[0] == name]

    def server_time(self):
        return us() + self.offset

    def close(self):
        Client.live.remove(self)
        self.ws.close()


# ---- A robot ----

class Robot:
    """A server from the specification that takes notes, and is as strict, or as careless, as is asked for."""

    def __init__(self, port=None, announces=True, answers=True, protocol=V41, clock=5_000_000):
        self.port = port or free_port()
        self.announces, self.answers, self.protocol, self.clock = announces, answers, protocol, clock
        self.start = us()
        self.notes, self.wrong, self.clients, self.lock = [], [], [], threading.RLock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(16)
        self.is_up = True
        threading.Thread(target=self.accept, daemon=True).start()

    def now(self):
        return us() - self.start + self.clock

    def accept(self):
        while self.is_up:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        import hashlib
        head = b""
        while b"\r\n\r\n" not in head:
            got = sock.recv(4096)
            if not got:
                return
            head += got
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
        fields = {key.lower(): value for key, value in fields.items()}
        offered = [p.strip() for p in fields["sec-websocket-protocol"].split(",")]
        if self.protocol not in offered:
            sock.close()
            return
        key = hashlib.sha1((fields["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        sock.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {base64.b64encode(key).decode()}\r\n"
                      f"Sec-WebSocket-Protocol: {self.protocol}\r\n\r\n").encode())
        client = Socket(sock, False, head.partition(b"\r\n\r\n")[2])
        client.path, client.synchronised, client.published = head.split()[1].decode(), False, {}
        client.names = {}
        with self.lock:
            self.clients.append(client)
        try:
            while True:
                kind, data = client.read()
                if kind == "ping":
                    continue
                with self.lock:
                    (self.text if kind == "text" else self.binary)(client, data)
        except (Ended, OSError):
            with self.lock:
                self.notes.append(("gone", time.monotonic()))
                if client in self.clients:
                    self.clients.remove(client)

    def text(self, client, data):
        if not client.synchronised:
            self.wrong.append(("text before the time is known", data))
        for message in json.loads(data):
            method, params = message["method"], message["params"]
            self.notes.append((method, params, time.monotonic()))
            if method == "publish":
                client.published[params["pubuid"]] = params
                if self.announces:
                    client.frame(1, json.dumps([{"method": "announce", "params": {
                        "name": params["name"], "id": 100 + params["pubuid"], "type": params["type"],
                        "pubuid": params["pubuid"], "properties": {}}}]).encode())
            elif method == "unpublish":
                client.published.pop(params["pubuid"], None)

    def binary(self, client, data):
        for uid, at, kind, value in values(data):
            if uid == -1:
                if at != 0:
                    self.wrong.append(("a measurement with a time", at))
                if self.answers:
                    client.frame(2, pack([-1, self.now(), kind, value]))
                    client.synchronised = True
                continue
            if not client.synchronised:
                self.wrong.append(("a value before the time is known", uid, at))
            if uid not in client.published:
                self.wrong.append(("a value that is not published", uid))
                continue
            params = client.published[uid]
            if TYPES.get(params["type"], 5) != kind:
                self.wrong.append(("another type", params, kind))
            self.notes.append(("value", params["name"], at, value, time.monotonic(), self.now()))

    def announce(self, name, ident, kind):
        self.tell(1, json.dumps([{"method": "announce", "params": {
            "name": name, "id": ident, "type": kind, "properties": {}}}]).encode())

    def unannounce(self, name, ident):
        self.tell(1, json.dumps([{"method": "unannounce", "params": {"name": name, "id": ident}}]).encode())

    def give(self, ident, kind, value, at=None):
        self.tell(2, pack([ident, self.now() if at is None else at, TYPES.get(kind, 5), value]))

    def tell(self, op, data):
        with self.lock:
            for client in self.clients:
                client.frame(op, data)

    def said(self, what):
        with self.lock:
            return [note for note in self.notes if note[0] == what]

    def of(self, name):
        with self.lock:
            return [note for note in self.notes if note[0] == "value" and note[1] == name]

    def there(self):
        """The names of the topics that are published now."""
        with self.lock:
            return {params["name"] for client in self.clients for params in client.published.values()}

    def stop(self):
        self.is_up = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            for client in list(self.clients):
                client.close()
