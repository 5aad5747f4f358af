"""What belongs inside of a node: `pkd.number()`, `pkd.END` and their like.

There the module `pkd` is another one, which the embedding has (runtime/python/embed/context.c). Here each of its names is
for editors and type checkers, and raises `OnlyInside`: so a file of nodes can be imported by a test.
`pkd.testing.Node` runs one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Optional

from .errors import OnlyInside

if TYPE_CHECKING:
    END: Any
    SKIP: Any
    MORE: Any
    state: Any
    params: Any

VALUES = ("END", "SKIP", "MORE", "state", "params")


def _outside(name: str) -> NoReturn:
    raise OnlyInside(name)


def number() -> int:
    """The number of the frame, from 1."""
    _outside("number")


def time() -> int:
    """Its capture time, in ns."""
    _outside("time")


def now() -> int:
    """The monotonic clock, in ns."""
    _outside("now")


def age(value: Any) -> Optional[int]:
    """The age of an input, in ns; None where it is absent."""
    _outside("age")


def sampled(value: Any) -> bool:
    """Whether an input is read by `sample`."""
    _outside("sampled")


def fired() -> Optional[str]:
    """The input that has fired the node."""
    _outside("fired")


def part() -> int:
    """How many values were made of this input before."""
    _outside("part")


def flushing() -> bool:
    """Whether the inputs have ended."""
    _outside("flushing")


def woken() -> bool:
    """Whether step is called without an input."""
    _outside("woken")


def wanted(output: str) -> bool:
    """Whether anybody reads an output."""
    _outside("wanted")


def stopping() -> bool:
    """Whether the program was asked to stop."""
    _outside("stopping")


def resumes() -> bool:
    """Whether an earlier start has begun the run."""
    _outside("resumes")


def set_time(ns: int) -> None:
    """Sets the capture time of the frame that is made."""
    _outside("set_time")


def later(ns: int) -> Any:
    """`return pkd.later(ns)`: nothing yet; again at that time."""
    _outside("later")


def wake(ns: int) -> None:
    """Has step called at that time, without an input."""
    _outside("wake")


def expect_frames(n: int) -> None:
    """How many frames will come."""
    _outside("expect_frames")


def stop() -> None:
    """Asks the whole program to stop in order."""
    _outside("stop")


def watch(fd: Any, events: int = 1) -> None:
    """Has ready(self) called while a descriptor is ready."""
    _outside("watch")


def output_file(path: Any) -> int:
    """A descriptor of a file that the node `writes`."""
    _outside("output_file")


def note(text: Any) -> None:
    """A line in the log."""
    _outside("note")


def log(level: str, text: Any) -> None:
    """A line of a level: error, warning, info or debug."""
    _outside("log")


def fail_at_end(text: Any) -> None:
    """An error with which all goes on to the end."""
    _outside("fail_at_end")


def get(name: str) -> Optional[str]:
    """The value of a parameter of the program."""
    _outside("get")


def set(name: str, value: Any) -> None:
    """Asks for a value of a parameter of the program."""
    _outside("set")


def memory(name: str) -> memoryview:
    """A `persistent memory` of the node."""
    _outside("memory")


FUNCTIONS = tuple(name for name in list(globals()) if name.islower() and not name.startswith("_") and name != "annotations")


def __getattr__(name: str) -> Any:
    if name in VALUES:
        _outside(name)
    raise AttributeError(f"module 'pkd' has no attribute {name!r}")
