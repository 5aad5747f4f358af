"""Clients of net.ws_video: clients.py TEST HOST:PORT [ARGUMENT...]. Each says what is wrong, and fails; else it prints
what it has seen."""
import json, select, socket, struct, subprocess, sys, time
from ws import Client, Refused, status

test, address = sys.argv[1:3]
host, port = address.rsplit(":", 1)
Client.address = address


def boxes(data):
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        assert 8 <= size <= len(data) - at, "a box is longer than its message"
        found.append((kind.decode(), data[at + 8:at + size]))
        at += size
    return found


def inner(data, *path):
    for name in path:
        data = next(content for kind, content in boxes(data) if kind == name)
    return data


def raw(message):
    flags, number, us = struct.unpack(">IIq", message[:16])
    return bool(flags & 1), number, us, message[16:]


def decodes(data, kind, n):
    out = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-f", kind, "-i", "-", "-fps_mode", "passthrough", "-f", "framemd5", "-"], input=data,
                         capture_output=True)
    assert out.returncode == 0, out.stderr.decode()
    got = sum(not line.startswith(b"#") for line in out.stdout.splitlines())
    assert got == n, f"{got} pictures come out of {n}"


# ---- What is sent ----

def fmp4():
    """What comes first and a fragment for each packet; FFmpeg reads it. A second client gets the same bytes."""
    clients = [Client("/ws/stream/film"), Client("/ws/stream/film", query="?format=fmp4")]
    told, first = json.loads(clients[0].message()), clients[0].message()
    assert told["type"] == "stream" and told["format"] == "fmp4" and (told["width"], told["height"]) == (640, 360), told
    assert told["mime"] == f'video/mp4; codecs="{told["codec"]}"', told
    assert [kind for kind, _ in boxes(first)] == ["ftyp", "moov"], "what comes first is something else"
    sets = inner(inner(first, "moov", "trak", "mdia", "minf", "stbl", "stsd")[8:], "avc1")[78:]
    sets = inner(sets, "avcC")
    assert told["codec"] == f"avc1.{sets[1:4].hex()}", (told, sets)
    all_, last, times = first, None, []
    for i in range(60):
        piece = clients[0].message()
        assert [kind for kind, _ in boxes(piece)] == ["moof", "mdat"], "a message is no fragment"
        number, = struct.unpack(">I", inner(piece, "moof", "mfhd")[4:])
        times.append(struct.unpack(">Q", inner(piece, "moof", "traf", "tfdt")[4:])[0])
        assert last is None or number == last + 1, f"fragment {number} follows {last}"
        last = number
        all_ += piece
    steps = [b - a for a, b in zip(times, times[1:])]
    assert min(steps) > 0, "times do not grow"
    decodes(all_, "mp4", 60)
    other = json.loads(clients[1].message()), clients[1].message()
    assert other == (told, first), "another client is told something else"
    print(f"fmp4: {told['codec']}, {len(all_) // 60} bytes a fragment")


def others():
    client = Client("/ws/stream/film?format=raw")
    assert json.loads(client.message())["format"] == "raw"
    pieces = [raw(client.message()) for _ in range(40)]
    assert pieces[0][0] and [n for _, n, _, _ in pieces] == list(range(pieces[0][1], pieces[0][1] + 40)), "not in order"
    assert all(a[2] < b[2] for a, b in zip(pieces, pieces[1:])), "times do not grow"
    decodes(b"".join(data for *_, data in pieces), "h264", 40)
    client = Client("/ws/stream/jpegs?format=jpeg")
    told = json.loads(client.message())
    assert told["mime"] == "image/jpeg" and told["codec"] == "mjpeg", told
    for _ in range(5):
        key, _, _, jpeg = raw(client.message())
        assert key and jpeg[:2] == b"\xff\xd8" and jpeg.rstrip(b"\0")[-2:] == b"\xff\xd9", "that is no JPEG"
    wrong = json.loads(Client("/ws/stream/jpegs").message())
    assert wrong["type"] == "error" and "format=jpeg" in wrong["message"], wrong


# ---- Who comes late, who is slow ----

def late():
    """In the middle of a group of pictures the first that comes is its key frame, long before the next one."""
    first = Client("/ws/stream/film?format=raw")
    first.message()
    while True:
        key, number, _, _ = raw(first.message())
        if key:
            begins = number
        elif number - begins >= 60:
            break
    client = Client("/ws/stream/film")
    client.message()
    client.message()
    piece = client.message()
    took = time.monotonic() - client.began
    assert inner(piece, "moof", "traf", "tfhd")[16:20] == b"\2\0\0\0", "the first picture is no key frame"
    again = Client("/ws/stream/film?format=raw")
    again.message()
    assert raw(again.message())[1] == begins, "the first picture is not the group's key frame"
    n = 1
    while raw(again.message())[1] < number:
        n += 1
    print(f"late: the key frame after {1000 * took:.0f} ms, {n} pictures behind it")


def slow():
    """One that reads nothing for a while goes on with a key frame; another beside it misses none."""
    bad, good = Client("/ws/stream/film?format=raw", buffer=4096), Client("/ws/stream/film?format=raw")
    bad.message()
    good.message()
    numbers, until, keys = [], None, 0
    while keys < 3 or len(numbers) < 75:
        key, number, _, _ = raw(good.message())
        numbers.append(number)
        keys += key
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "the fast one has missed some"
    seen = []
    while not seen or seen[-1][1] < numbers[-1]:
        seen.append(raw(bad.message())[:2])
    jumps = [(a[1], b) for a, b in zip(seen, seen[1:]) if b[1] != a[1] + 1]
    assert jumps, "the slow one has missed none: nothing is tested"
    assert all(b[0] for _, b in jumps), f"a picture follows that cannot be decoded: {jumps}"
    print(f"slow: from {jumps[0][0]} to {jumps[0][1][1]}, the fast one has {len(numbers)}")


def stuck():
    """One that never reads is closed, others are not."""
    bad, good = Client("/ws/stream/film?format=raw", buffer=4096), Client("/ws/stream/film?format=raw")
    good.message()
    last = raw(good.message())[1]
    bad.socket.setblocking(False)
    gone = select.poll()
    gone.register(bad.socket, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    while not gone.poll(0):
        number = raw(good.message())[1]
        assert number == last + 1, "another has missed one"
        last = number


# ---- Who may not, and who does harm ----

def refused():
    token = sys.argv[3]
    good = f"/ws/stream/film?token={token}"
    assert status(good) == 101
    assert status("/ws/stream/film", Authorization=f"Bearer {token}") == 101
    for wrong in "", token[:-1], token + "x", "x" * len(token), token + token:
        assert status(f"/ws/stream/film?token={wrong}") == 401, wrong
    assert status("/ws/stream/film") == 401
    assert status(good, Origin=f"http://{address}") == 101
    assert status(good, Origin="http://evil.example") == 403
    assert status(good, Origin="null") == 403
    assert status(good, Origin="https://panel.example") == 101, "a page that is listed is refused"
    assert status(good, Host="evil.example") == 403, "a name that leads here is taken"
    assert status(f"/ws/stream/other?token={token}") == 404
    assert status(f"/ws/elsewhere?token={token}") == 404
    assert status(good + "&format=avi") == 400
    kept = []
    while True:
        try:
            kept.append(Client(good))
        except Refused as full:
            assert full.args[0] == 503, full
            break
    assert len(kept) == int(sys.argv[4]), f"there is room for {len(kept)}"


def hostile():
    """Half of a request, bytes of no protocol, and messages that are too long: a client beside them misses nothing."""
    good = Client("/ws/stream/film?format=raw")
    good.message()
    last = raw(good.message())[1]
    held = []
    for k in range(150):
        half = socket.create_connection((host, int(port)))
        half.sendall([b"", b"GET /ws/stream/film HTTP/1.1\r\nHost: x", b"\x16\x03\x01\0\xee" * 40, b"GET /" + b"a" * 3000][k % 4])
        held.append(half)
    long = Client("/ws/stream/film")
    try:
        long.say(2, b"x" * 100000, size=1 << 40)
        while True:
            long.message()
    except (EOFError, ConnectionError):
        pass
    long = Client("/ws/stream/film")
    for _ in range(1000):
        long.say(9, b"ping")
    for _ in range(50):
        number = raw(good.message())[1]
        assert number == last + 1, "it has missed some"
        last = number
    # The half-open ones are closed in the end.
    for half in held:
        half.settimeout(60)
        try:
            while half.recv(4096):
                pass
        except ConnectionError:
            pass
    assert status("/ws/stream/film") == 101


{name: value for name, value in globals().items() if callable(value)}[test]()
