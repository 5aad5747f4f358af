"""Clients of net.mjpeg: clients.py WHAT HOST:PORT ROWS.csv. Each of them fails with a line that says why."""
import csv, re, select, socket, statistics, subprocess, sys, threading, time

what, address, rows = sys.argv[1:4]  # test_limited has a command behind them
host, port = address.split(":")
CRLF = b"\r\n"


class Client:
    """Asks, and reads the parts of the answer."""

    def __init__(self, target="/stream.mjpg", header="", method="GET", version="1.1"):
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.socket.sendall(f"{method} {target} HTTP/{version}\r\nHost: {address}\r\n{header}\r\n".encode())
        self.got = b""

    def read(self, n=None, end=None):
        """n bytes, or all up to a mark, which is taken away."""
        while len(self.got) < n if end is None else end not in self.got:
            more = self.socket.recv(1 << 16)
            if not more:
                raise EOFError
            self.got += more
        if end is not None:
            n = self.got.index(end)
        data, self.got = self.got[:n], self.got[n + len(end or b""):]
        return data

    def header(self):
        """The first line, and the others by their names in small letters."""
        lines = self.read(end=CRLF + CRLF).decode().split("\r\n")
        return lines[0], dict((name.lower(), value.strip()) for name, value in (line.split(":", 1) for line in lines[1:]))

    def part(self):
        self.read(end=b"--boundarydonotcross" + CRLF)
        lines = self.read(end=CRLF + CRLF).decode().split("\r\n")
        values = dict(line.split(": ", 1) for line in lines)
        assert values["Content-Type"] == "image/jpeg", values
        jpeg = self.read(int(values["Content-Length"]))
        assert jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9"), "no whole JPEG"
        return float(values["X-Timestamp"]), jpeg


def parts(client, seconds):
    """What comes in so many seconds, as (when, capture time, JPEG)."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        stamp, jpeg = client.part()
        found.append((time.monotonic(), stamp, jpeg))
    return found


def many(targets, seconds):
    """The same of several clients at once."""
    found = [None] * len(targets)

    def run(i):
        client = Client(targets[i])
        client.header()
        found[i] = parts(client, seconds)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(targets))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found), "a client got nothing"
    return found


def last_row():
    """The last whole row."""
    lines = open(rows).read().rpartition("\n")[0].split("\n")
    return list(csv.DictReader([lines[0], lines[-1]]))[0]


def size_of(jpeg):
    at = re.search(b"\xff[\xc0\xc2]..", jpeg, re.S).start()
    return int.from_bytes(jpeg[at + 7:at + 9], "big"), int.from_bytes(jpeg[at + 5:at + 7], "big")


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def test_stream():
    client = Client()
    line, values = client.header()
    assert line == "HTTP/1.0 200 OK", line
    assert values["content-type"] == "multipart/x-mixed-replace;boundary=boundarydonotcross", values
    found = parts(client, 1.5)
    stamps = [stamp for _, stamp, _ in found]
    assert stamps == sorted(stamps), "capture times go back"
    ages = [at - stamp for at, stamp, _ in found if stamp > 0]
    assert min(ages) >= 0, "a picture comes before it was made"
    print(f"from capture to a client {statistics.median(ages) * 1000:.1f} ms, the median of {len(ages)}")
    # Old dashboards, and any other way to ask.
    for target, method, version in (("/?action=stream", "GET", "1.0"), ("/stream", "POST", "1.0"), ("/stream.mjpg?", "GET", "1.1")):
        other = Client(target, method=method, version=version)
        assert other.header()[0] == "HTTP/1.0 200 OK"
        other.part()


def test_wishes():
    small, other, slow = many(["/stream.mjpg?resolution=160x120&compression=10", "/stream.mjpg?resolution=80x60",
                               "/stream.mjpg?fps=5"], 2)
    assert size_of(small[-1][2]) == (160, 120) and size_of(other[-1][2]) == (80, 60)
    assert size_of(slow[-1][2]) == (320, 240)
    assert 5 <= len(slow) <= 13, f"{len(slow)} pictures in two seconds at five a second"
    # A browser's parts begin with a header without a length, which goes ahead.
    browser = Client(header="User-Agent: Mozilla/5.0\r\n")
    browser.header()
    browser.read(end=b"--boundarydonotcross\r\nContent-Type: image/jpeg\r\n\r\n")
    jpeg = browser.read(end=b"\r\n--boundarydonotcross\r\nContent-Type: image/jpeg\r\n\r\n")
    assert jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")


def test_once():
    """JPEGs are made while somebody looks, and once for all who wish the same."""
    until(lambda: last_row()["clients"] == "0")
    time.sleep(0.3)
    before = int(last_row()["encoded"])
    frame = int(last_row()["frame"])
    until(lambda: int(last_row()["frame"]) > frame + 20)
    assert int(last_row()["encoded"]) == before, "JPEGs are made for nobody"
    before, began = int(last_row()["encoded"]), int(last_row()["frame"])
    found = many(["/stream.mjpg"] * 6, 1.5)
    row = last_row()
    made, frames, sent = int(row["encoded"]) - before, int(row["frame"]) - began, sum(len(one) for one in found)
    assert 0 < made <= frames + 2, f"{made} JPEGs were made of {frames} frames"
    print(f"{made} JPEGs for {sent} pictures of 6 clients")


def test_limit():
    clients = [Client() for _ in range(10)]
    for client in clients:
        assert client.header()[0] == "HTTP/1.0 200 OK"
        client.part()
    line, values = Client().header()
    assert line == "HTTP/1.1 503 Service Unavailable", line
    # What else there is is there for all.
    assert Client("/config.json").header()[0] == "HTTP/1.1 200 OK"
    clients.pop().socket.close()
    until(lambda: Client().header()[0] == "HTTP/1.0 200 OK")


def test_slow():
    """One that reads nothing is given up, and the others do not notice."""
    before = int(last_row()["skipped"])
    deaf = [Client() for _ in range(3)]
    found = many(["/stream.mjpg"] * 2, 3)
    waits = [b[0] - a[0] for one in found for a, b in zip(one, one[1:])]
    print(f"beside three that do not read: {statistics.median(waits) * 1000:.0f} ms from picture to picture, {max(waits) * 1000:.0f} at most")
    assert min(len(one) for one in found) > 20
    until(lambda: last_row()["clients"] == "0")
    assert int(last_row()["skipped"]) > before, "nobody was left out"
    for client in deaf:
        client.socket.close()


def test_steady():
    """What one that reads slowly does not get is counted."""
    until(lambda: last_row()["clients"] == "0")
    client = Client.__new__(Client)
    client.got, client.socket = b"", socket.socket()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    client.socket.settimeout(20)
    client.socket.connect((host, int(port)))
    before = last_row()
    client.socket.sendall(f"GET /stream.mjpg?compression=100 HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
    got, end = 0, time.monotonic() + 4
    while time.monotonic() < end:
        got += client.socket.recv(4096).count(b"X-Timestamp")
        time.sleep(0.02)
    after = last_row()
    frames, skipped = (int(after[name]) - int(before[name]) for name in ("frame", "skipped"))
    print(f"of {frames} frames one that reads slowly got {got}, and {skipped} were left out")
    assert got < frames / 4, "it does not read slowly"
    # Some are on their way.
    assert frames - got - 8 <= skipped <= frames - got + 3, "the count is another"


def test_limited():
    """A limit that is given while it runs: the stream goes on within it."""
    client = Client()
    client.header()
    parts(client, 1.5)
    subprocess.run(sys.argv[4:], check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    found = parts(client, 5)
    bits = sum(8 * len(jpeg) for at, _, jpeg in found if at > began + 1) / (found[-1][0] - began - 1)
    wait = max(b - a for a, b in zip([began] + [at for at, _, _ in found], [at for at, _, _ in found]))
    print(f"after the change {len(found)} pictures, {bits / 1e6:.2f} Mbit/s, {wait:.1f} s from one to the next at most")
    assert wait < 2, f"nothing for {wait} s"
    assert bits < 1.15e6, f"{bits} bits a second"


def test_half():
    """Connections that ask for nothing."""
    held = []
    for i in range(1000):
        held.append(socket.create_connection((host, int(port)), timeout=20))
        if i % 2:
            held[-1].sendall(b"GET /str")
        if i % 250 == 249:
            client = Client()
            assert client.header()[0] == "HTTP/1.0 200 OK"
            client.part()
    open_ones = sum(not select.select([one], [], [], 0)[0] for one in held)
    assert open_ones <= 50, f"{open_ones} of a thousand are still open"
    print(f"{open_ones} of a thousand half-open connections are kept")
    # Those that are kept have their time, too.
    until(lambda: all(select.select([one], [], [], 0)[0] for one in held))


def test_forwarded():
    """Each picture is one of the camera's, byte for byte; a rate is kept by leaving some out; nothing is encoded."""
    data = open(sys.argv[4], "rb").read()
    own = {b"\xff\xd8" + one for one in data.split(b"\xff\xd8")[1:]}
    found, slowly = many(["/stream.mjpg?compression=5&resolution=32x24", "/stream.mjpg?fps=5"], 2)
    assert len(found) >= 15 and all(jpeg in own for _, _, jpeg in found), len(found)
    assert len(slowly) <= 13 and all(jpeg in own for _, _, jpeg in slowly), len(slowly)
    assert last_row()["encoded"] == "0", last_row()
    print(f"{len(found)} of the camera's own pictures in two seconds, {len(slowly)} of them at 5 a second")


def test_hostile():
    for text in (b"\x00" * 9000, b"GET /" + b"a" * 9000, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n",
                 b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"):
        one = socket.create_connection((host, int(port)), timeout=20)
        one.sendall(text)
        got = one.recv(200)
        assert re.match(rb"HTTP/1.1 (400|403|405|413|431) ", got), (text[:30], got)
    # Requests one behind the other, in small pieces.
    one = Client("/config.json")
    for byte in b"GET /settings.json HTTP/1.1\r\n\r\nPOST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nabHEAD / HTTP/1.1\r\nConnection: close\r\n\r\n":
        one.socket.sendall(bytes([byte]))
    status = []
    for _ in range(3):
        line, values = one.header()
        status.append(line.split()[1])
        one.read(int(values["content-length"]))
    line, values = one.header()
    assert status + [line.split()[1]] == ["200", "200", "404", "200"], (status, line)
    try:
        one.read(1)
        assert False, "an answer to HEAD has a body, or the connection is kept"
    except EOFError:
        pass


def test_budget(limit=1e6):
    began = time.monotonic()
    found = many(["/stream.mjpg"] * 3 + ["/stream.mjpg?resolution=160x120"], 5)
    first = max(one[0][0] for one in found) + 1.5
    last = min(one[-1][0] for one in found)
    bits = [sum(8 * len(jpeg) for at, _, jpeg in one if first < at <= last) / (last - first) for one in found]
    row = last_row()
    print(f"{sum(bits) / 1e6:.2f} of {limit / 1e6:.2f} Mbit/s, {[round(b / 1e6, 2) for b in bits]}, quality {row['quality']}, "
          f"{row['skipped']} left out, {time.monotonic() - began:.0f} s")
    assert sum(bits) < 1.1 * limit, f"{sum(bits)} bits a second"
    assert sum(bits) > 0.5 * limit, f"only {sum(bits)} bits a second"
    assert max(bits) < 3 * min(bits), f"some get more than others: {bits}"
    assert int(row["quality"]) < 80 and float(row["bits"]) < 1.1 * limit, row


def test_stops():
    """The film has stopped: the last picture comes again, then a card."""
    client = Client()
    client.header()
    found = parts(client, 2)
    assert len(found) >= 4, f"{len(found)} pictures in two seconds"
    assert len({jpeg for _, _, jpeg in found}) >= 2, "there is no card"
    assert found[-1][1] > found[0][1], "the card has the time of the picture"


globals()["test_" + what]()
