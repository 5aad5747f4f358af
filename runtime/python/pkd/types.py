"""The types of a program's values, and values as Python has them.

A value is decoded out of the bytes that it has in the program's memory, as docs/protocol.md says
under `raw`, or made from JSON. Whatever the bytes are, nothing is read beyond them. Arrays and
memoryviews are read-only, and stay valid: each value has bytes of its own."""

from __future__ import annotations

import importlib
import struct
from enum import IntEnum
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type

from .errors import NotInstalled, ProtocolError

numpy: Any = None  # without it, memoryviews and tuples take the place of arrays
try:
    numpy = importlib.import_module("numpy")
except ImportError:
    pass

MAX_DEPTH = 64

# name: format of struct and memoryview, bytes
_SCALARS = {
    "bool": ("?", 1),
    "i8": ("b", 1),
    "i16": ("h", 2),
    "i32": ("i", 4),
    "i64": ("q", 8),
    "u8": ("B", 1),
    "u16": ("H", 2),
    "u32": ("I", 4),
    "u64": ("Q", 8),
    "f32": ("f", 4),
    "f64": ("d", 8),
    "time": ("q", 8),
}

# enum pkd_format: name, bytes of a pixel (0: planes), format of a sample, channels
FORMATS = {
    1: ("gray8", 1, "B", 1),
    2: ("bgr24", 3, "B", 3),
    3: ("rgb24", 3, "B", 3),
    4: ("bgra32", 4, "B", 4),
    5: ("rgba32", 4, "B", 4),
    6: ("gray16", 2, "H", 1),
    7: ("grayf32", 4, "f", 1),
    8: ("i420", 0, "B", 1),
    9: ("nv12", 0, "B", 1),
}
IMAGE_HEADER = 64


def need_numpy(what: str) -> Any:
    """NumPy, for what cannot be done without."""
    if numpy is None:
        raise NotInstalled(f"{what} needs NumPy: pip install numpy, or apt install python3-numpy")
    return numpy


def _round_up(n: int, align: int) -> int:
    return (n + align - 1) // align * align


def _slice(data: memoryview, at: int, n: int) -> memoryview:
    found = data[at : at + n]
    if at < 0 or n < 0 or len(found) != n:
        raise ProtocolError(f"a value ends after {len(data)} bytes, before it is whole")
    return found


class ValueType:
    """A type of the language, with its layout in memory."""

    def __init__(self, name: str, size: int, align: int) -> None:
        self.name = name
        self.size = size
        self.align = align

    def __repr__(self) -> str:
        return f"<pkd type {self.name}>"

    def decode(self, data: memoryview, at: int) -> Any:
        """The value whose bytes begin there."""
        raise NotImplementedError

    def from_json(self, value: Any) -> Any:
        """The value that an answer has as JSON."""
        raise NotImplementedError

    def _wrong(self, value: Any) -> ProtocolError:
        return ProtocolError(f"an answer has {str(value)[:80]!r}, and {self.name} is declared")

    def dtype(self) -> Any:
        """That of NumPy for one among many; None: it has none of its own."""
        return None

    @property
    def is_flat(self) -> bool:
        """Whether `dtype` has the same layout as the program."""
        return False

    def cell(self, data: memoryview, at: int) -> Any:
        """The value as an array of `dtype` takes it."""
        return self.decode(data, at)

    def cell_from(self, value: Any) -> Any:
        """The same of a value that was decoded."""
        return value


class Scalar(ValueType):
    def __init__(self, name: str) -> None:
        self.format, size = _SCALARS[name]
        super().__init__(name, size, size)

    def decode(self, data: memoryview, at: int) -> Any:
        return struct.unpack_from("=" + self.format, _slice(data, at, self.size))[0]

    def from_json(self, value: Any) -> Any:
        if self.format in "fd" and (value is None or isinstance(value, (int, float))):
            return float("nan") if value is None else float(value)
        if isinstance(value, bool if self.format == "?" else int):
            return value
        raise self._wrong(value)

    def dtype(self) -> Any:
        return numpy.dtype("=" + self.format)

    @property
    def is_flat(self) -> bool:
        return True


class Choice(ValueType):
    """An enum of the language; `enum` is an IntEnum."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(name, 4, 4)
        self.names = list(names)
        self.enum = _make_enum(name, self.names)

    def decode(self, data: memoryview, at: int) -> Any:
        return self.of(struct.unpack_from("=I", _slice(data, at, 4))[0])

    def of(self, number: int) -> Any:
        return self.enum(number) if 0 <= number < len(self.names) else number

    def from_json(self, value: Any) -> Any:
        if value not in self.names:
            raise self._wrong(value)
        return self.of(self.names.index(value))

    def dtype(self) -> Any:
        return numpy.dtype("=u4")

    @property
    def is_flat(self) -> bool:
        return True


def _make_enum(name: str, names: Sequence[str]) -> Type[IntEnum]:
    """A word that an Enum cannot have gets a '_' behind it."""
    members: List[Tuple[str, int]] = []
    for number, word in enumerate(names):
        taken = word in ("mro", "name", "value") or word.startswith("_") or hasattr(int, word)
        members.append((f"m{word}_" if word.startswith("_") else f"{word}_" if taken else word, number))
    return IntEnum(name.rpartition(".")[2] or "Enum", members)  # type: ignore[return-value]


class Text(ValueType):
    """string<N>, and bytes<N>."""

    def __init__(self, name: str, capacity: int, is_string: bool) -> None:
        super().__init__(name, _round_up(4 + capacity + is_string, 4), 4)
        self.capacity = capacity
        self.is_string = is_string

    def decode(self, data: memoryview, at: int) -> Any:
        (n,) = struct.unpack_from("=I", _slice(data, at, 4))
        found = _slice(data, at + 4, min(n, self.capacity))
        return bytes(found).decode("utf-8", "replace") if self.is_string else found

    def from_json(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise self._wrong(value)
        try:
            return value if self.is_string else memoryview(bytes.fromhex(value))
        except ValueError:
            raise self._wrong(value) from None

    def dtype(self) -> Any:
        return numpy.dtype(f"U{self.capacity}" if self.is_string and self.capacity else "O")

    def cell_from(self, value: Any) -> Any:
        return value if self.is_string else bytes(value)

    def cell(self, data: memoryview, at: int) -> Any:
        return self.cell_from(self.decode(data, at))


MOST = 1 << 31  # bytes that a value may have


class Many(ValueType):
    """[T; N], and list<T, N>."""

    def __init__(self, name: str, item: ValueType, n: int, is_list: bool) -> None:
        if item.size < 1 or not 0 <= n * item.size <= MOST:
            raise ValueError(name)
        self.items_at = _round_up(4, item.align) if is_list else 0
        align = max(4, item.align) if is_list else item.align
        super().__init__(name, _round_up(self.items_at + n * item.size, align), align)
        self.item = item
        self.n = n
        self.is_list = is_list

    def decode(self, data: memoryview, at: int) -> Any:
        n = self.n
        if self.is_list:
            n = min(n, struct.unpack_from("=I", _slice(data, at, 4))[0])
        items = _slice(data, at + self.items_at, n * self.item.size)
        if numpy is not None and self.item.is_flat:
            return numpy.ndarray((n,), self.item.dtype(), items)
        if numpy is not None and self.item.dtype() is not None:
            return self._array([self.item.cell(items, i * self.item.size) for i in range(n)])
        if isinstance(self.item, Scalar):
            return items.cast("B").cast(self.item.format)
        return tuple(self.item.decode(items, i * self.item.size) for i in range(n))

    def _array(self, cells: List[Any]) -> Any:
        found = numpy.empty(len(cells), dtype=self.item.dtype())
        try:
            for i, cell in enumerate(cells):
                found[i] = cell
        except (OverflowError, TypeError, ValueError) as error:
            raise ProtocolError(f"a value is none of {self.name}: {error}") from error
        found.flags.writeable = False
        return found

    def from_json(self, value: Any) -> Any:
        if not isinstance(value, list) or len(value) > self.n or len(value) < self.n * (not self.is_list):
            raise self._wrong(value)
        items = [self.item.from_json(item) for item in value]
        if numpy is None or self.item.dtype() is None:
            return tuple(items)
        return self._array([self.item.cell_from(item) for item in items])

    def dtype(self) -> Any:
        if self.is_list:
            return numpy.dtype("O")
        item = self.item.dtype()
        return None if item is None else numpy.dtype((item, (self.n,)))

    @property
    def is_flat(self) -> bool:
        return not self.is_list and self.item.is_flat


class Pixels(ValueType):
    """image<FORMAT, W, H>."""

    def __init__(self, name: str) -> None:
        super().__init__(name, 0, 8)

    def decode(self, data: memoryview, at: int) -> Any:
        head = struct.unpack_from("=8I", _slice(data, at, IMAGE_HEADER))
        width, height, stride, number = head[:4]
        if number not in FORMATS:
            raise ProtocolError(f"an image has the format {number}")
        _, pixel, form, channels = FORMATS[number]
        at += IMAGE_HEADER
        if pixel:
            plane = _slice(data, at, stride * height)
            return _plane(plane, width, height, stride, form, channels)
        half = (stride + 1) // 2 * ((height + 1) // 2)
        _slice(data, at, stride * height + 2 * half)
        luma = _plane(data[at : at + stride * height], width, height, stride, "B", 1)
        at += stride * height
        columns, rows, step = (width + 1) // 2, (height + 1) // 2, (stride + 1) // 2
        if number == 9:
            both = data[at : at + 2 * half]
            return luma, _plane(both, columns, rows, 2 * step, "B", 2)
        first, second = data[at : at + half], data[at + half : at + 2 * half]
        return (
            luma,
            _plane(first, columns, rows, step, "B", 1),
            _plane(second, columns, rows, step, "B", 1),
        )

    def from_json(self, value: Any) -> Any:
        return value

    def format(self, data: memoryview) -> str:
        return FORMATS[struct.unpack_from("=4I", _slice(data, 0, 16))[3]][0]


def _plane(data: memoryview, width: int, height: int, stride: int, form: str, channels: int) -> Any:
    """(height, width), or (height, width, channels)."""
    size = struct.calcsize("=" + form)
    row = width * size * channels
    if row > stride:
        raise ProtocolError(f"an image has rows of {stride} bytes, and {width} pixels need {row}")
    shape = (height, width) if channels == 1 else (height, width, channels)
    if numpy is not None:
        strides = (stride, size) if channels == 1 else (stride, size * channels, size)
        return numpy.ndarray(shape, "=" + form, data, strides=strides)
    if row != stride:
        data = memoryview(b"".join(data[y * stride : y * stride + row] for y in range(height)))
    return data.cast("B").cast(form, list(shape)) if width and height else data


class Fields(ValueType):
    """A record."""

    def __init__(self, name: str, size: int, align: int) -> None:
        super().__init__(name, size, align)
        self.fields: Dict[str, Tuple[ValueType, int]] = {}
        self._dtype: Any = None
        self._flat: Optional[bool] = None

    def decode(self, data: memoryview, at: int) -> Any:
        return Record(self, _slice(data, at, self.size))

    def from_json(self, value: Any) -> Any:
        if not isinstance(value, dict) or not self.fields.keys() <= value.keys():
            raise self._wrong(value)
        found = {name: kind.from_json(value[name]) for name, (kind, _) in self.fields.items()}
        return Record(self, None, found)

    def dtype(self) -> Any:
        if self._dtype is None:
            kinds = [kind.dtype() for kind, _ in self.fields.values()]
            if self.is_flat:
                self._dtype = numpy.dtype(
                    {
                        "names": list(self.fields),
                        "formats": kinds,
                        "offsets": [at for _, at in self.fields.values()],
                        "itemsize": self.size,
                    }
                )
            else:
                objects = [numpy.dtype("O") if kind is None else kind for kind in kinds]
                self._dtype = numpy.dtype(list(zip(self.fields, objects)))
        return self._dtype

    @property
    def is_flat(self) -> bool:
        if self._flat is None:
            self._flat = all(kind.is_flat for kind, _ in self.fields.values())
        return self._flat

    def cell(self, data: memoryview, at: int) -> Any:
        whole = _slice(data, at, self.size)
        return tuple(kind.cell(whole, offset) for kind, offset in self.fields.values())

    def cell_from(self, value: Any) -> Any:
        return tuple(kind.cell_from(value[name]) for name, (kind, _) in self.fields.items())


class Record(Mapping[str, Any]):
    """A record: its fields are attributes and items. A field is decoded when it is asked for."""

    __slots__ = ("_type", "_data", "_values")

    def __init__(
        self, kind: Optional[Fields], data: Optional[memoryview], values: Optional[Dict[str, Any]] = None
    ) -> None:
        object.__setattr__(self, "_type", kind)
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_values", {} if values is None else values)

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            if self._data is None or self._type is None:
                raise KeyError(name)
            kind, at = self._type.fields[name]
            self._values[name] = kind.decode(self._data, at)
        return self._values[name]

    def __getattribute__(self, name: str) -> Any:
        # A field may be named like a method of a mapping: it goes first.
        if not name.startswith("_"):
            kind = object.__getattribute__(self, "_type")
            if name in (kind.fields if kind is not None else object.__getattribute__(self, "_values")):
                return self[name]
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            kind = self._type.name if self._type is not None else "a record"
            raise AttributeError(f"{kind} has no field {name!r}: it has {', '.join(self)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a value of a program is read-only")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values if self._type is None else self._type.fields)

    def __len__(self) -> int:
        return len(self._values if self._type is None else self._type.fields)

    def __dir__(self) -> List[str]:
        return list(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and {name: self[name] for name in self} == {
            name: other[name] for name in other
        }

    def __hash__(self) -> int:
        raise TypeError("a record has no hash")

    def __reduce__(self) -> Any:
        return Record, (None, None, {name: _plain(self[name]) for name in self})

    def __repr__(self) -> str:
        name = self._type.name if self._type is not None else "Record"
        return f"{name}({', '.join(f'{field}={self[field]!r}' for field in self)})"


def _plain(value: Any) -> Any:
    """What can be pickled. An enum is one of this program, made while it runs."""
    if isinstance(value, memoryview):
        return value.tolist() if value.format != "B" else bytes(value)
    return int(value) if isinstance(value, IntEnum) else value


class Types:
    """Those of one program, by their names. What it does not say is a type without a layout: its
    values are bytes."""

    def __init__(self) -> None:
        self._named: Dict[str, ValueType] = {}

    def add(self, line: Dict[str, Any]) -> None:
        """A line of `describe`."""
        try:
            name, size, align = line["name"], int(line["size"]), int(line["align"])
            if line["kind"] == "enum" and "names" in line:
                self._named[name] = Choice(name, [str(word) for word in line["names"]])
            elif line["kind"] == "record" and "fields" in line:
                record = Fields(name, size, align)
                for field in line["fields"]:
                    kind, at = self.get(field["type"]), int(field["offset"])
                    if kind is None:
                        return
                    record.fields[field["name"]] = kind, at
                self._named[name] = record
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProtocolError(f"a type is described as {line!r}") from error

    def names(self) -> Dict[str, Type[IntEnum]]:
        return {name: kind.enum for name, kind in self._named.items() if isinstance(kind, Choice)}

    def get(self, name: str) -> Optional[ValueType]:
        """None: it is not known."""
        if name not in self._named:
            try:
                kind, rest = self._parse(name.strip(), 0)
            except (ValueError, KeyError, IndexError):
                return None
            if rest or kind is None:
                return None
            self._named[name] = kind
        return self._named[name]

    def _parse(self, text: str, depth: int) -> Tuple[Optional[ValueType], str]:
        if depth > MAX_DEPTH:
            raise ValueError(text)
        if text.startswith("["):
            item, rest = self._parse(text[1:].lstrip(), depth + 1)
            count, closed, rest = rest.lstrip().lstrip(";").partition("]")
            if item is None or not closed or isinstance(item, Pixels):
                raise ValueError(text)
            whole = text[: len(text) - len(rest)]
            return Many(whole, item, int(count), False), rest
        end = next((i for i, c in enumerate(text) if c in "<>,;] "), len(text))
        word, rest = text[:end], text[end:]
        if not rest.startswith("<"):
            return (Scalar(word) if word in _SCALARS else self._named.get(word)), rest
        if word == "list":
            item, rest = self._parse(rest[1:].lstrip(), depth + 1)
            count, closed, rest = rest.lstrip().lstrip(",").partition(">")
            if item is None or not closed or isinstance(item, Pixels):
                raise ValueError(text)
            return Many(text[: len(text) - len(rest)], item, int(count), True), rest
        inner, closed, rest = rest[1:].partition(">")
        whole = text[: len(text) - len(rest)]
        if whole in self._named:
            return self._named[whole], rest
        if word in ("string", "bytes"):
            return Text(whole, int(inner), word == "string"), rest
        if word == "image":
            return Pixels(whole), rest
        raise ValueError(text)
