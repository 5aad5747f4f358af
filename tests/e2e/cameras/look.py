"""Looks at a stream of net.ws_video as it is coded: look.py ADDRESS NAME TOKEN FILE. Appends a line for each picture:
when it came, by CLOCK_MONOTONIC, its number, whether it is a key frame, its session, and how late it is, in s: since
the server's machine, this one, had it from the camera with the least delay."""
import json
import struct
import sys
import time

import ws

address, name, token, path = sys.argv[1:]
ws.Client.address = address
client = ws.Client(f"/ws/stream/{name}", query=f"?format=raw&token={token}")
session = 0
with open(path, "a", encoding="ascii", buffering=1) as file:
    while True:
        message = client.message()
        if isinstance(message, str):
            session = json.loads(message).get("session", session)
            continue
        flags, number, time_us = struct.unpack(">IIq", message[:16])
        now = time.monotonic()
        file.write(f"{now:.6f} {number} {flags & 1} {session} {now - time_us / 1e6:.6f}\n")
