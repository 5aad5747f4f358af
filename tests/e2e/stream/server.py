"""A camera that fails in many ways, for stream.sh: server.py PICTURES BIG_PICTURES PORT_FILE SENT_FILE

Motion JPEG over HTTP. PICTURES is a film of JPEGs of which number n shows n. Lines on standard input say what it
does from then on. SENT_FILE gets a line for each picture: its number, and CLOCK_MONOTONIC (ns) before it was sent."""
import base64, os, random, socket, sys, threading, time

PERIOD = 0.04
BOUNDARY = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
OK = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
KEY = b"Basic " + base64.b64encode(b"me:p@ss w%rd")
# What an open connection notices as it is; all others begin with a new one.
IN_MIDSTREAM = {"ok", "stall", "slow", "same", "garbage"}


def pictures(path):
    data = open(path, "rb").read()
    starts = []
    at = data.find(b"\xff\xd8\xff")
    while at >= 0:
        starts.append(at)
        at = data.find(b"\xff\xd8\xff", at + 3)
    return [data[a:b] for a, b in zip(starts, starts[1:] + [len(data)])]


class Camera:
    def __init__(self, small, big, sent):
        self.small, self.big, self.sent = small, big, sent
        self.mode = "ok"
        self.changed = threading.Condition()
        self.began = time.monotonic()
        self.clients = set()
        self.listener = None
        self.port = 0

    def listen(self):
        with self.changed:
            if self.listener:
                return
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.port))
            listener.listen(16)
            self.port = listener.getsockname()[1]
            self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.changed:
                self.clients.add(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def set(self, mode):
        with self.changed:
            if mode == "refuse" and self.listener:
                self.listener.shutdown(socket.SHUT_RDWR)
                self.listener.close()
                self.listener = None
            self.mode = "ok" if mode == "drop" else mode
            if mode not in IN_MIDSTREAM:
                for client in self.clients:
                    try:
                        client.shutdown(socket.SHUT_RDWR)
                    except OSError: # it has gone by itself
                        pass
                self.clients.clear()
            self.changed.notify_all()
        if mode != "refuse":
            self.listen()

    # A picture's number is the time: what is not sent when it was taken is never sent.
    def number(self):
        return int((time.monotonic() - self.began) / PERIOD)

    def serve(self, client):
        try:
            request = b""
            while b"\r\n\r\n" not in request:
                more = client.recv(4096)
                if not more:
                    return
                request += more
            self.answer(client, request)
        except OSError:
            pass
        finally:
            with self.changed:
                self.clients.discard(client)
            client.close()

    def answer(self, client, request):
        mode = self.mode
        if mode == "404":
            client.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        if request.startswith(b"GET /locked") and KEY not in request:
            client.sendall(b'HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="camera"\r\n'
                           b"Content-Length: 0\r\n\r\n")
            return
        if mode == "header":
            client.sendall(OK[:30])
        if mode in ("silent", "header"):
            client.recv(1)  # until the other side has had enough
            return
        if mode == "endless":
            client.sendall(OK[:-2])
            while self.mode == mode:
                client.sendall(b"X-More: and more\r\n")
                time.sleep(0.001)
            return
        client.sendall(OK)
        self.film(client)

    def wait_until(self, true):
        with self.changed:
            self.changed.wait_for(true)

    def note(self, number):
        self.sent.write(f"{number} {time.monotonic_ns()}\n")
        self.sent.flush()

    def film(self, client):
        film = self.big if self.mode == "big" else self.small
        last = self.number()
        while last < len(self.small):
            mode = self.mode
            if mode == "garbage":
                client.sendall(random.randbytes(1000))
                time.sleep(PERIOD)
                continue
            number = last if mode == "same" else self.number()
            if mode != "same" and number == last:
                time.sleep(PERIOD / 8)
                continue
            last = number
            picture = film[number % len(film)]
            part = BOUNDARY % len(picture) + picture + b"\r\n"
            if mode == "stall":
                client.sendall(part[:len(part) // 2])
                self.wait_until(lambda: self.mode != "stall")
                self.note(number)
                client.sendall(part[len(part) // 2:])
                continue
            self.note(number)
            if mode == "slow":
                for byte in part:
                    client.sendall(bytes([byte]))
                    time.sleep(0.01)
                    if self.mode != mode:
                        return
                continue
            client.sendall(part)
            if mode == "same":
                time.sleep(PERIOD)


def main():
    camera = Camera(pictures(sys.argv[1]), pictures(sys.argv[2]), open(sys.argv[4], "w"))
    camera.listen()
    with open(sys.argv[3] + ".new", "w") as file:
        file.write(f"{camera.port}\n")
    os.rename(sys.argv[3] + ".new", sys.argv[3])
    for line in sys.stdin:
        camera.set(line.strip())
    os._exit(0)


main()
