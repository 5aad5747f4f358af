"""What zsh offers at Tab behind words of `pkd`: in a terminal, by its own completion. Arguments: zsh, the directory of
an unpacked one or "", that of _pkd, that of pkd."""

import glob
import os
import pty
import re
import select
import sys
import time

zsh, unpacked, functions, binaries = sys.argv[1:]
PATIENCE = 30 * float(os.environ.get("TEST_PATIENCE", 10)) / 10

pid, terminal = pty.fork()
if pid == 0:
    os.execve(zsh, ["zsh", "-f", "-i"], {"TERM": "vt100", "PATH": binaries + ":" + os.environ["PATH"], "HOME": os.getcwd(),
                                         "PKD_DIR": os.environ["PKD_DIR"], "LC_ALL": "C.UTF-8"})


def send(text):
    os.write(terminal, text.encode())


def read(what, pattern):
    """All that is said until there is this in it, without the terminal's own words."""
    said, until = b"", time.monotonic() + PATIENCE
    while True:
        text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\0\r\b]", "", said.decode(errors="replace"))
        if re.search(pattern, text, re.S):
            return text
        assert time.monotonic() < until, f"{what}: no {pattern} in {text!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            said += os.read(terminal, 65536)


n_marks = 0


def run(line):
    global n_marks
    n_marks += 1
    send(f"{line}; print -r -- mark''ed{n_marks}\n")
    return read(line, f"marked{n_marks}")


def offered(words, wanted):
    """What is typed and Tab, and the line's own listing or its completion; then the line is dropped."""
    send(words + "\t")
    text = read(words, wanted)
    send("\x15")
    run(":")
    return text


try:
    modules = glob.glob(unpacked + "/usr/lib/*/zsh/*/zsh")
    if unpacked:
        run(f"module_path=({os.path.dirname(modules[0])}); zmodload zsh/zle")
        run(f"fpath=({unpacked}/usr/share/zsh/functions/**/*(/N)); setopt zle")
    run(f"fpath=({functions} $fpath); PS1='$ '; LISTMAX=1000; setopt no_beep; autoload -U compinit")
    said = run("compinit -u -D; print ${_comps[pkd]}")
    assert re.search(r"\b_pkd\b", said), said
    offered("pkd sta", "pkd status ")
    text = offered("pkd s", "status .*print how a program is")
    assert re.search("set .*change live parameters", text) and "pause" not in text, text
    offered("pkd -H robot stat", "pkd -H robot status ")
    offered("pkd get --js", "pkd get --json")
    offered("pkd stop st", "pkd stop steered ")
    offered("pkd set b", "pkd set by=")
    offered("pkd get steered b", "pkd get steered by ")
    offered("pkd echo f", "pkd echo found.same ")
    assert "name" not in offered("pkd echo ", "count.n.*found.same")
    offered("pkd call fou", "pkd call found ")
    offered("pkd call found gr", "pkd call found greet ")
    offered("pkd call found greet na", "pkd call found greet name=")
finally:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
