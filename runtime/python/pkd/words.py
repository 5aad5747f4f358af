"""Values of Python as a program takes them: on its command line, and in requests."""

from __future__ import annotations

import datetime
import enum
import math
import os
from typing import Any, Mapping

from .errors import Invalid


def option_text(name: str, value: Any) -> str:
    """A value in the words of the command line."""
    if isinstance(value, enum.Enum):
        return value.name
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.timedelta):
        return f"{value // datetime.timedelta(microseconds=1) * 1000}ns"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Invalid(f"{name} = {value}: a program takes no such number", "invalid_value")
        return repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (str, os.PathLike)):
        text = os.fsdecode(value)
        if "\0" in text:
            raise Invalid(f"{name}: a string has no NUL byte in it", "invalid_value")
        return text
    if isinstance(value, (bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise Invalid(f"{name}: {type(value).__name__!r} is nothing a parameter takes", "invalid_value")
    return ",".join(option_text(name, item) for item in value)


def setting(name: str, value: Any) -> Any:
    """A value for `set`: JSON."""
    if isinstance(value, (bool, int)) and not isinstance(value, enum.Enum):
        return value
    return option_text(name, value)


def argument(name: str, value: Any) -> Any:
    """An argument of `call`: JSON, by its declared type."""
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else option_text(name, value)
    if isinstance(value, datetime.timedelta):
        return option_text(name, value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(key): argument(f"{name}.{key}", item) for key, item in value.items()}
    names = getattr(getattr(value, "dtype", None), "names", None)
    if names:
        if getattr(value, "ndim", 0):
            return [argument(name, item) for item in value]
        return {key: argument(f"{name}.{key}", value[key]) for key in names}
    if hasattr(value, "tolist"):
        return argument(name, value.tolist())
    if hasattr(value, "_fields"):
        return {key: argument(f"{name}.{key}", getattr(value, key)) for key in value._fields}
    if hasattr(value, "__iter__"):
        return [argument(name, item) for item in value]
    raise Invalid(f"{name}: {type(value).__name__!r} is nothing an argument takes", "invalid_argument")


def told(text: str, takes: str) -> Any:
    """A parameter's value, out of the words in which a program tells it."""
    if takes.endswith(",...") or "," in takes:
        one = takes.split(",")[0]
        return tuple(told(item, one) for item in text.split(",")) if text else ()
    try:
        if takes == "INTEGER":
            return int(text)
        if takes == "NUMBER":
            return float(text)
        if takes == "TIME":
            return nanoseconds(text)
    except ValueError:
        return text
    if takes == "true|false":
        return text == "true"
    return text


def seconds(name: str, value: Any) -> float:
    """How long to wait: a number of seconds, a timedelta, or as a program has it, "200ms"."""
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, str):
        try:
            return nanoseconds(value) / 1e9
        except ValueError:
            raise Invalid(f'{name}: {value!r} is no time: write 0.2 (seconds) or "200ms"', "invalid_value") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise Invalid(f"{name}: {value!r} is no number of seconds", "invalid_value")
    return float(value)


_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}


def nanoseconds(text: str) -> int:
    """'20ms'"""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = text[len(number) :]
    if unit not in _UNITS:
        raise ValueError(text)
    whole, _, fraction = number.partition(".")
    if not fraction:
        return int(whole) * _UNITS[unit]
    return round(float(number) * _UNITS[unit])
