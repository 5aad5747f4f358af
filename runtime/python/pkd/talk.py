"""One conversation with a running program, as docs/protocol.md has it: lines of JSON, and behind
some of them the bytes of a value. Nothing here waits for longer than it is told to. One
conversation belongs to one thread at a time."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Optional

from .errors import Ended, Error, Lost, ProtocolError, Timeout, refused
from .place import connect

PROTOCOL = 1
LINE = 65536
PATIENCE = 5.0
ANSWER = 64 << 20  # bytes of the lines of an answer; values do not count
VALUE = 1 << 31
PIECE = 16 << 20

Parameters = Dict[str, Any]


def parse_line(line: bytes) -> Dict[str, Any]:
    """The object of a line."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the program says what is no JSON: {line[:80]!r}") from error
    if not isinstance(found, dict):
        raise ProtocolError("the program says what is no JSON object")
    return found


@contextmanager
def reading(who: str, method: str) -> Iterator[None]:
    """Around what takes an answer apart: one that is not as docs/protocol.md has it is a
    ProtocolError, whatever is wrong with it."""
    try:
        yield
    except Error:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, struct.error, TypeError, ValueError) as error:
        raise ProtocolError(
            f"{who} answers {method!r} in a way that the protocol does not have: {type(error).__name__}: {str(error)[:200]}"
        ) from error


class Talk:
    def __init__(self, path: str, timeout: float = PATIENCE) -> None:
        self.path = path
        self.status: Optional[int] = None
        self.has_ended = False
        self._id = 0
        self._in = bytearray()
        self._said = 0  # bytes of the lines of this answer
        self._socket = connect(path, timeout)
        try:
            self._greet(time.monotonic() + timeout)
        except BaseException:
            self.close()
            raise

    def _greet(self, until: float) -> None:
        said = parse_line(self._line(until))
        if said.get("pkd") != PROTOCOL:
            raise ProtocolError(
                f"{self.path} speaks protocol {said.get('pkd')!r}, and this package {PROTOCOL}: "
                "take both of one version"
            )
        self.name = str(said.get("program", "?"))
        self.version = str(said.get("version", "?"))
        self.pid = said["pid"] if isinstance(said.get("pid"), int) else 0

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- Bytes ----

    def _lost(self) -> Exception:
        if self.has_ended:
            words = f" with status {self.status}" if self.status is not None else ""
            return Ended(f"{self.name} ({self.pid}) has ended{words}", self.status)
        return Lost(f"{getattr(self, 'name', self.path)} has closed the connection")

    def _wait(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise Timeout(f"{getattr(self, 'name', self.path)} does not answer in time", "no_answer")
        self._socket.settimeout(min(left, 1e6))

    def _receive(self, into: memoryview, until: float) -> int:
        while True:
            self._wait(until)
            try:
                n = self._socket.recv_into(into)
            except (socket.timeout, BlockingIOError):
                continue
            except OSError as error:
                raise self._lost() from error
            if n == 0:
                raise self._lost()
            return n

    def _line(self, until: float) -> bytes:
        while True:
            end = self._in.find(b"\n")
            if end >= 0:
                line = bytes(self._in[:end])
                self._said += end + 1
                del self._in[: end + 1]
                return line
            if len(self._in) >= LINE:
                raise ProtocolError("the program says a line that is too long")
            chunk = bytearray(LINE)
            n = self._receive(memoryview(chunk), until)
            self._in += chunk[:n]

    def read(self, n: int, timeout: float = PATIENCE) -> bytearray:
        """The next `n` bytes, which follow a line. Many of them have more time."""
        until = time.monotonic() + timeout + n / 20e6
        if not 0 <= n <= VALUE:
            raise ProtocolError(f"the program says that a value has {n} bytes")
        # Memory as it comes, not as it is announced.
        found = bytearray(min(n, PIECE))
        at = min(len(found), len(self._in))
        found[:at] = self._in[:at]
        del self._in[:at]
        while at < n:
            if at == len(found):
                found.extend(bytes(min(n - at, at)))
            with memoryview(found) as view, view[at:] as rest:
                at += self._receive(rest, until)
        return found

    # ---- Requests ----

    def _send(self, text: bytes, until: float) -> None:
        view = memoryview(text)
        while view:
            self._wait(until)
            try:
                view = view[self._socket.send(view) :]
            except (socket.timeout, BlockingIOError):
                continue
            except OSError as error:
                raise self._lost() from error

    def send(self, method: str, parameters: Optional[Parameters], until: float) -> None:
        self._id += 1
        request: Dict[str, Any] = {"id": self._id, "method": method}
        if parameters:
            request["parameters"] = parameters
        try:
            text = json.dumps(request, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise refused("invalid_parameter", f"this cannot be said as JSON: {error}") from error
        if len(text) >= LINE:
            raise refused("too_long", f"the request has {len(text)} bytes, a line has at most {LINE}")
        self._send(text + b"\n", until)

    def next(self, until: float) -> Dict[str, Any]:
        """The next line of the answer: an object whose `more` says whether another follows."""
        while True:
            line = parse_line(self._line(until))
            if "event" in line:
                self._take_event(line)
                continue
            if line.get("id", self._id) != self._id:
                continue
            if "error" in line:
                raise refused(str(line["error"]), str(line.get("message", line["error"])))
            return line

    def _take_event(self, line: Dict[str, Any]) -> None:
        if line["event"] == "end":
            self.has_ended = True
            status = line.get("status")
            self.status = status if isinstance(status, int) else None

    def ask(
        self, method: str, parameters: Optional[Parameters] = None, timeout: float = PATIENCE
    ) -> Iterator[Parameters]:
        """Each line's parameters, the last one included."""
        until = time.monotonic() + timeout
        self.send(method, parameters, until)
        self._said = 0
        while True:
            line = self.next(until)
            found = line.get("parameters", {})
            if not isinstance(found, dict):
                raise ProtocolError("the parameters of an answer are no object")
            yield found
            if not line.get("more"):
                return
            if self._said > ANSWER:
                raise ProtocolError("the answer has no end")

    def wait_end(self, until: float) -> Optional[int]:
        """Waits until the program says that it ends. The status, None where it is not known."""
        while not self.has_ended:
            line = parse_line(self._line(until))
            if "event" in line:
                self._take_event(line)
        return self.status
