"""One node in Python, tried by itself, as in pytest:

    with pkd.testing.Node("faces.pkd", "faces", W=64, H=48, least=3) as node:
        assert node.step(frame=picture).count == 2

It runs where it always does, inside of a program that pkdc builds around it, in one process: with the same
conversions, the same checks of what it is given and gives, the same errors. Numbers, arrays and texts go
in and come out as they would there; records come out as objects with attributes, lists of them as lists.
"""

from __future__ import annotations

import os
import pickle
import re
import select
import shutil
import socket
import struct
import tempfile
import time
from types import TracebackType
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Type

from .errors import Failed, Invalid, Timeout, Unknown
from .program import build
from .run import Run, Seconds
from .said import record
from . import words

_NODES = '''"""What stands around the node that is tried (pkd.testing)."""
import os, pickle, socket, struct
import numpy
import pkd

def connect(word):
    made = socket.socket(socket.AF_UNIX)
    made.connect(os.environ["PKD_TESTING_SOCKET"])
    made.sendall(word)
    return made

def plain(value):
    if isinstance(value, pkd.Record):
        return {name: plain(value[name]) for name in value.keys()}
    if isinstance(value, numpy.ndarray):
        return value.copy() if type(value) is numpy.ndarray else [plain(item) for item in value]
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value.name if hasattr(type(value), "__members__") else value

class testing_feed:
    def __init__(self):
        self.connection, self.got = connect(b"feed"), b""
        pkd.watch(self.connection.fileno())

    def ready(self):
        piece = self.connection.recv(1 << 20)
        if not piece:
            pkd.stop()
        self.got += piece

    def step(self):
        size = 8 + struct.unpack("<Q", self.got[:8])[0] if len(self.got) >= 8 else 8
        if len(self.got) < max(size, 9) or pkd.stopping():
            return pkd.SKIP if pkd.stopping() else pkd.later(pkd.now() + 10**9)
        values, self.got = pickle.loads(self.got[8:size]), self.got[size:]
        return {"testing_turn": pkd.number(), **values}

class testing_take:
    def __init__(self):
        self.connection = connect(b"take")

    def step(self, %s):
        data = pickle.dumps({%s})
        self.connection.sendall(struct.pack("<Q", len(data)) + data)
'''


class _Port(NamedTuple):
    name: str
    type: str
    optional: bool


def _parts(text: str) -> List[str]:
    """What stands between commas that are in no bracket."""
    found, depth, at = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([<{") - (c in ")]>}")
        if c == "," and depth == 0:
            found.append(text[at:i])
            at = i + 1
    return [part.strip() for part in found + [text[at:]] if part.strip()]


def _bracket(text: str, at: int) -> Tuple[str, int]:
    """What the bracket at `at` holds, and where it has ended."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "(<[{") - (text[i] in ")>]}")
        if depth == 0:
            return text[at + 1 : i], i + 1
    raise Invalid("a bracket of the declaration is never closed", "invalid_parameter")


class _Face:
    """The ports and generics of a declaration, out of its text."""

    def __init__(self, source: str, name: str) -> None:
        text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m[1] or "", source)
        found = re.search(rf"\bnode\s+{re.escape(name)}\b\s*", text)
        if not found:
            nodes = ", ".join(re.findall(r"^\s*node\s+(\w+)", text, re.M))
            raise Unknown(f"there is no node {name!r} in it" + (f": there is {nodes}" if nodes else ""), "unknown_node")
        at, generics = found.end(), ""
        if text[at] == "<":
            generics, at = _bracket(text, at)
            at += len(text[at:]) - len(text[at:].lstrip())
        inputs, at = _bracket(text, at)
        outputs = re.match(r"\s*->\s*(?=\()", text[at:])
        self.generics = [part.split(":")[0].strip() for part in _parts(generics)]
        self.inputs = [self._port(part) for part in _parts(inputs)]
        self.outputs = [self._port(part) for part in _parts(_bracket(text, at + outputs.end())[0])] if outputs else []
        body, _ = _bracket(text, text.index("{", at))
        if re.search(r"\bfires\s+any\b", body):
            raise Invalid(f"{name} `fires any`: try it in a program of its own", "invalid_parameter")

    @staticmethod
    def _port(text: str) -> _Port:
        head, _, kind = text.partition(":")
        kind, name = kind.strip(), head.split()[-1]
        if kind.startswith("["):
            raise Invalid(f"the port {name!r} takes a bank: try the node in a program of its own", "invalid_parameter")
        return _Port(name, kind.rstrip("?").strip(), kind.endswith("?"))


def _ports(ports: List[_Port], sizes: Dict[str, Any], all_optional: bool) -> List[str]:
    def sized(kind: str) -> str:
        return re.sub(r"\b\w+\b", lambda m: str(sizes.get(m[0], m[0])), kind)

    return [f"{p.name}: {sized(p.type)}{'?' if p.optional or all_optional else ''}" for p in ports]


class Node:
    """A node of a .pkd file. Sizes (`W=64`) and parameters are keywords. Making one builds a program, which takes
    a second or two; `close`, or the end of a `with`, ends it."""

    def __init__(self, source: "str | os.PathLike[str]", name: str, *, timeout: Seconds = 10.0, **given: Any) -> None:
        path = os.path.abspath(os.fspath(source))
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.name = name
        self._timeout = words.seconds("timeout", timeout)
        self._face = _Face(text, name)
        self._feed: Optional[socket.socket] = None
        self._take: Optional[socket.socket] = None
        self._run: Optional[Run] = None
        sizes = {key: given.pop(key) for key in self._face.generics if key in given}
        if len(sizes) != len(self._face.generics):
            left = [key for key in self._face.generics if key not in sizes]
            raise Invalid(f"{name} has sizes: give {', '.join(f'{key}=...' for key in left)}", "missing_argument")
        self._folder = tempfile.mkdtemp(prefix="pkd-testing-")
        try:
            self._start(path, text, sizes, given)
        except BaseException:
            self.close()
            raise

    def _write(self, path: str, text: str, sizes: Dict[str, Any]) -> str:
        """The file with a pipeline for the test behind it, beside links to all that lies beside it."""
        here = os.path.dirname(path)
        for other in os.listdir(here):
            if other not in (os.path.basename(path), ".pkd-cache"):
                os.symlink(os.path.join(here, other), os.path.join(self._folder, other))
        face, given, values = self._face, [], []
        made = [f"under_test.{p.name}" if len(face.outputs) > 1 else "under_test" for p in face.outputs]
        with open(os.path.join(self._folder, "testing_nodes.py"), "w", encoding="utf-8") as file:
            names = [p.name for p in face.outputs]
            turn = ["testing_turn"] if face.inputs else []
            file.write(_NODES % (", ".join(turn + names), ", ".join(f"{n!r}: plain({n})" for n in names)))
        more = ""
        if face.inputs:
            fed = ", ".join(["testing_turn: u64"] + _ports(face.inputs, sizes, False))
            more += f'\nnode testing_feed() -> ({fed}) {{\n    origin paced\n    source "testing_nodes.py"\n}}\n'
            given = [f"testing_fed.{p.name}" for p in face.inputs]
            values = ["testing_turn: u64"]
        taken = ", ".join(values + _ports(face.outputs, sizes, True))
        more += f'\nnode testing_take({taken}) {{\n    source "testing_nodes.py"\n}}\n\npipeline testing() {{\n'
        more += "    testing_fed = testing_feed()\n" if face.inputs else ""
        more += f"    under_test = {self.name}({', '.join(given)})\n" if face.outputs else f"    under_test: {self.name}({', '.join(given)})\n"
        more += f"    testing_take({', '.join((['testing_fed.testing_turn'] if face.inputs else []) + made)})\n}}\n"
        target = os.path.join(self._folder, os.path.basename(path))
        with open(target, "w", encoding="utf-8") as file:
            file.write(text + more)
        return target

    def _start(self, path: str, text: str, sizes: Dict[str, Any], params: Dict[str, Any]) -> None:
        where = os.path.join(self._folder, ".testing.sock")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(where)
            server.listen(2)
            program = build(self._write(path, text, sizes), pipeline="testing")
            self._run = program.run(
                {f"under_test.{key}": value for key, value in params.items()},
                options=["--single-process", "--quiet"],
                env={"PKD_TESTING_SOCKET": where},
            )
            until = time.monotonic() + self._timeout
            for _ in range(2 if self._face.inputs else 1):
                while not select.select([server], [], [], 0.05)[0]:
                    self._check(until)
                made, _ = server.accept()
                made.settimeout(self._timeout)
                if made.recv(4) == b"feed":
                    self._feed = made
                else:
                    self._take = made

    @property
    def run(self) -> Run:
        """The program around it, whose node is called `under_test`."""
        assert self._run is not None
        return self._run

    def _check(self, until: float) -> None:
        if not self.run.is_running:
            raise self._failed()
        if time.monotonic() >= until:
            raise Timeout(f"{self.name} has given nothing within {self._timeout:g} s")

    def _failed(self) -> Failed:
        result = self.run.wait(5.0, check=False)
        said = re.findall(r"node '(\w+)' \([^)]*\)(?: failed)?:? (.*)", result.log)
        texts = [text.replace("output", "input") if who == "testing_fed" else text for who, text in said]
        text = texts[0] if texts else result.log.strip() or f"it has ended with status {result.status}"
        return Failed(f"{self.name}: {text}", result.status)

    def _receive(self, n: int, until: float) -> bytes:
        assert self._take is not None
        found = b""
        while len(found) < n:
            if not select.select([self._take], [], [], 0.05)[0]:
                self._check(until)
                continue
            piece = self._take.recv(n - len(found))
            if not piece:
                raise self._failed()
            found += piece
        return found

    def step(self, *values: Any, **named: Any) -> Any:
        """One firing with these inputs, in their order or by name; an input that is left out, or None, is absent.
        Returns what it gives: the value, or of several outputs an object with their names. Of an origin:
        what it makes next. Failed: what its program says of it."""
        if self._run is None:
            raise Invalid(f"{self.name} is closed", "ended")
        ports = self._face.inputs
        if len(values) > len(ports):
            raise Invalid(f"{self.name} has {len(ports)} inputs", "invalid_argument")
        given = {**dict(zip((p.name for p in ports), values)), **named}
        for name in given:
            if name not in {p.name for p in ports}:
                of = ", ".join(p.name for p in ports) or "none"
                raise Invalid(f"{self.name} has no input {name!r}: it has {of}", "unknown_argument")
        for port in ports:
            if given.setdefault(port.name, None) is None and not port.optional:
                raise Invalid(f"{self.name} needs its input {port.name!r}", "missing_argument")
        if self._feed is not None:
            data = pickle.dumps(given)
            try:
                self._feed.sendall(struct.pack("<Q", len(data)) + data)
            except OSError:
                raise self._failed() from None
        until = time.monotonic() + self._timeout
        (n,) = struct.unpack("<Q", self._receive(8, until))
        found = {name: _object(value) for name, value in pickle.loads(self._receive(n, until)).items()}
        if not found:
            return None
        return next(iter(found.values())) if len(found) == 1 else record(found)

    def call(self, command: str, **arguments: Any) -> Any:
        """Has it carry out a command."""
        return self.run.call(f"under_test.{command}", **arguments)

    def set(self, **values: Any) -> None:
        """Gives live parameters new values, from the next step on."""
        self.run.set({f"under_test.{name}": value for name, value in values.items()}, wait=0.0)

    def close(self) -> None:
        for connection in (self._feed, self._take):
            if connection is not None:
                connection.close()
        if self._run is not None:
            self._run.stop()
        self._run = self._feed = self._take = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Node:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


def _object(value: Any) -> Any:
    if isinstance(value, dict):
        return record({name: _object(item) for name, item in value.items()})
    if isinstance(value, list):
        return [_object(item) for item in value]
    return value
