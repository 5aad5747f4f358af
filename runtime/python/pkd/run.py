"""A program that runs: asked, told, looked at, ended.

Each request has a connection of its own, so that any thread may ask at any time; a Tap belongs to
one thread at a time. Everything has a limit in time."""

from __future__ import annotations

import atexit
import datetime
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import weakref
from collections import deque
from types import TracebackType
from typing import Any, Deque, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type, Union

from . import place, words
from .errors import (
    CommandFailed,
    Ended,
    Error,
    Failed,
    Invalid,
    Lost,
    NoProgram,
    ProtocolError,
    Timeout,
    Unknown,
)
from .said import Account, Change, Description, Held, LogLine, Result, Status, Why
from .talk import PATIENCE, Parameters, Talk, reading
from .tap import Frame, Tap
from .types import Types

KEPT_OUTPUT = 16 << 20
KEPT_WORDS = 4000  # of the log, in a message
Seconds = Union[float, str, datetime.timedelta]  # 0.2 or "200ms"
_MAX_WAIT = 60.0  # docs/protocol.md, "wait_ms"

_alive: weakref.WeakSet[Run] = weakref.WeakSet()


class _Output:
    """What a program writes: kept, the last of it, and shown where that is wanted."""

    def __init__(self, pipe: Any, show: Any) -> None:
        self._pieces: Deque[bytes] = deque()
        self._n = 0
        self.lost = 0
        self._lock = threading.Lock()
        self._pipe = pipe
        self._show = show
        self._thread = threading.Thread(target=self._read, name="pkd output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._pipe.fileno(), 65536)
            except (OSError, ValueError):
                return
            if not piece:
                return
            with self._lock:
                self._pieces.append(piece)
                self._n += len(piece)
                while self._n > KEPT_OUTPUT:
                    gone = len(self._pieces.popleft())
                    self._n -= gone
                    self.lost += gone
            if self._show is not None:
                try:
                    self._show.write(piece.decode("utf-8", "replace"))
                    self._show.flush()
                except (OSError, ValueError):
                    self._show = None

    def finish(self, timeout: float) -> None:
        """Takes what is still there. A process that has the other end may go on for ever."""
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self._pipe.close()

    def text(self) -> str:
        with self._lock:
            return b"".join(self._pieces).decode("utf-8", "replace")


class Run:
    """Made by Program.run and by attach."""

    def __init__(self, path: str, pid: int, name: str) -> None:
        self.pid = pid
        self.name = name
        self._path = path
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._program: Any = None  # whose folder has the executable
        self.version = ""
        self._outputs: Dict[str, _Output] = {}
        self._folder: Optional[str] = None
        self._account_path: Optional[str] = None
        self._lifeline = -1
        self._lock = threading.RLock()
        self._description: Optional[Description] = None
        self._known_types: Optional[Types] = None
        self._result: Optional[Result] = None

    # ---- Its beginning and its end ----

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._process is None:
            return
        result = self.stop()
        if kind is None and result.status != 0:
            raise self._failed(result)

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None and self._result is None:
            self._cut()

    def __repr__(self) -> str:
        state = "runs" if self.is_running else "has ended"
        return f"<{self.name} ({self.pid}) {state}>"

    def _repr_html_(self) -> str:
        from .draw import graph_of_status

        if not self.is_running:
            return self._result._repr_html_() if self._result is not None else f"<p>{self!r}</p>"
        status = self.status()
        return graph_of_status(self.describe(), status) + status._repr_html_()

    @property
    def is_running(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        try:
            self._connect(1.0).close()
        except Timeout:
            return True  # it is suspended, or very busy
        except Error:
            return False
        return True

    def _cut(self) -> None:
        """The program ends in order by itself once this is closed."""
        with self._lock:
            if self._lifeline >= 0:
                os.close(self._lifeline)
            self._lifeline = -1

    def wait(self, timeout: Optional[Seconds] = None, check: bool = True) -> Result:
        """Waits until the program has ended, and returns its exit status and its account.

        Timeout: it has not within that time, and goes on. Failed: its status is not 0, which
        `check=False` only returns."""
        limit = 1e9 if timeout is None else words.seconds("timeout", timeout)
        until = time.monotonic() + limit
        try:
            result = self._wait_own(until) if self._process is not None else self._wait_other(until)
        except Timeout:
            words_ = f" within {limit:g} s" if timeout is not None else ""
            raise Timeout(f"{self.name} ({self.pid}) has not ended{words_}") from None
        if check and result.status != 0:
            raise self._failed(result)
        return result

    def _wait_own(self, until: float) -> Result:
        assert self._process is not None
        try:
            status = self._process.wait(max(0.0, min(until - time.monotonic(), 1e6)))
        except subprocess.TimeoutExpired:
            raise Timeout("") from None
        with self._lock:
            if self._result is None:
                self._result = self._collect(status)
                _alive.discard(self)
            return self._result

    def _collect(self, status: int) -> Result:
        self._cut()
        for output in self._outputs.values():
            output.finish(2.0)
        account = None
        if self._account_path is not None:
            try:
                with open(self._account_path, encoding="utf-8") as file:
                    account = Account(json.load(file))
            except (OSError, ValueError):
                account = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        # As a shell has it.
        return Result(status if status >= 0 else 128 - status, account, self.stdout, self.log)

    def _wait_other(self, until: float) -> Result:
        if self._result is not None:
            return self._result
        while True:
            try:
                with self._connect(max(0.0, min(PATIENCE, until - time.monotonic()))) as talk:
                    self._result = Result(talk.wait_end(until))
                    return self._result
            except NoProgram:
                self._result = Result(None)
                return self._result
            except Ended as error:
                self._result = Result(error.status)
                return self._result
            except (Lost, Timeout):
                # Its console has died, or it is one client too many; or it is suspended.
                if time.monotonic() >= until:
                    raise Timeout("") from None
                time.sleep(0.05)

    def stop(self, timeout: Seconds = 10.0) -> Result:
        """Ends the program: in order, and by force where it has not ended after `timeout`.
        Returns how; what its status is, is no error here."""
        timeout = words.seconds("timeout", timeout)
        if self._process is None:
            return self._stop_other(timeout)
        for number, patience in ((signal.SIGTERM, timeout), (signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0)):
            try:
                return self._wait_own(time.monotonic() + (patience if self._tell(number) else 10.0))
            except Timeout:
                continue
        raise Timeout(f"{self.name} ({self.pid}) does not even end by SIGKILL")

    def _tell(self, number: int) -> bool:
        """False: it has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            return False
        self._process.send_signal(number)
        if number == signal.SIGTERM:
            self._process.send_signal(signal.SIGCONT)
        return True

    def _stop_other(self, timeout: float) -> Result:
        try:
            self._ask("stop")
        except (NoProgram, Ended):
            pass
        return self.wait(timeout, check=False)

    def _failed(self, result: Result) -> Failed:
        words_ = f"ended with status {result.status}" if result.status is not None else "has gone"
        return Failed(f"{self.name} ({self.pid}) {words_}", result.status, result.log[-KEPT_WORDS:])

    def _end_of(self, error: Lost) -> Optional[Error]:
        """What a lost connection means: None, that the program has ended well; the error itself,
        that it goes on; else what has become of it."""
        if self._process is None:
            return error if self.is_running else Ended(f"{self.name} ({self.pid}) has gone")
        try:
            result = self._wait_own(time.monotonic() + 1.0)
        except Timeout:
            return error
        return self._failed(result) if result.status else None

    @property
    def stdout(self) -> str:
        """What it has written to its standard output, where that is kept: the last 16 MiB."""
        return self._outputs["stdout"].text() if "stdout" in self._outputs else ""

    @property
    def log(self) -> str:
        """What it has written to its standard error, where that is kept: the last 16 MiB."""
        return self._outputs["stderr"].text() if "stderr" in self._outputs else ""

    # ---- Requests ----

    def _connect(self, timeout: float = PATIENCE) -> Talk:
        try:
            talk = Talk(self._path, timeout)
        except (NoProgram, Lost) as error:
            if self._process is None and self._result is None:
                raise
            self._raise_ended(error)
            raise
        if talk.pid != self.pid:
            talk.close()
            raise NoProgram(f"{self.name} ({self.pid}) has ended: {talk.name} has its socket")
        return talk

    def _raise_ended(self, error: Error) -> None:
        if self._process is None:
            return
        try:
            result = self._wait_own(time.monotonic() + 1.0)
        except Timeout:
            return
        words_ = f"{self.name} ({self.pid}) has ended with status {result.status}"
        raise Ended(words_, result.status, result.log[-KEPT_WORDS:] if result.status else "") from error

    def _ask(
        self, method: str, parameters: Optional[Parameters] = None, timeout: float = PATIENCE
    ) -> List[Parameters]:
        try:
            with self._connect(timeout) as talk:
                return list(talk.ask(method, parameters, timeout))
        except Lost as error:
            self._raise_ended(error)
            raise

    def _ask_waiting(self, method: str, parameters: Parameters, wait: Seconds) -> List[Parameters]:
        wait = words.seconds("wait", wait)
        if not 0 <= wait <= _MAX_WAIT:
            raise Invalid(f"wait is in 0..{_MAX_WAIT:g} s", "invalid_parameter")
        return self._ask(method, {**parameters, "wait_ms": round(wait * 1000)}, wait + PATIENCE)

    def describe(self) -> Description:
        """What does not change while it runs."""
        return self._describe(PATIENCE)

    def _describe(self, timeout: float) -> Description:
        with self._lock:
            if self._description is None:
                lines = self._ask("describe", None, timeout)
                with reading(self.name, "describe"):
                    self._description = Description(lines)
            return self._description

    def _types(self, timeout: float = PATIENCE) -> Types:
        with self._lock:
            if self._known_types is None:
                types = Types()
                for line in self._describe(timeout).types:
                    types.add(dict(line))
                self._known_types = types
            return self._known_types

    @property
    def enums(self) -> Dict[str, Any]:
        """The enums of its values, by name: `run.enums["Level"].high`."""
        return dict(self._types().names())

    def status(self) -> Status:
        """How it is."""
        lines = self._ask("status")
        with reading(self.name, "status"):
            return Status(lines)

    def ping(self) -> Dict[str, bool]:
        """Which processes go round."""
        lines = self._ask("ping")
        with reading(self.name, "ping"):
            found = [line["process"] for line in lines if "process" in line]
            return {line["name"]: bool(line.get("answers", line.get("ended"))) for line in found}

    def why(self, frame: int, of: Optional[str] = None) -> Why:
        """What became of a frame, on all ways or on those of a stream or node."""
        parameters: Parameters = {"frame": int(frame)}
        if of is not None:
            parameters["of"] = of
        lines = self._ask("why", parameters)
        with reading(self.name, "why"):
            return Why(int(frame), lines)

    # ---- Parameters ----

    def get(self, name: Optional[str] = None) -> Any:
        """The value of a parameter, or those of all, by name. One that the program does not tell
        is None. Times are in ns."""
        lines = self._ask("get", {"names": [name]} if name is not None else None)
        takes = self.describe().params
        found = {}
        with reading(self.name, "get"):
            for param in (line["param"] for line in lines if "param" in line):
                kind = str(takes[param["name"]].get("takes", "")) if param["name"] in takes else ""
                found[param["name"]] = words.told(param["value"], kind) if "value" in param else None
        if name is None:
            return found
        if name not in found:
            raise ProtocolError(f"the program was asked for {name!r}, and tells {list(found)}")
        return found[name]

    def set(
        self,
        values: Optional[Mapping[str, Any]] = None,
        *,
        at: Optional[int] = None,
        wait: Seconds = 1.0,
        **more: Any,
    ) -> Change:
        """Gives parameters new values, all from the same frame on, or none: `run.set(by=3)`, or
        `run.set({"n.step": 7}, at=5000)`."""
        both = {**(values or {}), **more}
        asked: Parameters = {"values": {name: words.setting(name, v) for name, v in both.items()}}
        if at is not None:
            asked["at"] = int(at)
        last = self._ask_waiting("set", asked, wait)[-1]
        with reading(self.name, "set"):
            clocks = {str(clock["origin"]): int(clock["frame"]) for clock in last.get("clocks", [])}
            return Change(
                int(last["version"]),
                clocks,
                list(last.get("pending", [])),
                list(last.get("restarted", [])),
                list(last.get("gone", [])),
            )

    # ---- Commands ----

    def call(self, command: str, *, wait: Seconds = 5.0, args: Optional[Mapping[str, Any]] = None, **more: Any) -> Any:
        """Has a node carry out a command: `run.call("take.reset", to=0)`. Returns the answer; of a
        pool, a pipeline or a bank, all answers by node. CommandFailed: a node has not done it."""
        node, dot, name = command.rpartition(".")
        if not dot:
            raise Unknown(f"{command!r} is no command: write \"NODE.COMMAND\"", "unknown_command")
        both = {**(args or {}), **more}
        asked: Parameters = {"node": node, "command": name}
        if both:
            asked["arguments"] = {key: words.argument(key, value) for key, value in both.items()}
        lines = self._ask_waiting("call", asked, wait)
        with reading(self.name, "call"):
            return self._answers(node, name, [line["answer"] for line in lines if "answer" in line])

    def _answers(self, node: str, command: str, lines: List[Parameters]) -> Any:
        found: Dict[str, Any] = {}
        failure: Optional[CommandFailed] = None
        for line in lines:
            who = str(line["node"])
            if "error" in line:
                error = CommandFailed(f"{who}: {line.get('message', '')}", str(line["error"]), who)
                failure = failure or error
                found[who] = error
            else:
                found[who] = self._answer(who, command, line.get("value"))
        if failure is not None:
            failure.answers = found
            raise failure
        return found[node] if list(found) == [node] else found

    def _answer(self, node: str, command: str, value: Any) -> Any:
        known = self.describe().commands.get((node, command))
        kind = self._types().get(str(known["answer"])) if known and "answer" in known else None
        return value if kind is None else kind.from_json(value)

    # ---- Holding ----

    def _hold(self, method: str, nodes: Sequence[str]) -> Held:
        last = self._ask(method, {"nodes": list(nodes)} if nodes else None)[-1]
        with reading(self.name, method):
            return Held(*(list(last.get(key, [])) for key in ("paused", "resting", "wait", "refuse")))

    def pause(self, *nodes: str) -> Held:
        """Nodes that fire no more, until they are resumed."""
        return self._hold("pause", nodes)

    def rest(self, *nodes: str) -> Held:
        """Nodes that pass frames by; those of which the deploy says `may rest`."""
        return self._hold("rest", nodes)

    def resume(self, *nodes: str) -> Held:
        """The opposite of both; without names of all nodes."""
        return self._hold("resume", nodes)

    def restart(self, *nodes: str, wait: Seconds = 5.0) -> Dict[str, Optional[int]]:
        """Starts the processes of nodes again. Their new numbers; None: not back yet."""
        lines = self._ask_waiting("restart", {"nodes": list(nodes)}, wait)
        with reading(self.name, "restart"):
            found = [line["process"] for line in lines if "process" in line]
            return {line["name"]: line.get("pid") for line in found}

    # ---- Streams ----

    def tap(
        self,
        stream: str,
        *,
        count: Optional[int] = None,
        every: Seconds = 0.0,
        newest: bool = False,
        timeout: Optional[Seconds] = None,
    ) -> Tap:
        """The values of a stream as they come: `for frame, view in run.tap("view")`.

        Each, as far as it can be seen; with `every` (seconds) the newest each time; with `newest`
        the one that is newest when it is asked for, so that who is slow never sees an old one.
        `timeout` is for each value."""
        limit = None if timeout is None else words.seconds("timeout", timeout)
        return Tap(self, stream, count, words.seconds("every", every), newest, limit)

    def echo(self, stream: str, count: int, timeout: Seconds = 10.0) -> List[Tuple[Frame, Any]]:
        """The next `count` values, or fewer where the stream ends."""
        with self.tap(stream, count=count, timeout=timeout) as tap:
            return list(tap)

    def read(self, stream: str, timeout: Seconds = 10.0) -> Tuple[Frame, Any]:
        """The newest value of a stream."""
        with self.tap(stream, count=1, timeout=timeout) as tap:
            for found in tap:
                return found
        raise Ended(f"{stream} has ended, and had no value")

    def show(self, stream: str, timeout: Seconds = 10.0) -> Any:
        """The newest picture of a stream of images, which a notebook shows."""
        from .draw import Picture

        frame, view = self.read(stream, timeout)
        if frame.format is None:
            raise Invalid(f"the values of {stream} are no images", "invalid_parameter")
        return Picture(view, frame.format)

    def logs(
        self,
        node: Optional[str] = None,
        level: Optional[str] = None,
        lines: Optional[int] = None,
        after: Optional[int] = None,
    ) -> List[LogLine]:
        """The last lines of its log."""
        asked: Dict[str, Union[str, int, None]] = {"node": node, "level": level, "lines": lines, "after": after}
        given = {key: value for key, value in asked.items() if value is not None}
        said = self._ask("logs", given)
        with reading(self.name, "logs"):
            return [LogLine.of(line) for line in said if "line" in line]

    def follow_logs(self, timeout: Optional[Seconds] = None, **asked: Any) -> Iterator[LogLine]:
        """As `logs`, and those that come, until the program ends. `timeout` is for each."""
        given = {key: value for key, value in asked.items() if value is not None}
        limit = 1e9 if timeout is None else words.seconds("timeout", timeout)
        with self._connect() as talk:
            talk.send("logs", {**given, "follow": True}, time.monotonic() + PATIENCE)
            while True:
                try:
                    line = talk.next(time.monotonic() + limit)
                except Ended:
                    return
                found = None
                with reading(self.name, "logs"):
                    if "line" in line.get("parameters", {}):
                        found = LogLine.of(line["parameters"])
                if found is not None:
                    yield found
                if not line.get("more"):
                    return


def attach(program: Union[int, str, None] = None) -> Run:
    """A program that runs already: by its process number, its name or the path of its socket;
    without any, the only one that runs. The end of a `with` does not end it."""
    if isinstance(program, str) and "/" in program and program.endswith(".sock"):
        with Talk(program) as talk:
            return Run(program, talk.pid, talk.name)
    pid = program if isinstance(program, int) else None
    if isinstance(program, str) and program.isdigit():
        pid = int(program)
    meant = [run for run in _all(pid) if program is None or pid is not None or run.name == program]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise NoProgram(f"several programs are meant: {_list(meant)}", "several_programs")
    others = _all(None)
    raise NoProgram(
        f"no program {program!r} runs" + (f"; there is {_list(others)}" if others else "")
        if program is not None
        else "no pkd program of this user runs"
    )


def programs() -> List[Run]:
    """All programs of this user that run and answer."""
    return _all(None)


def _all(pid: Optional[int]) -> List[Run]:
    found = []
    for number, path in place.sockets(pid):
        try:
            with Talk(path, PATIENCE if pid is not None else 1.0) as talk:
                if pid in (None, talk.pid):
                    found.append(Run(path, talk.pid, talk.name))
        except (NoProgram, Lost, Timeout, ProtocolError):
            continue
    return found


def _list(runs: Sequence[Run]) -> str:
    return ", ".join(f"{run.name} ({run.pid})" for run in runs)


# ---- The end of Python ----


def _stop_all() -> None:
    runs = [run for run in list(_alive) if run._result is None]
    for run in runs:
        run._cut()
    for run in runs:
        try:
            run.stop()
        except Error:
            continue


def _forget_in_child() -> None:
    """A process that was forked does not keep programs alive."""
    for run in list(_alive):
        if run._lifeline >= 0:
            os.close(run._lifeline)
        run._lifeline = -1
        run._process = None
    _alive.clear()


atexit.register(_stop_all)
os.register_at_fork(after_in_child=_forget_in_child)
