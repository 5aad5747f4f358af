"""A camera over HTTP that sends FLV: flv.py FILM.h264 PORT_FILE [split]. The film has access unit delimiters, and begins with
each client. `split`: each slice of a picture is a packet of its own, all of one time."""
import http.server, os, sys, time

film, port_file, is_split = open(sys.argv[1], "rb").read(), sys.argv[2], "split" in sys.argv[3:]
units = [unit.rstrip(b"\0") for unit in film.split(b"\0\0\1")[1:]]
pictures = []
for unit in units:
    kind = unit[0] & 31
    if kind == 9:
        pictures.append([])
    elif kind in (1, 5):
        pictures[-1].append(unit)
sps, pps = next(u for u in units if u[0] & 31 == 7), next(u for u in units if u[0] & 31 == 8)


def box(unit):
    return len(unit).to_bytes(4, "big") + unit


def tag(ms, is_key, kind, data):
    body = bytes([(1 if is_key else 2) << 4 | 7, kind, 0, 0, 0]) + data
    stamp = (ms & 0xFFFFFF).to_bytes(3, "big") + bytes([ms >> 24])
    head = b"\x09" + len(body).to_bytes(3, "big") + stamp + bytes(3)
    return head + body + (len(head) + len(body)).to_bytes(4, "big")


class Camera(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "video/x-flv")
        self.end_headers()
        config = b"\1" + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2, "big") + sps
        config += b"\1" + len(pps).to_bytes(2, "big") + pps
        self.wfile.write(b"FLV\1\1\0\0\0\x09\0\0\0\0" + tag(0, True, 0, config))
        start = time.monotonic()
        for number, slices in enumerate(pictures):
            time.sleep(max(0, start + number / 25 - time.monotonic()))
            parts = [[one] for one in slices] if is_split else [slices]
            for part in parts:
                is_key = part[0][0] & 31 == 5
                self.wfile.write(tag(40 * number, is_key, 1, b"".join(map(box, part))))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
with open(port_file + ".new", "w") as file:
    file.write(f"{server.server_address[1]}\n")
os.rename(port_file + ".new", port_file)
server.serve_forever()
