"""Pictures for notebooks: a program's graph as SVG, and images as PNG, without other packages."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from .errors import Invalid
from .types import need_numpy, numpy

# ---- Images ----


def png(width: int, height: int, channels: int, bits: int, rows: bytes) -> bytes:
    """A PNG: `rows` are `height` rows of samples, big-endian, RGB or RGBA or gray."""
    kinds = {1: 0, 3: 2, 4: 6}
    step = width * channels * bits // 8
    if not width or not height or len(rows) != step * height:
        raise Invalid(f"{len(rows)} bytes are no image of {width} x {height}", "invalid_value")
    filtered = b"".join(b"\0" + rows[y * step : (y + 1) * step] for y in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, bits, kinds[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(filtered, 1))
        + chunk(b"IEND", b"")
    )


class Picture:
    """An image that a notebook shows: `pkd.Picture(view, "bgr24")`. With NumPy also the planes of
    i420 and nv12, and arrays of one's own."""

    def __init__(self, view: Any, format: str = "bgr24") -> None:
        self.view = view
        self.format = format
        self._png: Optional[bytes] = None

    @property
    def size(self) -> Tuple[int, int]:
        """Width and height."""
        plane = self.view[0] if isinstance(self.view, tuple) else self.view
        return int(plane.shape[1]), int(plane.shape[0])

    def __repr__(self) -> str:
        width, height = self.size
        return f"<picture {width} x {height}, {self.format}>"

    def png(self) -> bytes:
        if self._png is None:
            self._png = _encode(self.view, self.format)
        return self._png

    def save(self, path: Any) -> None:
        """Writes a PNG."""
        with open(path, "wb") as file:
            file.write(self.png())

    def _repr_png_(self) -> bytes:
        return self.png()

    def _repr_html_(self) -> str:
        width, height = self.size
        data = base64.b64encode(self.png()).decode()
        return (
            f"<img width='{width}' height='{height}' style='max-width:100%;height:auto' "
            f"alt='{width} x {height}' src='data:image/png;base64,{data}'>"
        )


def _encode(view: Any, format: str) -> bytes:
    if isinstance(view, tuple):
        view, format = _rgb_of(view), "rgb24"
    if numpy is not None:
        return _encode_array(numpy.asarray(view), format)
    shape = view.shape
    channels = shape[2] if len(shape) == 3 else 1
    if channels not in (1, 3, 4) or view.itemsize != 1:
        need_numpy(f"a picture of {format}")
    rows = bytearray(view.tobytes())
    if format.startswith("bgr"):
        rows[0::channels], rows[2::channels] = rows[2::channels], rows[0::channels]
    return png(shape[1], shape[0], channels, 8, bytes(rows))


def _encode_array(view: Any, format: str) -> bytes:
    if view.ndim == 3 and view.shape[2] == 1:
        view = view[:, :, 0]
    channels = 1 if view.ndim == 2 else view.shape[2] if view.ndim == 3 else 0
    if channels not in (1, 3, 4):
        raise Invalid(f"an array of shape {view.shape} is no picture", "invalid_value")
    bits = 8
    if view.dtype.kind == "f":
        low, high = (float(f(view)) if view.size else 0.0 for f in (numpy.nanmin, numpy.nanmax))
        scale = 255 / (high - low) if high > low else 0.0
        view = numpy.nan_to_num((view - low) * scale).astype(numpy.uint8)
    elif view.dtype.kind == "b":
        view = view.astype(numpy.uint8) * 255
    elif view.dtype == numpy.uint16:
        view, bits = view.astype(">u2"), 16
    elif view.dtype != numpy.uint8:
        raise Invalid(f"an array of {view.dtype} is no picture: uint8, uint16 or float", "invalid_value")
    if channels >= 3 and format.startswith("bgr"):
        view = view[:, :, [2, 1, 0] + [3] * (channels - 3)]
    return png(view.shape[1], view.shape[0], channels, bits, numpy.ascontiguousarray(view).tobytes())


def _rgb_of(planes: Sequence[Any]) -> Any:
    """Of i420 and nv12, as most are meant: limited range, BT.709 from 720 rows on, else BT.601."""
    np = need_numpy("a picture of several planes")
    luma = np.asarray(planes[0]).astype(np.float32)
    height, width = luma.shape
    if len(planes) == 2:
        u, v = planes[1][:, :, 0], planes[1][:, :, 1]
    else:
        u, v = planes[1], planes[2]
    blue, red = (
        np.repeat(np.repeat(np.asarray(p, dtype=np.float32), 2, 0), 2, 1)[:height, :width] - 128
        for p in (u, v)
    )
    kr, kb = (0.2126, 0.0722) if height >= 720 else (0.299, 0.114)
    kg = 1 - kr - kb
    y = (luma - 16) * (255 / 219)
    cr, cb = red * (255 / 224), blue * (255 / 224)
    r = y + 2 * (1 - kr) * cr
    b = y + 2 * (1 - kb) * cb
    g = (y - kr * r - kb * b) / kg
    return np.clip(np.stack([r, g, b], 2) + 0.5, 0, 255).astype(np.uint8)


# ---- Graphs ----

MOST_BOXES = 500
_ROW, _GAP, _LETTER, _MARGIN = 46, 56, 7.2, 12


class Box:
    def __init__(self, name: str, under: str, is_origin: bool, note: str = "") -> None:
        self.name, self.under, self.is_origin, self.note = name, under, is_origin, note
        self.width = max(len(name), len(under), len(note)) * _LETTER + 20
        self.column = 0
        self.is_way = False
        self.x = self.y = 0.0


Edges = List[Tuple[str, str, str, bool]]  # from, to, words, whether it is drawn thin


def graph_of_source(graph: Mapping[str, Any]) -> str:
    """Of `pkdc graph --format=json`."""
    nodes = [node for node in graph.get("nodes", []) if isinstance(node, Mapping)]
    boxes = [_box(node) for node in nodes]
    writers = [stream.get("node") for stream in graph.get("streams", [])]
    edges: Edges = []
    for edge in graph.get("edges", []):
        policy = str(edge["policy"])
        source, target = boxes[writers[edge["stream"]]], boxes[edge["node"]]
        edges.append((source.name, target.name, _policy(policy), policy == "sample"))
    return svg(boxes, edges)


def _box(node: Mapping[str, Any]) -> Box:
    kind = str(node.get("expression") or node.get("kind", ""))
    return Box(str(node.get("name", "?")), kind[:40], bool(node.get("origin")))


def _policy(policy: str) -> str:
    return "" if policy == "queue" else policy


def graph_of_status(description: Any, status: Any) -> str:
    """Of a program that runs: how often each node has fired, and what was dropped."""
    boxes = []
    for name, node in description.nodes.items():
        now = status.nodes.get(name, {})
        note = f"{now.get('firings', 0)} firings"
        if now.get("state") not in ("running", None):
            note = str(now["state"])
        boxes.append(Box(name, str(node.get("kind", ""))[:40], node.get("origin") != "none", note))
    nodes = {name: stream["node"] for name, stream in description.streams.items()}
    dropped = {(e["stream"], e["node"], e["input"]): e.get("dropped", 0) for e in status.edges}
    edges: Edges = []
    for edge in description.edges:
        lost = dropped.get((edge["stream"], edge["node"], edge["input"]), 0)
        policy = str(edge["policy"])
        text = " ".join(w for w in (_policy(policy), f"{lost} dropped" if lost else "") if w)
        if edge["stream"] in nodes:
            edges.append((nodes[edge["stream"]], edge["node"], text, policy == "sample"))
    return svg(boxes, edges)


def _backward(boxes: Sequence[Box], edges: Edges) -> Set[Tuple[str, str]]:
    """Edges that would close a circle: sampled ones, where there is a choice."""
    readers: Dict[str, List[str]] = {}
    found: Set[Tuple[str, str]] = set()

    def reaches(source: str, target: str) -> bool:
        todo, seen = [source], {source}
        while todo:
            for reader in readers.get(todo.pop(), []):
                if reader not in seen:
                    seen.add(reader)
                    todo.append(reader)
        return target in seen

    for source, target, _, _ in sorted(edges, key=lambda edge: edge[3]):
        if target in readers.get(source, []):
            continue
        if reaches(target, source):
            found.add((source, target))
        else:
            readers.setdefault(source, []).append(target)
    return found


def _columns(boxes: Sequence[Box], edges: Edges, backward: Set[Tuple[str, str]]) -> None:
    """Each box right of all that it reads."""
    by_name = {box.name: box for box in boxes}
    for _ in boxes:
        moved = False
        for source, target, _, _ in edges:
            least = by_name[source].column + 1
            if (source, target) not in backward and by_name[target].column < least:
                by_name[target].column = least
                moved = True
        if not moved:
            return


def _with_ways(
    boxes: List[Box], edges: Edges, backward: Set[Tuple[str, str]]
) -> Tuple[List[Box], List[Tuple[List[str], str, bool]]]:
    """Each edge as the boxes that it goes through: in the columns between its ends a place of its
    own, one for all that leave the same box."""
    by_name = {box.name: box for box in boxes}
    ways: Dict[str, Box] = {}
    found = []
    for source, target, text, thin in edges:
        path = [source]
        if (source, target) not in backward:
            for column in range(by_name[source].column + 1, by_name[target].column):
                name = f"\0{source}\0{column}"
                if name not in ways:
                    ways[name] = Box(name, "", False)
                    ways[name].column, ways[name].is_way, ways[name].width = column, True, 0
                path.append(name)
        found.append((path + [target], text, thin))
    return boxes + list(ways.values()), found


def _rows(boxes: Sequence[Box], pairs: Iterable[Tuple[str, str]]) -> List[List[Box]]:
    """The boxes of each column, each near what it reads, and then near what reads it."""
    columns: List[List[Box]] = []
    for box in boxes:
        while len(columns) <= box.column:
            columns.append([])
        columns[box.column].append(box)
    near: Dict[str, Set[str]] = {}
    for source, target in pairs:
        near.setdefault(target, set()).add(source)
        near.setdefault(source, set()).add(target)
    at: Dict[str, float] = {}

    def height(box: Box) -> float:
        rows = [at[name] for name in near.get(box.name, ()) if name in at]
        return sum(rows) / len(rows) if rows else at.get(box.name, 0.0)

    for sweep in (columns, columns[::-1], columns):
        for column in sweep:
            column.sort(key=height)
            for i, box in enumerate(column):
                at[box.name] = i - len(column) / 2
    return columns


def svg(boxes: Sequence[Box], edges: Edges) -> str:
    """The graph, from left to right."""
    if len(boxes) > MOST_BOXES:
        return f"<p>{len(boxes)} nodes are too many to be drawn</p>"
    names = {box.name for box in boxes}
    edges = [edge for edge in edges if edge[0] in names and edge[1] in names]
    backward = _backward(boxes, edges)
    _columns(boxes, edges, backward)
    all_boxes, paths = _with_ways(list(boxes), edges, backward)
    pairs = [pair for path, _, _ in paths for pair in zip(path, path[1:])]
    columns = [column for column in _rows(all_boxes, pairs) if column]
    tall = _place(columns) + (22 if backward else 0)
    by_name = {box.name: box for box in all_boxes}
    parts = [_edge([by_name[name] for name in path], text, thin) for path, text, thin in paths]
    parts += [_draw_box(box) for box in boxes]
    total = max((box.x + box.width for box in boxes), default=0.0) + _MARGIN
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{total:.0f}' height='{tall:.0f}' "
        f"viewBox='0 0 {total:.0f} {tall:.0f}' style='max-width:100%;height:auto' "
        "font-family='monospace' font-size='12'>"
        "<defs><marker id='pkd-arrow' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='7' "
        "markerHeight='7' orient='auto'><path d='M0 0L8 4L0 8z' fill='#777'/></marker></defs>"
        + "".join(parts)
        + "</svg>"
    )


def _place(columns: Sequence[Sequence[Box]]) -> float:
    """Gives each box its place. Returns the height of all."""
    heights = [sum(_height(box) for box in column) for column in columns]
    x = float(_MARGIN)
    for column, height in zip(columns, heights):
        width = max(box.width for box in column)
        y = _MARGIN + (max(heights) - height) / 2
        for box in column:
            box.x, box.y, box.width = x, y, width
            y += _height(box)
        x += width + _GAP + 30
    return max(heights, default=0.0) + _MARGIN


def _height(box: Box) -> float:
    return 18 if box.is_way else _ROW + 14


def _middle(box: Box) -> float:
    return box.y + (2 if box.is_way else _ROW / 2)


def _edge(path: Sequence[Box], text: str, thin: bool) -> str:
    dash = " stroke-dasharray='4 3'" if thin else ""
    first, last = path[0], path[-1]
    if first.column >= last.column:  # back, below the boxes
        x1, y1 = first.x + first.width / 2, first.y + _ROW
        x2, y2 = last.x + last.width / 2 + 8, last.y + _ROW
        low = max(y1, y2) + 24
        line = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {low:.0f} {x2:.0f} {low:.0f} {x2:.0f} {y2:.0f}"
        at = (x1 + x2) / 2, low - 8
    else:
        line = f"M{first.x + first.width:.0f} {_middle(first):.0f}"
        for a, b in zip(path, path[1:]):
            x1, x2, y1, y2 = a.x + a.width, b.x, _middle(a), _middle(b)
            bend = (x2 - x1) / 2
            line += f"C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
            if b.is_way:
                line += f"H{b.x + b.width:.0f}"
        at = (x1 + x2) / 2, (y1 + y2) / 2 - 4
    drawn = f"<path d='{line}' fill='none' stroke='#777'{dash} marker-end='url(#pkd-arrow)'/>"
    if not text:
        return drawn
    return drawn + (
        f"<text x='{at[0]:.0f}' y='{at[1]:.0f}' text-anchor='middle' font-size='10' "
        f"fill='#777'>{escape(text)}</text>"
    )


def _draw_box(box: Box) -> str:
    fill = "#e3f0e3" if box.is_origin else "#eef2f7"
    lines: Iterable[Tuple[str, str, int]] = (
        (box.name, "#111", 12),
        (box.under, "#666", 10),
        (box.note, "#666", 10),
    )
    shown = [line for line in lines if line[0]]
    step = _ROW / (len(shown) + 0.4)
    texts = "".join(
        f"<text x='{box.x + box.width / 2:.0f}' y='{box.y + step * (i + 0.9):.0f}' "
        f"text-anchor='middle' fill='{colour}' font-size='{size}'>{escape(text)}</text>"
        for i, (text, colour, size) in enumerate(shown)
    )
    return (
        f"<rect x='{box.x:.0f}' y='{box.y:.0f}' width='{box.width:.0f}' height='{_ROW}' rx='5' "
        f"fill='{fill}' stroke='#9ab'/>" + texts
    )
