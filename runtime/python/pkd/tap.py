"""Looking at a stream: the values as they come, copied from outside. Nobody waits for who looks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Dict, Iterator, Optional, Tuple

from .errors import Ended, Invalid, Lost, ProtocolError, Refused, Timeout
from .talk import PATIENCE, Talk, reading
from .types import Pixels, Types, ValueType

if TYPE_CHECKING:
    from .run import Run


class Frame(int):
    """The number of a frame, with what is known of the value that has it."""

    seq: int  # which value of its stream, from 1 on
    time: int  # its capture time, in ns
    published: int  # when it was published, in ns of CLOCK_MONOTONIC
    age: Optional[int]  # of a live source: how old it was then, in ns
    skipped: int  # how many values before it were not seen
    format: Optional[str]  # of an image

    def __new__(cls, line: Dict[str, Any]) -> Frame:
        frame = super().__new__(cls, int(line.get("frame", 0)))
        frame.seq = int(line.get("seq", 0))
        frame.time = int(line.get("time_ns", 0))
        frame.published = int(line.get("published_ns", 0))
        frame.age = line.get("age_ns")
        frame.skipped = int(line.get("skipped", 0))
        frame.format = None
        return frame


class Tap:
    """An iterator of (frame, value). It ends with the stream, with the program, or after `count`.

    Each has a connection of its own, which `close` or the end of a `with` closes. One thread at a
    time uses it."""

    def __init__(
        self,
        run: Run,
        stream: str,
        count: Optional[int],
        every: float,
        newest: bool,
        timeout: Optional[float],
    ) -> None:
        if not isinstance(stream, str):
            raise Invalid("the name of a stream is a string", "invalid_parameter")
        if newest and every:
            raise Invalid("`newest` asks at each turn: `every` is for the others", "invalid_parameter")
        self.stream = stream
        self.type: Optional[ValueType] = None
        self.skipped = 0
        self._run = run
        self._types: Types = run._types(PATIENCE if timeout is None else min(PATIENCE, timeout))
        self._left = count
        self._newest = newest
        self._timeout = timeout
        self._seq = 0
        self._answers = False
        self._talk: Optional[Talk] = run._connect(PATIENCE if timeout is None else min(PATIENCE, timeout))
        self._parameters: Dict[str, Any] = {"stream": stream, "raw": True}
        if every:
            self._parameters["every_ms"] = max(1, round(every * 1000))
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """Asks for the values; the first line of the answer says what they are."""
        assert self._talk is not None
        until = time.monotonic() + (PATIENCE if self._timeout is None else min(PATIENCE, self._timeout))
        asked = dict(self._parameters)
        if self._newest:
            asked["count"] = 1
        if self._seq:
            asked["after"] = self._seq
        self._talk.send("echo", asked, until)
        line = self._talk.next(until)
        with reading(self._talk.name, "echo"):
            name = str(line["parameters"]["stream"]["type"])
            if self.type is None:
                self.type = self._types.get(name)
        self._answers = True

    def close(self) -> None:
        if self._talk is not None:
            self._talk.close()
        self._talk = None

    def __enter__(self) -> Tap:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_talk", None) is not None:
            self.close()

    def __iter__(self) -> Iterator[Tuple[Frame, Any]]:
        return self

    def __next__(self) -> Tuple[Frame, Any]:
        if self._talk is None or self._left == 0:
            self.close()
            raise StopIteration
        until = time.monotonic() + (1e9 if self._timeout is None else self._timeout)
        try:
            found = self._next_or_end(until)
        except Timeout as error:
            self.close()
            raise Timeout(
                f"no value of {self.stream} came within {self._timeout:g} s"
                if self._timeout is not None
                else str(error)
            ) from None
        except BaseException:
            self.close()
            raise
        if found is None:
            self.close()
            raise StopIteration
        if self._left is not None:
            self._left -= 1
        return found

    def _next_or_end(self, until: float) -> Optional[Tuple[Frame, Any]]:
        """None: the stream has ended, or the program has. Its console may die, as often as it likes: the program
        starts it again."""
        while True:
            try:
                if self._talk is None:
                    self._talk = self._run._connect(max(0.01, min(PATIENCE, until - time.monotonic())))
                return self._next(until)
            except Lost as error:
                self.close()
                self._answers = False
                ended = self._run._end_of(error)
                if ended is None:
                    return None
                if ended is not error:
                    raise ended
                if time.monotonic() >= until:
                    raise Timeout("") from None
                time.sleep(0.02)
            except Ended as error:
                if error.status:
                    raise
                return None

    def _next(self, until: float) -> Optional[Tuple[Frame, Any]]:
        assert self._talk is not None
        while True:
            if not self._answers:
                self._begin()
            line = self._talk.next(until)
            parameters = line.get("parameters")
            if not isinstance(parameters, dict):
                raise ProtocolError("the parameters of an answer are no object")
            if not line.get("more"):
                self._answers = False
                if parameters.get("end") == "count":
                    continue
                return None
            with reading(self._talk.name, "echo"):
                if "too_fast" not in parameters:
                    return self._take(parameters)
                self._seq = int(parameters.get("seq", self._seq))

    def _take(self, line: Dict[str, Any]) -> Tuple[Frame, Any]:
        assert self._talk is not None
        frame = Frame(line)
        if self._newest and self._seq:
            frame.skipped = max(0, frame.seq - self._seq - 1)
        self._seq = frame.seq
        self.skipped += frame.skipped
        if "invalid" in line:
            raise Refused(
                f"frame {int(frame)} of {self.stream}{line.get('invalid_at', '')} {line['invalid']}",
                "invalid",
            )
        if "raw" not in line:
            if "value" in line or "too_large" in line:
                raise ProtocolError(
                    f"{self._talk.name} was built with pkd {self._talk.version}, which cannot send "
                    "values as they lie in memory: build the program again"
                )
            return frame, None
        data = memoryview(self._talk.read(int(line["raw"]))).toreadonly()
        if self.type is None:
            return frame, data
        if isinstance(self.type, Pixels):
            frame.format = self.type.format(data)
        return frame, self.type.decode(data, 0)
