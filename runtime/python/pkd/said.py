"""What a program says of itself, as objects that a notebook shows as tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from .types import Record


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], title: str = "") -> str:
    """Rows as a table of HTML; columns of which no row has anything are left out."""
    items = list(rows)
    used = [c for c in columns if any(row.get(c) not in (None, "", 0, False) for row in items)]
    used = used or list(columns[:1])
    head = "".join(f"<th style='text-align:left'>{escape(c.replace('_', ' '))}</th>" for c in used)
    body = "".join(
        "<tr>" + "".join(_cell(c, row.get(c)) for c in used) + "</tr>" for row in items
    )
    caption = f"<caption style='text-align:left'>{escape(title)}</caption>" if title else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(column: str, value: Any) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        text = "" if value in (None, False) else "yes" if value is True else str(value)
        return f"<td style='text-align:left'>{escape(text)}</td>"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}: {n}" for name, n in value.items())
        return f"<td style='text-align:left'>{escape(text)}</td>"
    if isinstance(value, int) and column.endswith("_ns"):
        text = duration(value)
    else:
        text = str(value)
    return f"<td style='text-align:right'>{escape(text)}</td>"


def duration(ns: int) -> str:
    """12.3ms"""
    for unit, size in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if abs(ns) >= size:
            return f"{ns / size:.3g}{unit}"
    return f"{ns}ns"


def record(line: Mapping[str, Any]) -> Record:
    return Record(None, None, dict(line))


def edge_name(edge: Mapping[str, Any]) -> str:
    return f"{edge.get('stream')} -> {edge.get('node')}.{edge.get('input')}"


_NODES = (
    "name", "kind", "state", "paused", "resting", "frame", "firings", "p50_ns", "p99_ns",
    "longest_ns", "refused", "failed", "rested",
)  # fmt: skip
_EDGES = (
    "edge", "published", "delivered", "in_flight", "dropped", "thinned", "other_worker",
    "unjoined", "failed", "rested", "left", "refused", "looks", "absent",
)  # fmt: skip
_STREAMS = (
    "name", "firings", "published", "absent", "refused", "paused", "failed", "rested",
)  # fmt: skip


class _Parts:
    """Lines by kind, each kind by name."""

    def __init__(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self.processes: Dict[str, Record] = {}
        self.nodes: Dict[str, Record] = {}
        self.streams: Dict[str, Record] = {}
        self.edges: List[Record] = []
        self.program: Record = record({})
        for line in lines:
            for kind, value in line.items():
                if isinstance(value, Mapping):
                    self._take(kind, value)

    def _take(self, kind: str, value: Mapping[str, Any]) -> None:
        found = record(value)
        name = str(value.get("name", ""))
        if kind == "process":
            self.processes[name] = found
        elif kind == "node":
            self.nodes[name] = found
        elif kind == "stream":
            self.streams[name] = found
        elif kind == "edge":
            self.edges.append(found)
        elif kind == "program":
            self.program = found


def _edges_table(edges: Iterable[Record], title: str) -> str:
    return table(({"edge": edge_name(edge), **edge} for edge in edges), _EDGES, title)


class Status(_Parts):
    """How a program is: `nodes`, `streams` and `processes` by name, `edges` as a list, each with
    the members that docs/protocol.md has."""

    @property
    def phase(self) -> str:
        return str(self.program.get("phase", "?"))

    def __repr__(self) -> str:
        return f"<{self.phase}: {len(self.nodes)} nodes in {len(self.processes)} processes>"

    def _repr_html_(self) -> str:
        return table(self.nodes.values(), _NODES, self.phase) + _edges_table(self.edges, "")


class Description(_Parts):
    """What does not change while a program runs. As Status; `params` by name besides, and
    `commands` by (node, name)."""

    def __init__(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self.params: Dict[str, Record] = {}
        self.commands: Dict[Tuple[str, str], Record] = {}
        self.types: List[Mapping[str, Any]] = []
        super().__init__(lines)

    def _take(self, kind: str, value: Mapping[str, Any]) -> None:
        if kind == "param":
            self.params[str(value.get("name", ""))] = record(value)
        elif kind == "command":
            self.commands[str(value.get("node", "")), str(value.get("name", ""))] = record(value)
        elif kind == "type":
            self.types.append(value)
        else:
            super()._take(kind, value)

    def __repr__(self) -> str:
        return f"<{self.program.get('name', '?')}: {', '.join(self.nodes)}>"

    def _repr_html_(self) -> str:
        return (
            table(self.nodes.values(), ("name", "kind", "process", "origin", "at"), "nodes")
            + table(self.streams.values(), ("name", "type", "slots", "bytes", "private"), "streams")
            + table(self.params.values(), ("name", "takes", "range", "doc"), "parameters")
            + table(self.commands.values(), ("node", "name", "doc", "answer"), "commands")
        )


class Account:
    """What has become of every value on every edge: docs/runtime.md, "The account"."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.program = str(whole.get("program", "?"))
        self.status = whole.get("status")
        self.nodes = _by_name(whole.get("nodes"))
        self.streams = _by_name(whole.get("streams"))
        self.edges = [record(edge) for edge in whole.get("edges") or [] if isinstance(edge, Mapping)]

    def edge(self, stream: str, node: str, input: Optional[str] = None) -> Record:
        """The edge from a stream to a node."""
        for edge in self.edges:
            if edge["stream"] == stream and edge["node"] == node and input in (None, edge["input"]):
                return edge
        raise LookupError(
            f"there is no edge from {stream!r} to {node!r}: there are "
            + ", ".join(edge_name(edge) for edge in self.edges)
        )

    def __repr__(self) -> str:
        return f"<account of {self.program}: {len(self.edges)} edges, status {self.status}>"

    def _repr_html_(self) -> str:
        return _edges_table(self.edges, f"{self.program}, status {self.status}: edges") + table(
            self.streams.values(), _STREAMS, "streams"
        )


def _by_name(items: Any) -> Dict[str, Record]:
    found = [item for item in items or [] if isinstance(item, Mapping)]
    return {str(item.get("name", "")): record(item) for item in found}


@dataclass(frozen=True)
class Result:
    """How a program has ended."""

    status: Optional[int]
    account: Optional[Account] = None
    stdout: str = ""
    log: str = ""

    def _repr_html_(self) -> str:
        if self.account is not None:
            return self.account._repr_html_()
        return f"<p>ended with status {self.status}</p>"


@dataclass(frozen=True)
class Change:
    """What `set` has brought about. As a whole number it is the frame from which on the values
    hold, of the only origin, or of the one that comes to them first."""

    version: int
    clocks: Dict[str, int]  # origin -> frame
    pending: List[str] = field(default_factory=list)
    restarted: List[str] = field(default_factory=list)
    gone: List[str] = field(default_factory=list)

    @property
    def frame(self) -> Optional[int]:
        return min(self.clocks.values()) if self.clocks else None

    def __index__(self) -> int:
        if self.frame is None:
            raise ValueError("no origin has taken the values yet")
        return self.frame

    __int__ = __index__


@dataclass(frozen=True)
class Held:
    """Who is held, and who comes to wait or to lose frames for it."""

    paused: List[str]
    resting: List[str]
    wait: List[str]
    refuse: List[str]


class Why:
    """What became of one frame."""

    def __init__(self, frame: int, lines: Iterable[Mapping[str, Any]]) -> None:
        self.frame = frame
        self.remembers = True
        self.streams: Dict[str, Record] = {}
        self.edges: List[Record] = []
        for line in lines:
            if "stream" in line:
                self.streams[str(line["stream"].get("name"))] = record(line["stream"])
            elif "edge" in line:
                self.edges.append(record(line["edge"]))
            else:
                self.remembers = bool(line.get("remembers", True))

    def __str__(self) -> str:
        lines = [f"{name}: {_state(stream)}" for name, stream in self.streams.items()]
        lines += [f"{edge_name(edge)}: {_state(edge)}" for edge in self.edges]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<frame {self.frame}>\n{self}"

    def _repr_html_(self) -> str:
        rows = [{"what": name, "became": _state(stream)} for name, stream in self.streams.items()]
        rows += [{"what": edge_name(edge), "became": _state(edge)} for edge in self.edges]
        return table(rows, ("what", "became"), f"frame {self.frame}")


def _state(line: Mapping[str, Any]) -> str:
    text = str(line.get("state", "?"))
    for word, name in (("instead", "frame"), ("lacked", "lacked"), ("input", ""), ("for", "for")):
        if word in line and not (word == "input" and "stream" in line):
            text += f" ({name} {line[word]})" if name else f" (at {line[word]})"
    return text


@dataclass(frozen=True)
class LogLine:
    """A line of the log. `time` is in ns since 1970."""

    number: int
    time: int
    level: str
    text: str
    node: Optional[str] = None
    frame: Optional[int] = None
    process: Optional[str] = None
    at: Optional[str] = None
    output: Optional[str] = None
    lost: int = 0

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> LogLine:
        said = line["line"]
        return cls(
            int(said["number"]),
            int(said["time_ns"]),
            str(said["level"]),
            str(said["text"]),
            said.get("node"),
            said.get("frame"),
            said.get("process"),
            said.get("at"),
            said.get("output"),
            int(line.get("lost", 0)),
        )

    def __str__(self) -> str:
        where = f"{self.node or self.process or ''}" + (f" {self.frame}" if self.frame else "")
        return f"{self.level}: {where}: {self.text}" if where else f"{self.level}: {self.text}"
