"""What who looks from outside has of private.pkd; in the directory of the test."""

import atexit
import glob
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

PATIENCE = 30 * float(os.environ.get("TEST_PATIENCE", 10)) / 10
HIDDEN = ["hidden.frame", "hidden.word", "hidden.number", "hidden.data", "view.view", "text_"]
SHOWN = ["shown.frame", "shown.word", "shown.number", "shown.data", "view.lit", "covered.view", "length"]


def mark(seed, k):
    letters, x = b"", 10 * seed + k
    for _ in range(24):
        x = (x * 1664525 + 1013904223) % 2**32
        letters += bytes([ord("a") + (x >> 24) % 26])
    return letters[:8] if k == 3 else letters


def wait(what, condition):
    until = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < until, "there is no " + what
        time.sleep(0.005)


def start(*options):
    for left in glob.glob("place/*.sock"):
        os.unlink(left)
    program = subprocess.Popen(["./marked", "--quiet", *options], stderr=open("said", "a"))
    atexit.register(program.kill)  # its processes end with it
    wait("socket", lambda: glob.glob("place/*.sock"))
    wait("values", lambda: count("hidden.data") > 20 and count("shown.data") > 20)
    return program


def console(program):
    for pid in open(f"/proc/{program.pid}/task/{program.pid}/children").read().split():
        try:
            with open(f"/proc/{pid}/cmdline") as words:
                if "console" in words.read():
                    return int(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended meanwhile
    return None


def ask(method, **parameters):
    """All lines of an answer."""
    def connect():
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        try:
            client.connect(glob.glob("place/*.sock")[0])
            return client
        except (ConnectionRefusedError, IndexError):
            return None
    client = wait("console", connect)
    with client, client.makefile("r") as lines:
        lines.readline()
        client.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\n")
        answer = [json.loads(lines.readline())]
        while answer[-1].get("more"):
            answer.append(json.loads(lines.readline()))
    return answer


def parts(method, name):
    return [line["parameters"][name] for line in ask(method) if name in line["parameters"]]


def count(stream):
    return next(s["published"] for s in parts("status", "stream") if s["name"] == stream)


def memory(pid):
    """All that the process has mapped and may read."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as file:
        for line in maps:
            first, last, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if rights[0] != "r" or "[v" in line:
                continue
            file.seek(int(first, 16))
            found.append(file.read(int(last, 16) - int(first, 16)))
    return b"\0".join(found)


def check_memory(program):
    """Whoever takes the console over has what it has: its memory, and its descriptors."""
    pid = wait("console", lambda: console(program))
    ask("describe")
    has = memory(pid)
    for k in 1, 2, 3, 4:
        assert mark(2, k) in has, f"the console does not see number {k} of what is public"
        assert mark(1, k) not in has, f"the console has number {k} of what is private"
    files = [os.readlink(file) for file in glob.glob(f"/proc/{pid}/fd/*") if os.path.islink(file)]
    assert not [file for file in files if "memfd" in file], files


def check_echo(program):
    before = wait("console", lambda: console(program))
    for stream in HIDDEN:
        for more in {}, {"values": False}, {"every_ms": 10}, {"pixels": "frame" in stream}:
            line = ask("echo", stream=stream, count=1, **more)[-1]
            assert line.get("error") == "private", (stream, more, line)
            assert f"{stream}" in line["message"] or stream == "text_", line
            assert "(private.pkd:" in line["message"] and "'public'" in line["message"], line
    for stream in SHOWN:
        lines = ask("echo", stream=stream, count=1)
        assert len(lines) > 1 and "value" in lines[1]["parameters"], (stream, lines)
    assert console(program) == before, "the console has died of it"


def check_describe():
    private = {s["name"]: s["private"] for s in parts("describe", "stream") if "private" in s}
    names = {s["name"] for s in parts("describe", "stream")}
    assert set(HIDDEN[:5]) <= set(private) and not set(SHOWN[:6]) & set(private), private
    assert set(private.values()) == {"private.pkd:" + PLACE}, private
    assert len(names) > len(private), names


def pkd(*words, status=0):
    done = subprocess.run(["pkd", *words], capture_output=True, timeout=PATIENCE)
    assert done.returncode == status, (words, done)
    return done.stdout + done.stderr


def check_commands():
    """What the commands of pkd print has no values, either."""
    said = pkd("echo", "hidden.frame", "--png", "pictures", status=1)
    assert b"is private" in said, said
    assert not glob.glob("pictures/*"), "there is a picture"
    assert b"is private" in pkd("echo", "hidden.number", "--hz", status=1)
    assert b", private" in pkd("describe")
    outputs = [pkd(*words) for words in (
        ["describe"], ["describe", "--json"], ["status"], ["status", "--json"], ["get"],
        ["why", "marked", "5", "hidden.word"], ["top", "--json", "--count", "1"], ["trace", "trace.json", "--seconds", "0.2"])]
    outputs += [open(name, "rb").read() for name in ("said", "trace.json")]
    for output in outputs:
        for k in 1, 2, 3, 4:
            assert mark(1, k) not in output, output


def finish(program):
    program.send_signal(signal.SIGINT)
    program.wait(PATIENCE)


PLACE = sys.argv[1]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
for options in (), ("--freeze", "all"), ("--single-process",):
    running = start(*options)
    check_echo(running)
    check_describe()
    check_memory(running)
    before = console(running)
    os.kill(before, signal.SIGKILL)
    wait("new console", lambda: console(running) not in (None, before))
    check_memory(running)
    if not options:
        check_commands()
    finish(running)
for name in "account.json", "trace.json":
    if os.path.exists(name):
        os.unlink(name)
running = start("--account", "account.json", "--trace", "trace.json")
finish(running)
for name in "account.json", "trace.json", "said":
    with open(name, "rb") as file:
        text = file.read()
    assert not [k for k in (1, 2, 3, 4) if mark(1, k) in text], name
print("of a private stream nothing is seen from outside")
