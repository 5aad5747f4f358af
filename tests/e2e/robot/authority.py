"""What a process may do, tried in its own place: it is held, and made to call openat."""

import ctypes
import os
import platform
import struct

ATTACH, DETACH, GETREGS, SETREGS, STEP, PEEK, POKE = 16, 17, 12, 13, 9, 1, 4
CAN = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
RAX, RDX, RSI, RDI, ORIG_RAX, RIP, RSP, N = 10, 12, 13, 14, 15, 16, 19, 27    # of struct user_regs_struct


def call(what, pid, address=0, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(what, pid, address, data)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), f"ptrace {what}")
    return result


def open_in(pid, path):
    """What openat(path) returns in that process: a descriptor, -errno, or the signal that it ends with."""
    call(ATTACH, pid)
    os.waitpid(pid, 0x40000000)                              # __WALL
    room = ctypes.create_string_buffer(8 * N)
    call(GETREGS, pid, 0, ctypes.addressof(room))
    before = list(struct.unpack(f"{N}Q", room.raw))
    regs = before[:]
    text = path.encode() + b"\0" * (8 - len(path) % 8)
    regs[RSP] = (before[RSP] - 4096) & ~15                   # below the red zone
    for at in range(0, len(text), 8):
        call(POKE, pid, regs[RSP] + at, int.from_bytes(text[at:at + 8], "little"))
    word = call(PEEK, pid, before[RIP]) & (1 << 64) - 1
    call(POKE, pid, before[RIP], word & ~0xffff | 0x050f)    # syscall
    regs[RAX], regs[RDI], regs[RSI], regs[RDX] = 257, -100 & (1 << 64) - 1, regs[RSP], 0
    regs[ORIG_RAX] = (1 << 64) - 1
    call(SETREGS, pid, 0, ctypes.addressof(ctypes.create_string_buffer(struct.pack(f"{N}Q", *regs))))
    call(STEP, pid)
    _, status = os.waitpid(pid, 0x40000000)
    if os.WIFSTOPPED(status) and os.WSTOPSIG(status) == 31:  # SIGSYS: the filter
        result = ("SIGSYS",)
    else:
        call(GETREGS, pid, 0, ctypes.addressof(room))
        result = ctypes.c_long(struct.unpack(f"{N}Q", room.raw)[RAX]).value
    call(POKE, pid, before[RIP], word)
    call(SETREGS, pid, 0, ctypes.addressof(ctypes.create_string_buffer(struct.pack(f"{N}Q", *before))))
    call(DETACH, pid)
    return result
