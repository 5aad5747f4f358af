"""A console that says what a test wants: `fake.py DIRECTORY HOW`. Its socket bears its own number.

HOW is one of
  normal    answers describe, status, get and set as a program does
  newer, older    greets with another version of the protocol
  mute      greets nobody
  silent    greets, and answers nothing
  stranger  greets with what is no JSON
  gone      closes the connection when it is asked
  failing   says that it ends with status 7 when it is asked
  half      does so in the middle of an answer
  long      answers with a line that has no end
  endless   answers with lines that do not end
  strange   answers what nobody has asked, without an end
  steering  answers `get` with values that steer a terminal
  refusing  refuses `set`
  paused    sets what no origin has begun with
  plain     knows neither get nor set
"""
import json
import os
import socket
import sys

directory, how = sys.argv[1:]
values = {"title": "a \"b\" # c\n", "gain": "1.5", "cam.period": "10ms"}
takes = {"title": "STRING", "gain": "NUMBER", "cam.period": "TIME"}
version = 1


def lines_of(method, given):
    global version
    if method == "describe":
        for name in values:
            yield {"param": {"name": name, "takes": takes[name]}}
        yield {"program": {"name": "fake", "doc": "", "source": "fake.pkd", "bytes": 0}}
    elif method == "status":
        yield {"program": {"phase": "running", "now_ns": 1}}
    elif method == "get":
        for name in given.get("names", values):
            yield {"param": {"name": name, "value": values[name], "live": name == "gain",
                             "set": version > 1 and name == "gain"}}
        yield {"version": version}
    elif method == "set":
        values.update(given["values"])
        version += 1
        clocks = [] if how == "paused" else [{"origin": "cam", "frame": given.get("at", 812)}]
        yield {"version": version, "clocks": clocks,
               "pending": ["found"] if given.get("wait_ms") == 0 else []}


def serve(client):
    def say(what):
        client.sendall(json.dumps(what).encode() + b"\n")

    if how == "mute":
        client.recv(1)
        return
    if how == "stranger":
        client.sendall(b"220 mail ready\n")
        return
    protocol = {"newer": 2, "older": 0}.get(how, 1)
    say({"pkd": protocol, "version": "9.9.9", "abi": 8, "program": "fake", "pid": os.getpid()})
    for line in client.makefile():
        request = json.loads(line)
        number, method = request["id"], request["method"]
        given = request.get("parameters", {})
        if how == "silent":
            continue
        if how == "gone":
            return
        if how == "long":
            while True:
                client.sendall(b"x" * 65536)
        if how in ("endless", "strange"):
            line = json.dumps({"id": number + (how == "strange"), "more": True, "parameters": {
                "param": {"name": "a" * 9000, "value": "1"}, "node": {"name": "n" * 9000}}})
            while True:
                client.sendall((line + "\n").encode() * 64)
        if how in ("failing", "half"):
            if how == "half":
                say({"id": number, "parameters": {"process": {"name": "a"}}, "more": True})
            say({"event": "end", "status": 7})
            if method == "stop":
                sys.exit(7)
            return
        if how == "refusing" and method == "set":
            say({"id": number, "error": "out_of_range", "message": "gain = 99: expected 0..10"})
            continue
        if how == "steering":
            values["title"] = "\x1b]0;title\x07 \x9b2J \u202e end"
        unknown = [name for name in given.get("names", []) if name not in values]
        if unknown:
            say({"id": number, "error": "unknown_parameter",
                 "message": "there is no parameter '%s'" % unknown[0]})
            continue
        answers = [] if how == "plain" and method in ("get", "set") else list(lines_of(method, given))
        if not answers:
            say({"id": number, "error": "unknown_method", "message": "no"})
            continue
        say({"event": "of another version"})
        for answer in answers[:-1]:
            say({"id": number, "parameters": answer, "more": True})
        say({"id": number, "parameters": answers[-1]})


path = "%s/%d.sock" % (directory, os.getpid())
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
while True:
    connection, _ = listener.accept()
    try:
        serve(connection)
    except (BrokenPipeError, ConnectionResetError):
        pass
    connection.close()
