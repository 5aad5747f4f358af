"""The programs of nt4.pkd, for the tests."""

import atexit
import csv
import os
import signal
import socket
import subprocess

from console import children, title, wait_for
from nt import free_port

VISION = "/SmartDashboard/vision"


def run(program, port, *options, name=None):
    name = name or program
    process = subprocess.Popen([f"./{program}", "--port", str(port), *map(str, options)],
                               stderr=open(f"{name}.err", "w"), stdout=subprocess.DEVNULL)
    atexit.register(process.kill)    # where a test fails; of one that has ended it does nothing
    return process


def said(name):
    return open(f"{name}.err").read()


def end(*programs, how=signal.SIGINT):
    for program in programs:
        program.send_signal(how)
    for program in programs:
        assert program.wait(60) in (0, 130), program.returncode


def rows(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def serve(*options):
    port = free_port()
    server = run("served", port, *options)
    wait_for(lambda: answers(port))
    return server, port


def process_of(program, name):
    for pid in children(program.pid):
        if title(pid) == name:
            return pid
    raise AssertionError((name, [title(pid) for pid in children(program.pid)]))
