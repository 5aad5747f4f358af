"""Where programs listen: docs/protocol.md, "Where a program is"."""

from __future__ import annotations

import os
import re
import socket
import stat
from typing import List, Mapping, Optional, Tuple

from .errors import Lost, NoProgram, Timeout

_NAME = re.compile(r"([1-9][0-9]{0,9})(-[0-9]+)?\.sock")


def candidates(env: Mapping[str, str]) -> List[str]:
    """The directories, in the order in which a program with this environment tries them."""
    told = env.get("PKD_DIR")
    if told:
        return [told]
    runtime = env.get("XDG_RUNTIME_DIR", "")
    found = [runtime + "/pkd"] if runtime.startswith("/") else []
    return found + ["/run/pkd", f"/tmp/pkd-{os.geteuid()}"]


def fault_of(path: str, told: bool) -> Optional[str]:
    """Why a directory is not used; None: it may be."""
    try:
        status = os.lstat(path.rstrip("/") or "/")
    except OSError as error:
        return error.strerror
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link"
    if not stat.S_ISDIR(status.st_mode):
        return "is not a directory"
    if status.st_uid != os.geteuid():
        if not told:
            return "belongs to another user"
        return "can be written by others than its owner" if status.st_mode & 0o022 else None
    return "is open to others: chmod 700 closes it" if status.st_mode & 0o027 else None


def sockets(
    pid: Optional[int] = None, more: Optional[Mapping[str, str]] = None
) -> List[Tuple[int, str]]:
    """The process numbers and paths of all sockets, or of those of one process. `more`: what its
    environment has besides this one's."""
    env = {**os.environ, **(more or {})}
    found: List[Tuple[int, str]] = []
    seen = set()
    told = bool(env.get("PKD_DIR"))
    for folder in candidates(env):
        if fault_of(folder, told) is not None:
            continue
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            match = _NAME.fullmatch(name)
            if match and pid in (None, int(match[1])):
                found.append((int(match[1]), os.path.join(folder, name)))
    return sorted(found)


def connect(path: str, timeout: float) -> socket.socket:
    """Connects, by a short path whatever the directory's is."""
    folder, name = os.path.split(path)
    try:
        directory = os.open(folder or ".", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise NoProgram(f"no program listens at {path}: {error.strerror}") from error
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        client.settimeout(timeout)
        client.connect(f"/proc/self/fd/{directory}/{name}")
    except (ConnectionRefusedError, FileNotFoundError) as error:
        client.close()
        raise NoProgram(f"no program listens at {path} any more") from error
    except (socket.timeout, BlockingIOError) as error:
        client.close()
        raise Timeout(f"nobody answers at {path}; is the program suspended?", "no_answer") from error
    except OSError as error:
        client.close()
        raise Lost(f"{path} cannot be reached: {error.strerror}", "permission") from error
    finally:
        os.close(directory)
    return client
