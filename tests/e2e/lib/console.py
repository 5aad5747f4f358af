"""A program's console, as tests talk to it; the processes of a program."""

import json
import os
import socket
import time


def connect(program, place="place"):
    """A socket and its lines, behind the greeting; None: the program has ended, or nobody listens."""
    path = f"{place}/{program.pid}.sock"
    until = time.monotonic() + 20
    while time.monotonic() < until and program.poll() is None:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(30)
        try:
            client.connect(path)
            lines = client.makefile("r")
            if lines.readline():
                return client, lines
        except OSError:
            pass
        client.close()
        time.sleep(0.005)
    return None


class Console:
    """A connection, made again where it was lost. `place` is the directory of sockets."""

    def __init__(self, program, place="place"):
        self.program, self.place, self.connection = program, place, None

    def ask(self, method, **parameters):
        """All lines of the answer; None: the console has gone meanwhile."""
        try:
            self.connection = self.connection or connect(self.program, self.place)
            client, lines = self.connection
            client.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\n")
            answer = [json.loads(lines.readline())]
            while answer[-1].get("more"):
                answer.append(json.loads(lines.readline()))
            if "event" not in answer[-1]:
                return answer
        except (OSError, ValueError, TypeError):
            pass
        self.connection = None
        return None

    def call(self, node, command, wait_ms=20000, **arguments):
        """The answers of the nodes, or the fault of the request in place of the first; None: the
        console has gone meanwhile, and nobody knows."""
        lines = self.ask("call", node=node, command=command, arguments=arguments, wait_ms=wait_ms)
        if lines is None or "error" in lines[0]:
            return lines
        return [line["parameters"]["answer"] for line in lines[:-1]]


def children(pid):
    """The processes of a program."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def title(pid):
    """The name of a process, without that of its program."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            return file.read().strip("\0").split("\0")[0].split(": ")[-1]
    except OSError:
        return ""


def wait_for(what, seconds=30):
    """Waits until it is true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.005)
