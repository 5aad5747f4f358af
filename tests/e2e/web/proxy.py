"""Through nginx, as docs/operating.md has it: see web_proxy.sh."""

import json
import socket
import ssl
import sys

from websocket import Refused, WebSocket

port, token = int(sys.argv[1]), sys.argv[2]
trust = ssl.create_default_context(cafile="cam.example.pem")


def wrap(plain):
    return trust.wrap_socket(plain, server_hostname="cam.example")


def get(path, head=""):
    client = wrap(socket.create_connection(("127.0.0.1", port), timeout=60))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: cam.example\r\n{head}\r\n".encode())
    return client.makefile("rb")


def status(path, head=""):
    return int(get(path, head + "Connection: close\r\n").readline().split()[1])


assert status("/", "Sec-Fetch-Site: none\r\n") == 200
assert status(f"/healthz?token={token}") == 200
assert status("/healthz") == 401
client = WebSocket(port, f"/ws?token={token}", "pkd.v1", host="cam.example", head="Origin: https://cam.example\r\n", wrap=wrap)
assert json.loads(client.receive()[1])["program"] == "foxglove"
client.send('{"id":1,"method":"ping"}')
assert json.loads(client.receive()[1])["id"] == 1
try:
    WebSocket(port, f"/ws?token={token}", "pkd.v1", host="cam.example", head="Origin: https://rebound.example\r\n", wrap=wrap)
    raise AssertionError("a page of another server is let in")
except Refused as why:
    assert why.args[0] == 403
# Not held back until it is a whole answer.
stream, seen = get(f"/stream/cam.frame.mjpg?token={token}&width=160"), 0
while seen < 5:
    seen += stream.readline().startswith(b"--picture")
print("ok")
