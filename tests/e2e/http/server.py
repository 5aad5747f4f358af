#!/usr/bin/env python3
"""A server of HTTP that fails in every way, on loopback, for tests/e2e/http.sh and the nodes' tests.

    server.py PORT_FILE LOG [CERTIFICATE KEY]

writes its port (a second server's behind it, with another port the same) into PORT_FILE, and a line of JSON for
each request into LOG: {"method", "path", "headers", "body"}. It ends when its standard input does.
"""
import asyncio
import email.utils
import gzip
import hashlib
import json
import os
import random
import ssl
import sys
import time
import urllib.parse
import zlib

LOG = open(sys.argv[2], "w", buffering=1)
times = {}  # how often each path was asked for
BIG = 10 * 1000 ** 3
CHUNK = b"x" * 65536


def head(status, fields=(), length=None):
    lines = [f"HTTP/1.1 {status} what"] + [f"{name}: {value}" for name, value in fields]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def plain(status, body=b"", *fields):
    return head(status, fields, len(body)) + body


def as_json(value, *fields):
    return plain(200, json.dumps(value).encode(), ("Content-Type", "application/json"), *fields)


# ---- A hierarchy: of container "0.2.1" the children are "0.2.1.0" …, uneven, four deep ----

def n_children(ident):
    depth = ident.count(".")
    return 0 if depth >= 4 else (int(hashlib.sha1(ident.encode()).hexdigest(), 16) % 6) + 3 * (depth < 3)


def container(ident):
    return {"_id": ident, "label": f"container {ident}", "size": n_children(ident), "tags": ["a", "b"]}


def children(ident, page, per_page):
    all_of_it = [container(f"{ident}.{i}") for i in range(n_children(ident))]
    if not per_page:
        return as_json(all_of_it)
    part = all_of_it[page * per_page:(page + 1) * per_page]
    more = (page + 1) * per_page < len(all_of_it)
    link = f'<?page={page + 1}&per={per_page}>; rel="next"'
    return as_json(part, *((("Link", '</x>; title="a, b; rel=next", ' + link),) if more else ()))


def a_file(name):
    """The bytes of a file: as many as its name says, "100000.bin"."""
    n = int(name.split(".")[0])
    return (hashlib.sha256(name.encode()).digest() * (n // 32 + 1))[:n]


def answer_file(name, headers, query):
    body = a_file(name)
    tag = '"%s"' % query.get("tag", "one")
    if "dated" in query:
        tag = "Sat, 01 Jan 2022 00:00:00 GMT"
    name = "Last-Modified" if "dated" in query else "ETag"
    fields = [] if "untagged" in query else [(name, tag)]
    start = 0
    wanted = headers.get("range", "")
    if wanted.startswith("bytes=") and headers.get("if-range") in (None, tag) and "whole" not in query:
        start = int(wanted[6:].rstrip("-"))
        if start >= len(body):
            return plain(416, b"", ("Content-Range", f"bytes */{query.get('has', len(body))}"))
        fields.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
    if start and "less" in query:  # of what is asked for, but so much
        piece = body[start:start + int(query["less"])]
        fields[-1] = ("Content-Range", f"bytes {start}-{start + len(piece) - 1}/{len(body)}")
        return head(206, fields, len(piece)) + piece
    if start and query.get("lie") == "tag":
        fields[0] = (name, "Sun, 02 Jan 2022 00:00:00 GMT" if "dated" in query else '"another"')
    if start and "lie" in query:  # bytes of another file
        total = len(body) + (query["lie"] == "total")
        last = len(body) - 1 - (query["lie"] == "last")
        fields[-1] = ("Content-Range", f"bytes {start}-{last}/{total}")
        return head(206, fields, len(body) - start) + bytes(len(body) - start)
    data = head(206 if start else 200, fields, len(body) - start)
    part = body[start:]
    if "cut" in query and not (start == 0 and times[query["path"]] > 1 and "once" in query):
        return data + part[:int(query["cut"])], True
    return data + part


async def body_for_ever(writer, chunk, pause=0.0):
    while True:
        writer.write(chunk)
        await writer.drain()
        if pause:
            await asyncio.sleep(pause)


class Close(Exception):
    pass


async def answer(method, path, headers, body, writer):
    parts = urllib.parse.urlsplit(path)
    words = parts.path.strip("/").split("/")
    query = {k: v[0] for k, v in urllib.parse.parse_qs(parts.query, keep_blank_values=True).items()}
    times[path] = times.get(path, 0) + 1
    n = times[path]
    query["path"] = path
    if "delay" in query:
        await asyncio.sleep(float(query["delay"]) / 1000)
    if "random" in query:
        await asyncio.sleep(random.random() * float(query["random"]) / 1000)
    what = words[0]
    if what == "n":
        return plain(200, words[1].encode(), ("Content-Type", "text/plain"))
    if what == "fail":
        return plain(503, b"no") if n <= int(words[1]) else plain(200, words[2].encode())
    if what == "busy":
        return plain(429, b"", ("Retry-After", words[1])) if n == 1 else plain(200, words[2].encode())
    if what == "busydate":
        date = email.utils.formatdate(time.time() + float(words[1]), usegmt=True)
        return plain(429, b"", ("Retry-After", date)) if n == 1 else plain(200, words[2].encode())
    if what == "status":
        return plain(int(words[1]), b"refused")
    if what == "long":
        writer.write(head(200, (), 1000) + b"too few")
        raise Close
    if what == "short":
        writer.write(head(200, (), 5) + b"12345678901234567890")
        raise Close
    if what == "endless":
        writer.write(head(200, (("Transfer-Encoding", "chunked"),)))
        await body_for_ever(writer, b"10\r\n0123456789abcdef\r\n", 0.001)
    if what == "huge":
        writer.write(head(200, (), BIG))
        for _ in range(BIG // len(CHUNK)):
            writer.write(CHUNK)
            await writer.drain()
        raise Close
    if what == "trickle":
        writer.write(head(200, (), 1000000))
        await body_for_ever(writer, b"x", 0.05)
    if what == "silent":
        await asyncio.sleep(3600)
    if what == "close":
        raise Close
    if what == "half":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        raise Close
    if what == "garbage":
        writer.write(os.urandom(2000))
        raise Close
    if what == "header":
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await body_for_ever(writer, b"X-More: " + b"y" * 1000 + b"\r\n")
    if what == "circle":
        return plain(302, b"", ("Location", f"/circle/{int(words[1]) + 1}"))
    if what == "to":
        return plain(int(words[1]), b"", ("Location", query["url"]))
    if what == "bomb":
        return plain(200, BOMB, ("Content-Encoding", "gzip"))
    if what == "gzip":
        return plain(200, gzip.compress(words[1].encode() * 100), ("Content-Encoding", "gzip"))
    if what == "echo":
        return as_json({"method": method, "headers": headers, "body": body.decode("latin-1")})
    if what == "api":
        if words[1] == "root":
            return as_json(container("0"))
        ident = urllib.parse.unquote(words[1])
        if "broken" in query and ident == query["broken"]:
            return plain(200, b'[{"_id": "x", "label": "x", "si')
        if "refused" in query and ident == query["refused"]:
            return plain(403, b"")
        return children(ident, int(query.get("page", 0)), int(query.get("per", 0)))
    if what == "own":  # each is its own child
        return as_json([container(words[1])])
    if what == "file" and "drip" in query:
        data = answer_file(words[1], headers, query)
        for i in range(20):
            writer.write(data[i * len(data) // 20:(i + 1) * len(data) // 20])
            await writer.drain()
            await asyncio.sleep(0.02)
        return b""
    if what == "file":
        return answer_file(words[1], headers, query)
    return plain(404, b"nothing here")


async def serve(reader, writer):
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            lines = request.decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ")
            headers = dict((name.lower(), value.strip()) for name, value in
                           (line.split(":", 1) for line in lines[1:] if line))
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            LOG.write(json.dumps({"port": writer.get_extra_info("sockname")[1], "method": method, "path": path,
                                  "headers": headers, "body": body.decode("latin-1")}) + "\n")
            data = await answer(method, path, headers, body, writer)
            is_last = isinstance(data, tuple)
            writer.write(data[0] if is_last else data)
            await writer.drain()
            if is_last:
                break
    except (Close, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
        pass
    finally:
        try:
            writer.close()
        except ConnectionError:
            pass


def make_bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()


async def main():
    context = None
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    ports = []
    for tls in (None, None) + ((context,) if context else ()):
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=512)
        ports.append(server.sockets[0].getsockname()[1])
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(" ".join(map(str, ports)) + "\n")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


BOMB = make_bomb()
asyncio.run(main())
