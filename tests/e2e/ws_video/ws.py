"""A client of WebSocket (RFC 6455), as far as tests need it."""
import base64, os, socket, struct, time


class Refused(Exception):
    pass


class Client:
    address = "127.0.0.1:80"  # of the server, for all

    def __init__(self, path, headers=None, buffer=None, query=""):
        host, port = self.address.rsplit(":", 1)
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        self.socket.connect((host, int(port)))
        lines = {"Host": self.address, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), **(headers or {})}
        self.began = time.monotonic()
        self.send(f"GET {path}{query} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n")
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status != 101:
            raise Refused(self.status)

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError("the server has closed the connection")
        self.data += data

    def take(self, n):
        while len(self.data) < n:
            self.more()
        data, self.data = self.data[:n], self.data[n:]
        return data

    def message(self):
        """Text as str, else bytes; a close ends it."""
        whole, kind = b"", 0
        while True:
            first, size = self.take(2)
            kind = kind or first & 15
            if size > 125:
                size, = struct.unpack(">H" if size == 126 else ">Q", self.take(2 if size == 126 else 8))
            data = self.take(size)
            if first & 15 == 8:
                raise EOFError(f"closed: {struct.unpack('>H', data[:2])[0] if data else ''}")
            if first & 15 > 8:
                continue
            whole += data
            if first & 128:
                return whole.decode() if kind == 1 else whole

    def say(self, kind, data, mask=b"\1\2\3\4", size=None):
        n = len(data) if size is None else size
        head = bytes([128 | kind]) + (bytes([128 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536
                                      else b"\xff" + struct.pack(">Q", n)) + mask
        self.send(head + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))


def status(path, **headers):
    """Of HTTP: 101 where it is welcome."""
    try:
        Client(path, {key.replace("_", "-"): value for key, value in headers.items()})
    except Refused as refused:
        return refused.args[0]
    return 101
