"""What can go wrong, as one family of exceptions."""

from __future__ import annotations

from typing import Any, Dict, Optional, Type


class Error(Exception):
    """Any error of this package. `name` is the word of docs/protocol.md, where it has one."""

    name = "failed"

    def __init__(self, message: str, name: Optional[str] = None) -> None:
        super().__init__(message)
        if name is not None:
            self.name = name


class OnlyInside(Error, RuntimeError):
    """A name that has a meaning only inside of a node."""

    name = "only_inside"

    def __init__(self, word: str) -> None:
        super().__init__(f"pkd.{word} has a meaning only inside a node: in its step, init or finish")


class NotInstalled(Error):
    """A program or a package that is needed is not there."""

    name = "not_installed"


class BuildFailed(Error):
    """What pkdc has refused. The message has its messages; `status` is its exit status."""

    name = "build_failed"

    def __init__(self, messages: str, status: int) -> None:
        super().__init__(messages)
        self.messages = messages
        self.status = status


class NoProgram(Error, LookupError):
    """No such program runs, or several do."""

    name = "no_program"


class Ended(Error):
    """The program has ended. `status` is its exit status, None where it is not known."""

    name = "ended"

    def __init__(
        self, message: str, status: Optional[int] = None, log: str = "", name: Optional[str] = None
    ) -> None:
        super().__init__(f"{message}\n{log}" if log else message, name)
        self.status = status
        self.log = log


class Failed(Ended):
    """The program has ended with a status that is not 0, or did not start."""

    name = "program_failed"


class Lost(Error, ConnectionError):
    """The connection to the program is gone, and it has not said that it ends."""

    name = "lost"


class Timeout(Error, TimeoutError):
    """Nothing came within the time that was given."""

    name = "timeout"


class ProtocolError(Error):
    """What was said is not as docs/protocol.md has it."""

    name = "protocol"


class Refused(Error):
    """The program has refused a request: `name` says why for programs."""


class Unknown(Refused, LookupError):
    """A name that the program does not have."""


class Invalid(Refused, ValueError):
    """A value that a parameter or an argument cannot have."""


class CommandFailed(Refused):
    """A node has not carried out a command, or not to its end. `answers` has what each node has
    answered: its value, or the error that it made."""

    def __init__(self, message: str, name: str, node: str) -> None:
        super().__init__(message, name)
        self.node = node
        self.answers: Dict[str, Any] = {}


_KINDS: Dict[str, Type[Refused]] = {
    "unknown_parameter": Unknown,
    "unknown_node": Unknown,
    "unknown_name": Unknown,
    "unknown_stream": Unknown,
    "unknown_command": Unknown,
    "unknown_argument": Invalid,
    "missing_argument": Invalid,
    "invalid_argument": Invalid,
    "invalid_parameter": Invalid,
    "invalid_value": Invalid,
    "out_of_range": Invalid,
}


def refused(name: str, message: str) -> Refused:
    """The exception of an error that the program has answered."""
    return _KINDS.get(name, Refused)(message, name)
