"""A broker that can be made to misbehave: it takes what is published, and gives what a test says."""

import os
import socket
import struct
import threading


class Gone(Exception):
    """The client has."""


class Broker:
    """`mood` is what it does to a new connection: serve, mute, garbage, refuse, huge, cut."""

    def __init__(self, port, mood="serve"):
        self.mood, self.acknowledges = mood, True
        self.published = []         # (topic, payload, retain, qos, dup)
        self.queue, self.next = [], 0   # to give by QoS 1: what was acknowledged is done with
        self.n_connections, self.lock = 0, threading.Lock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            self.n_connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.mood == "garbage":
                client.sendall(os.urandom(1 + os.urandom(1)[0]))
                client.recv(1000)
            elif self.mood == "huge":
                self.greet(client)
                client.sendall(b"\x30\xff\xff\xff\x7f\x00\x01x" + bytes(1000))
            elif self.mood == "cut":
                self.greet(client)
                client.sendall(b"\x30\x64\x00\x01")
            elif self.mood == "refuse":
                self.packet(client)
                client.sendall(b"\x20\x02\x00\x05")
            elif self.mood == "mute":
                while client.recv(1000):
                    pass
            else:
                self.greet(client)
                while True:
                    self.take(client, *self.packet(client))
        except (Gone, OSError):
            pass
        finally:
            client.close()

    def read(self, client, n):
        data = b""
        while len(data) < n:
            part = client.recv(n - len(data))
            if not part:
                raise Gone
            data += part
        return data

    def packet(self, client):
        head, n, shift = self.read(client, 1)[0], 0, 0
        while True:
            byte = self.read(client, 1)[0]
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return head, self.read(client, n)

    def greet(self, client):
        head, _ = self.packet(client)
        assert head == 0x10
        client.sendall(b"\x20\x02\x00\x00")

    def take(self, client, head, body):
        kind, qos = head >> 4, head >> 1 & 3
        if kind == 3:
            n = struct.unpack(">H", body[:2])[0]
            rest = body[2 + n + (2 if qos else 0):]
            with self.lock:
                self.published.append((body[2:2 + n].decode(), rest, head & 1, qos, head >> 3 & 1))
            if qos and self.acknowledges:
                client.sendall((b"\x40\x02" if qos == 1 else b"\x50\x02") + body[2 + n:4 + n])
        elif kind == 4:
            with self.lock:
                self.next += 1
            self.give(client)
        elif kind == 6:
            client.sendall(b"\x70\x02" + body)
        elif kind == 8:
            client.sendall(b"\x90\x03" + body[:2] + body[-1:])
            self.give(client)
        elif kind == 12:
            client.sendall(b"\xd0\x00")
        elif kind == 14:
            raise Gone

    def give(self, client):
        with self.lock:
            if self.next >= len(self.queue):
                return
            topic, payload, retain = self.queue[self.next]
        body = struct.pack(">H", len(topic)) + topic.encode() + struct.pack(">H", self.next % 65535 + 1) + payload
        size, n = b"", len(body)
        while True:
            size += bytes([n & 127 | (128 if n > 127 else 0)])
            n >>= 7
            if not n:
                break
        client.sendall(bytes([0x32 | retain]) + size + body)
