#!/bin/sh
# What the console allows a client, and what it is allowed itself: the size of a line, the number of clients and who
# makes room, readers that do not read, requests of one that has gone, other users; its own system calls; how soon it
# is back where it dies again and again.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

# Where another user gets, and nobody has anything else.
PKD_DIR=$(mktemp -d /tmp/pkd-limits.XXXXXX)
trap 'clean_up; rm -rf "$PKD_DIR"' EXIT
export PKD_DIR PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
build "$e2e/line/line.pkd" --pipeline line -o line
cat >limits.py <<'END'
import json, os, signal, socket, subprocess, sys, time

import console as lib
from console import children, title, wait_for

place = os.environ["PKD_DIR"]

program = subprocess.Popen(["./line", "--quiet"])
path = f"{place}/{program.pid}.sock"


def connect():
    return lib.connect(program, place)


def console():
    return next((pid for pid in children(program.pid) if title(pid) == "console"), None)


def is_open(client):
    """Whether the console still answers it."""
    try:
        client[0].sendall(b'{"id":1,"method":"resume"}\n')
        return '"id":1' in client[1].readline()
    except OSError:
        return False


try:
    wait_for(lambda: connect())

    # ---- The size of a line ----
    client, lines = connect()
    client.sendall(b'"' + b"x" * 65533 + b'"\n')
    assert json.loads(lines.readline())["error"] == "invalid_request", "a line of 64 KiB is not taken"
    client.sendall(b"x" * 65536)
    client.settimeout(10)
    try:
        last = lines.readline()
    except OSError:
        last = '{"error":"none"}'
    assert json.loads(last)["error"] == "too_long", "a line without an end is waited for"
    assert lines.readline() == "", "who sends too much stays"

    # ---- Who does not read ----
    lazy, _ = connect()
    lazy.settimeout(1)
    try:
        while True:
            lazy.sendall(b'{"method":"describe"}\n' * 1000)
    except TimeoutError:
        pass
    other = connect()
    assert other, "one that does not read holds up others"
    other[0].settimeout(20)
    assert is_open(other), "one that does not read holds up others"
    lazy.close()
    other[0].close()

    # ---- The number of clients: the one that is quiet for longest makes room, but for who waits ----
    waits = connect()
    waits[0].sendall(b'{"id":7,"method":"logs","parameters":{"follow":true,"lines":1}}\n')
    clients = [connect() for _ in range(15)]
    for client in clients[1:]:
        assert is_open(client), "one made room for nobody"
    more = connect()
    assert not is_open(clients[0]), "another than the one that is quiet for longest made room"
    assert all(is_open(client) for client in clients[1:] + [more]), "more than one made room"
    more = [connect() for _ in range(3)]
    waits[0].settimeout(0.2)
    try:
        while waits[1].readline():
            pass
        assert False, "who waits for an answer made room"
    except TimeoutError:
        pass
    for client in clients + more:
        client[0].close()

    # ---- What one that has gone may still have asked for ----
    pid = console()
    os.kill(pid, signal.SIGSTOP)
    gone = socket.socket(socket.AF_UNIX)
    gone.connect(path)
    gone.sendall(b'{"method":"resume"}\n' * 99 + b'{"method":"pause","parameters":{"nodes":["middle"]}}\n')
    gone.close()
    os.kill(pid, signal.SIGCONT)
    asks = lib.Console(program, place)
    for _ in range(2):  # whoever asks twice is behind it
        asks.ask("get")
    assert not any(line["parameters"].get("node", {}).get("paused") for line in asks.ask("status")), \
        "one that has gone is served without an end"

    # ---- Other users ----
    if os.geteuid() == 0:
        os.chmod(place, 0o755)
        os.chmod(path, 0o666)
        stranger = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c",
             f"import socket; s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect({path!r}); print(s.recv(9))"],
            capture_output=True, text=True, timeout=30, check=False)
        assert stranger.stdout == "b''\n", ("another user is answered", stranger)
        os.chmod(path, 0o600)
        os.chmod(place, 0o700)

    # ---- What it may do itself ----
    status = open(f"/proc/{pid}/status", encoding="ascii").read()
    if "Seccomp:\t" in status and "Seccomp:\t2" in open(f"/proc/{children(program.pid)[0]}/status", encoding="ascii").read():
        assert "Seccomp:\t2\n" in status and "NoNewPrivs:\t1\n" in status, "it is not confined"

    # ---- It dies again and again: after 20, 40, 80, 160, 320, 640 ms it is back, and not each time at once ----
    died, until = set(), time.monotonic() + 1.2
    while time.monotonic() < until:
        pid = console()
        if pid and pid not in died:
            died.add(pid)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    assert len(died) <= 7, f"it is back {len(died)} times at once"
    wait_for(lambda: lib.Console(program, place).ask("get"))
    lib.Console(program, place).ask("stop")
    assert program.wait(30) == 0, program.returncode
    print("it was back", len(died), "times")
finally:
    if program.poll() is None:
        program.kill()
END
at_most 200 python3 limits.py >said 2>&1 || fail 'a limit' said
note "$(tail -n 1 said)"
