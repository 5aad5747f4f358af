"""What belongs inside of a node: `pkd.number()`, `pkd.END` and their like.

Whoever runs nodes (the embedding, `pkd.testing`) calls `enter` with an object that has these names
as attributes. Elsewhere each of them raises `OnlyInside`. One object serves the whole process, as
a process runs one interpreter; an embedding whose process has several nodes answers for the one
whose step runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Protocol

from .errors import OnlyInside

if TYPE_CHECKING:

    class Node(Protocol):
        """What `enter` takes."""

        END: Any
        SKIP: Any
        MORE: Any
        state: Any

        def number(self) -> int: ...
        def time(self) -> int: ...
        def age(self, value: Any) -> Optional[int]: ...
        def sampled(self, value: Any) -> Optional[int]: ...
        def stopping(self) -> bool: ...
        def note(self, text: str) -> None: ...
        def set_time(self, ns: int) -> None: ...
        def later(self, ns: int) -> Any: ...
        def watch(self, fd: int) -> None: ...

    END: Any
    SKIP: Any
    MORE: Any
    state: Any

FUNCTIONS = ("number", "time", "age", "sampled", "stopping", "note", "set_time", "later", "watch")
VALUES = ("END", "SKIP", "MORE", "state")

_node: Optional[Node] = None


def enter(node: Optional[Node]) -> Optional[Node]:
    """From now on these names are the node's; None: of nobody. Returns whose they were."""
    global _node
    before, _node = _node, node
    return before


def is_inside() -> bool:
    return _node is not None


def _inside(name: str) -> Node:
    if _node is None:
        raise OnlyInside(name)
    return _node


def number() -> int:
    """The number of the frame that fires the node, from 1 on."""
    return _inside("number").number()


def time() -> int:
    """Its capture time, in ns."""
    return _inside("time").time()


def age(value: Any) -> Optional[int]:
    """How many ns a sampled input is behind the frame; None where it is absent."""
    return _inside("age").age(value)


def sampled(value: Any) -> Optional[int]:
    """The frame of a sampled input; None where it is absent."""
    return _inside("sampled").sampled(value)


def stopping() -> bool:
    """Whether the program is to end, and waits for nothing that may not come."""
    return _inside("stopping").stopping()


def note(text: str) -> None:
    """A line for the log, with the node and the frame."""
    _inside("note").note(text)


def set_time(ns: int) -> None:
    """In an origin: the capture time of the frame that it makes."""
    _inside("set_time").set_time(ns)


def later(ns: int) -> Any:
    """`return pkd.later(ns)`: there is nothing yet; ask again after that time."""
    return _inside("later").later(ns)


def watch(fd: int) -> None:
    """Has `ready(self)` called when the descriptor can be read."""
    _inside("watch").watch(fd)


def __getattr__(name: str) -> Any:
    if name in VALUES:
        return getattr(_inside(name), name)
    raise AttributeError(f"module 'pkd' has no attribute {name!r}")
