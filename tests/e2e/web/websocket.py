"""A client of WebSocket, by the standard library: as much as a test needs, and as hostile as one wants to be."""

import base64
import hashlib
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def request(port, path, protocol, host=None, head=""):
    key = base64.b64encode(os.urandom(16)).decode()
    return key, (f"GET {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\nUpgrade: websocket\r\n"
                 f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                 f"Sec-WebSocket-Protocol: {protocol}\r\n{head}\r\n").encode()


class Refused(Exception):
    pass


class WebSocket:
    def __init__(self, port, path, protocol, host=None, head="", timeout=60, wrap=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if wrap:
            self.socket = wrap(self.socket)
        key, text = request(port, path, protocol, host, head)
        self.socket.sendall(text)
        self.stream = self.socket.makefile("rb")
        self.status = int((self.stream.readline().split() or [0, 0])[1])
        self.headers = {}
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, value = line.decode().rstrip("\r\n").split(": ", 1)
            self.headers[name.lower()] = value
        if self.status != 101:
            body = self.stream.read(int(self.headers.get("content-length", 0))).decode()
            self.close()
            raise Refused(self.status, body)
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert self.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()
        self.protocol = self.headers["sec-websocket-protocol"]

    @staticmethod
    def frame(data, kind=TEXT, end=True):
        mask = os.urandom(4)
        n = len(data)
        length = (bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536
                  else b"\xff" + struct.pack(">Q", n))
        key = mask * (n // 4 + 1)
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(key[:n], "big")).to_bytes(n, "big")
        return bytes([(0x80 if end else 0) | kind]) + length + mask + masked

    def send(self, data, kind=TEXT):
        self.socket.sendall(self.frame(data.encode() if isinstance(data, str) else data, kind))

    def receive(self):
        """The next message, as its kind and its bytes; None: the connection has ended."""
        whole, kind = b"", None
        while True:
            head = self.stream.read(2)
            if len(head) < 2:
                return None
            n = head[1] & 0x7f
            assert not head[1] & 0x80, "a server's frames are not masked"
            if n >= 126:
                size = 2 if n == 126 else 8
                n = int.from_bytes(self.stream.read(size), "big")
            data = self.stream.read(n)
            if len(data) < n:
                return None
            opcode = head[0] & 15
            if opcode == PING:
                self.send(data, PONG)
                continue
            if opcode == PONG:
                continue
            whole, kind = whole + data, kind or opcode
            if head[0] & 0x80:
                return kind, whole

    def close(self):
        self.socket.close()
        self.stream.close()
