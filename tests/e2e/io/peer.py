"""The other end of a connection: what it is told to do comes as lines of its standard input, what it receives goes
to its standard output as it is.

    peer.py tcp PORT_FILE [PORT]      accepts one client after the other
    peer.py unix PATH                 likewise
    peer.py client HOST PORT          connects, and stays after the other end has closed
    peer.py pty LINK                  the master of a terminal; LINK names its other side
    peer.py udp PORT_FILE             receives; sends to --to HOST:PORT

    TEXT            is sent, with a line feed
    !half TEXT      is sent as it is
    !hex DIGITS     bytes
    !flood N        N lines, numbered from 1
    !close          the connection is closed; !reset: without a word
    !deaf           nothing is received any more; !hear: it is again
    !gone           nobody listens any more, and the connection is closed (of a pty: the terminal is gone); !back: …
    !say TEXT       a line of the peer's own on standard output
    !quit
"""
import os
import selectors
import socket
import struct
import sys
import time
import tty


class Peer:
    def __init__(self, kind, arguments):
        self.kind, self.arguments = kind, arguments
        self.listener = self.connection = None
        self.to_send, self.hears, self.commands = b"", True, b""
        self.port = int(arguments[1]) if kind == "tcp" and len(arguments) > 1 else 0
        self.to = None
        if "--to" in arguments:
            host, port = arguments[arguments.index("--to") + 1].rsplit(":", 1)
            self.to = (host, int(port))
        self.open()

    def open(self):
        if self.kind == "tcp":
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.listener.bind(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            self.tell_port()
        elif self.kind == "unix":
            if os.path.exists(self.arguments[0]):
                os.unlink(self.arguments[0])
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.arguments[0])
        elif self.kind == "client":
            self.connection = socket.create_connection((self.arguments[0], int(self.arguments[1])))
        elif self.kind == "udp":
            self.connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.connection.bind(("127.0.0.1", self.port))
            self.port = self.connection.getsockname()[1]
            self.tell_port()
        elif self.kind == "pty":
            self.connection, other = os.openpty()
            tty.setraw(self.connection)
            if os.path.lexists(self.arguments[0]):
                os.unlink(self.arguments[0])
            os.symlink(os.ttyname(other), self.arguments[0])
            os.close(other)
        if self.listener:
            self.listener.listen(1)

    def tell_port(self):
        with open(self.arguments[0] + ".new", "w") as file:
            file.write(f"{self.port}\n")
        os.rename(self.arguments[0] + ".new", self.arguments[0])

    def close(self, reset=False):
        if self.connection is None:
            return
        if reset and self.kind != "pty":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.kind == "pty":
            os.close(self.connection)
        else:
            self.connection.close()
        self.connection, self.to_send = None, b""

    def receive(self):
        try:
            data = os.read(self.connection, 65536) if self.kind == "pty" else self.connection.recv(65536)
        except OSError:
            # Of a terminal: nobody has its other side open.
            data = None if self.kind == "pty" else b""
        if data:
            sys.stdout.buffer.write(data + (b"\n" if self.kind == "udp" and data[-1:] != b"\n" else b""))
            sys.stdout.buffer.flush()
        elif data == b"" and self.kind != "client":
            self.close()
        elif data == b"":
            self.hears = False
        return data

    def send(self):
        if self.kind == "udp":
            self.connection.sendto(self.to_send, self.to)
            self.to_send = b""
            return
        try:
            n = os.write(self.connection if self.kind == "pty" else self.connection.fileno(), self.to_send[:4096])
            self.to_send = self.to_send[n:]
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def carry_out(self, line):
        word, _, rest = line.partition(b" ")
        if word == b"!half":
            self.to_send += rest
        elif word == b"!hex":
            self.to_send += bytes.fromhex(rest.decode())
        elif word == b"!flood":
            self.to_send += b"".join(b"%d\n" % (i + 1) for i in range(int(rest)))
        elif word in (b"!close", b"!reset"):
            self.close(reset=word == b"!reset")
        elif word in (b"!deaf", b"!hear"):
            self.hears = word == b"!hear"
        elif word == b"!gone":
            if self.listener:
                self.listener.close()
            self.listener = None
            self.close()
        elif word == b"!back":
            self.open()
        elif word == b"!say":
            sys.stdout.buffer.write(rest + b"\n")
            sys.stdout.buffer.flush()
        elif word == b"!quit":
            sys.exit(0)
        else:
            self.to_send += line + b"\n"

    def take_commands(self):
        text = os.read(0, 65536)
        if not text:
            sys.exit(0)
        self.commands += text

    def run(self):
        while True:
            chosen = selectors.DefaultSelector()
            if b"\n" not in self.commands:
                chosen.register(0, selectors.EVENT_READ, "commands")
            if self.listener and self.connection is None:
                chosen.register(self.listener, selectors.EVENT_READ, "accept")
            events = (selectors.EVENT_READ if self.hears else 0) | (selectors.EVENT_WRITE if self.to_send else 0)
            if self.connection is not None and events:
                chosen.register(self.connection, events, "connection")
            # A terminal whose other side is closed is always ready, with an error.
            for key, ready in chosen.select(0.02):
                if key.data == "commands":
                    self.take_commands()
                elif key.data == "accept":
                    self.connection = self.listener.accept()[0]
                    self.connection.setblocking(False)
                elif self.connection is not None:
                    if ready & selectors.EVENT_WRITE and self.to_send:
                        self.send()
                    if ready & selectors.EVENT_READ and self.connection is not None and self.receive() is None:
                        time.sleep(0.01)
            chosen.close()
            # What was said before is sent before.
            while b"\n" in self.commands and not self.to_send:
                line, self.commands = self.commands.split(b"\n", 1)
                self.carry_out(line)


Peer(sys.argv[1], sys.argv[2:]).run()
