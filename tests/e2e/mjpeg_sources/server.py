"""Cameras whose streams have other forms than the usual one, each at a path of its own: server.py PICTURES PORT_FILE SENT_FILE

PICTURES is a film of JPEGs of which number n shows n. SENT_FILE gets a line for each connection and for each picture:
the path, and its number or -1."""
import ctypes, ctypes.util, os, random, socket, sys, threading, time

PERIOD = 0.04
began = time.monotonic()
lock = threading.Lock()


def pictures(path):
    data = open(path, "rb").read()
    starts, at = [], data.find(b"\xff\xd8\xff")
    while at >= 0:
        starts.append(at)
        at = data.find(b"\xff\xd8\xff", at + 3)
    return [data[a:b] for a, b in zip(starts, starts[1:] + [len(data)])]


film = pictures(sys.argv[1])
sent = open(sys.argv[3], "w")


def note(path, number):
    with lock:
        sent.write(f"{path} {number}\n")
        sent.flush()


turbojpeg = ctypes.util.find_library("turbojpeg")


def made(number, width, inks):
    """A picture as TurboJPEG makes it, narrower than the film or of four inks."""
    turbo = ctypes.CDLL(turbojpeg)
    turbo.tjInitCompress.restype = ctypes.c_void_p
    handle, buffer, size = ctypes.c_void_p(turbo.tjInitCompress()), ctypes.c_void_p(), ctypes.c_ulong()
    white, black = (b"\xff" * 4, b"\xff\xff\xff\0") if inks else (b"\xff", b"\0")
    row = b"".join((white if number >> bit & 1 else black) * (width // 16) for bit in range(16))
    GRAY, CMYK, SAMP_444, SAMP_GRAY = 6, 11, 0, 3
    assert turbo.tjCompress2(handle, row * 16, width, 0, 16, CMYK if inks else GRAY, ctypes.byref(buffer), ctypes.byref(size),
                             SAMP_444 if inks else SAMP_GRAY, 95, 0) == 0
    jpeg = ctypes.string_at(buffer.value, size.value)
    turbo.tjFree(buffer)
    turbo.tjDestroy(handle)
    return jpeg


def of_size(jpeg, width, height):
    """The same JPEG, which says that it is of another size."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[:at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + jpeg[at + 9:]


def damaged(jpeg, number):
    """Something in the place of a picture: no JPEG, or the first third of one."""
    return jpeg[:len(jpeg) // 3] if number % 2 else b"\xff\xd8" + random.Random(number).randbytes(300) + b"\xff\xd9"


class Form:
    type = "multipart/x-mixed-replace; boundary=frame"
    end = b"\r\n"            # of a line
    before = b"--frame"      # a part's first line
    length = True
    behind = b"\r\n"         # a picture
    first = b""              # before the first part
    lines = b""              # in a part's header
    chunked = False
    ends = None              # after so many pictures
    connections = 0          # so far

    def picture(self, number, n):
        """n counts those of this connection, from 0."""
        return film[number % len(film)]

    def part(self, jpeg):
        lines = [self.before, b"Content-Type: image/jpeg"]
        if self.length:
            lines.append(b"Content-Length: %d" % len(jpeg))
        return self.end.join(lines) + self.end + self.lines + self.end + jpeg + self.behind


def form(**values):
    return type("Some", (Form,), values)()


forms = {
    "plain": form(),
    "dashes": form(type="multipart/x-mixed-replace;boundary=--frame"),
    "no_dashes": form(before=b"frame", behind=b"\r\n"),
    "quoted": form(type='multipart/x-mixed-replace; boundary="frame"'),
    "unnamed": form(type="multipart/x-mixed-replace"),
    "lf": form(end=b"\n", behind=b"\n"),
    "no_length": form(length=False),
    "no_length_lf": form(length=False, end=b"\n", behind=b"\n"),
    "no_length_no_end": form(length=False, behind=b""),
    "no_end": form(behind=b""),
    "twice": form(before=b"--frame\r\n--frame"),
    "apart": form(behind=b"\r\n\r\n\r\n"),
    "preamble": form(first=b"This is a camera.\r\n\r\n"),
    "more": form(lines=b"X-Timestamp: 12.34\r\nx-more:\r\n"),
    "chunked": form(chunked=True),
    "cscore": form(type="multipart/x-mixed-replace;boundary=boundarydonotcross", before=b"--boundarydonotcross",
                   lines=b"X-Timestamp: 1.000000\r\n"),
    "cmyk": form(picture=lambda self, number, n: made(number, 128, True)),
    "other_size": form(picture=lambda self, number, n: film[number] if self.connections == 1 else made(number, 64, False), ends=12),
    "some_bad": form(picture=lambda self, number, n: damaged(film[number], n // 2) if n % 2 else film[number]),
    "then_bad": form(picture=lambda self, number, n: film[number] if n < 12 else damaged(film[number], n)),
    "cut": form(picture=lambda self, number, n: film[number] if n < 12 else film[number][:-200]),
    "huge": form(picture=lambda self, number, n: of_size(film[number], 65500, 65500)),
    "endless": form(picture=lambda self, number, n: film[number] if n < 12 else b"\xff\xd8" + bytes(1 << 20), length=False),
    "flood": form(picture=lambda self, number, n: film[number] if n < 12 else film[number][:-2] + bytes(1 << 20), length=False),
    "grows": form(picture=lambda self, number, n: film[number] if n < 12 else of_size(film[number], 136, 16)),
    "long_header": form(lines=b"X-More: " + b"m" * 20000 + b"\r\n"),
    "wrong_length": form(part=lambda self, jpeg: b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (len(jpeg) - 40) +
                         jpeg + b"\r\n"),
    "minus_length": form(part=lambda self, jpeg: b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: -1\r\n\r\n" + jpeg + b"\r\n"),
    "large_length": form(part=lambda self, jpeg: b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 99999999999\r\n\r\n" + jpeg + b"\r\n"),
}


def serve(client):
    request = b""
    while b"\r\n\r\n" not in request:
        more = client.recv(4096)
        if not more:
            return
        request += more
    path = request.split()[1].decode().lstrip("/")
    it = forms[path]
    note(path, -1)
    it.connections += 1

    def send(data):
        client.sendall(b"%x\r\n%s\r\n" % (len(data), data) if it.chunked else data)

    version, more = ("1.1", "Transfer-Encoding: chunked\r\n") if it.chunked else ("1.0", "")
    client.sendall(f"HTTP/{version} 200 OK\r\nContent-Type: {it.type}\r\n{more}\r\n".encode())
    if it.first:
        send(it.first)
    last, n = -1, 0
    while n != it.ends:
        number = int((time.monotonic() - began) / PERIOD)
        if number == last:
            time.sleep(PERIOD / 8)
            continue
        last = number
        note(path, number)
        send(it.part(it.picture(number, n)))
        n += 1


def run(client):
    try:
        serve(client)
    except OSError:
        pass
    client.close()


def main():
    if not turbojpeg:
        del forms["cmyk"], forms["other_size"]
    listener = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[2] + ".new", "w") as file:
        file.write(f"{listener.getsockname()[1]}\n" + " ".join(forms) + "\n")
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    while True:
        client, _ = listener.accept()
        threading.Thread(target=run, args=(client,), daemon=True).start()


main()
