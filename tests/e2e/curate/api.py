"""The hierarchy of a study behind a JSON API, as tests and benchmarks need it: it counts what is asked for.

    api.py SHAPE PORT_FILE [ID]    listens on a port of the loopback address, and writes it to the file; what is in the
                                   container ID, and the file ID, cannot be had

GET /api/containers/ID            a container: _id, type, label, size
GET /api/containers/ID/children   those in it, in the order of their labels
GET /api/files/ID                 what a file has
POST /api/containers/ID/tags      a tag for it
GET /count                        how often each kind was asked for, and the tags; DELETE sets it to nothing
"""
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import tree

LEVELS = ["project", "subject", "session", "acquisition", "file"]


class Study:
    def __init__(self, shape):
        self.containers, self.children, self.text = {}, {}, {}
        self.lock = threading.Lock()
        self.reset()
        self.add(None, "root", "project", "study", 0)
        for *folders, name, text in tree.files(shape):
            above = "root"
            for level, label in zip(LEVELS[1:], folders):
                if label:
                    above = self.add(above, f"{above}.{label}" if above != "root" else label, level, label, 0)
            if name:
                self.text[self.add(above, f"{above}.{name}", "file", name, len(text))] = text

    def add(self, above, key, level, label, size):
        if key not in self.containers:
            self.containers[key] = {"_id": key, "type": level, "label": label, "size": size}
            self.children[key] = []
            if above:
                self.children[above].append(key)
        return key

    def reset(self):
        self.count = {"container": 0, "children": 0, "file": 0, "tag": 0, "twice": 0}
        self.asked, self.tags = set(), {}

    def counted(self, kind, key):
        with self.lock:
            self.count[kind] += 1
            self.count["twice"] += (kind, key) in self.asked
            self.asked.add((kind, key))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet: else its second half waits 40 ms for the first one's acknowledgement
    disable_nagle_algorithm = True
    study = None

    def answer(self, body, status=200, kind="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def find(self, pattern):
        found = re.fullmatch(pattern, self.path)
        return found and found[1] in self.study.containers and found[1]

    def do_GET(self):
        study = self.study
        if any(self.path.endswith(f"/{key}{what}") for key in sys.argv[3:] for what in ("", "/children")):
            return self.answer({"message": "forbidden"}, 403)
        if self.path == "/count":
            return self.answer({**study.count, "tags": study.tags})
        if key := self.find("/api/containers/([^/]+)"):
            study.counted("container", key)
            return self.answer(study.containers[key])
        if key := self.find("/api/containers/([^/]+)/children"):
            study.counted("children", key)
            return self.answer([study.containers[child] for child in study.children[key]])
        if (key := self.find("/api/files/([^/]+)")) and key in study.text:
            study.counted("file", key)
            return self.answer(study.text[key].encode(), kind="text/plain")
        return self.answer({"message": "there is none"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if key := self.find("/api/containers/([^/]+)/tags"):
            self.study.counted("tag", key)
            self.study.tags[key] = json.loads(body)["tag"]
            return self.answer({})
        return self.answer({"message": "there is none"}, 404)

    def do_DELETE(self):
        self.study.reset()
        self.answer({})

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    Handler.study = Study(sys.argv[1])
    server = Server(("127.0.0.1", 0), Handler)
    with open(sys.argv[2] + ".part", "w") as file:
        file.write(f"{server.server_address[1]}\n")
    os.rename(sys.argv[2] + ".part", sys.argv[2])
    server.serve_forever()


if __name__ == "__main__":
    main()
