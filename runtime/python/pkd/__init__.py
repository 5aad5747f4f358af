"""pkd from Python: builds programs, runs them, asks them, shows their streams.

What belongs inside of a node (`pkd.number()`, `pkd.END` ...) is here as well, and raises
`pkd.OnlyInside` elsewhere: see inside.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inside
from .errors import (
    BuildFailed,
    CommandFailed,
    Ended,
    Error,
    Failed,
    Invalid,
    Lost,
    NoProgram,
    NotInstalled,
    OnlyInside,
    ProtocolError,
    Refused,
    Timeout,
    Unknown,
)
from .draw import Picture
from .program import Program, Report, build
from .run import Run, attach, programs
from .said import Account, Change, Description, Held, LogLine, Result, Status, Why
from .tap import Frame, Tap
from .types import Record

if TYPE_CHECKING:
    from .inside import (
        END,
        MORE,
        SKIP,
        age,
        expect_frames,
        fail_at_end,
        fired,
        flushing,
        get,
        later,
        log,
        memory,
        note,
        now,
        number,
        output_file,
        params,
        part,
        resumes,
        sampled,
        set,
        set_time,
        state,
        stop,
        stopping,
        time,
        wake,
        wanted,
        watch,
        woken,
    )

__version__ = "0.1.0"

__all__ = [
    "Account",
    "BuildFailed",
    "Change",
    "CommandFailed",
    "Description",
    "Ended",
    "Error",
    "Failed",
    "Frame",
    "Held",
    "Invalid",
    "LogLine",
    "Lost",
    "NoProgram",
    "NotInstalled",
    "OnlyInside",
    "Picture",
    "Program",
    "ProtocolError",
    "Record",
    "Refused",
    "Report",
    "Result",
    "Run",
    "Status",
    "Tap",
    "Timeout",
    "Unknown",
    "Why",
    "attach",
    "build",
    "programs",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        return getattr(inside, name)
