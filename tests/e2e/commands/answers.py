"""What is answered where something is wrong: a node that hangs, lies, dies, is paused, has ended."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

from console import Console, children, title, wait_for


def start(*words):
    return subprocess.Popen([*words, "--quiet"])


def error(answers):
    assert len(answers) == 1, answers
    return answers[0]["error"]


program = start("./watched")
console = Console(program)
try:
    # ---- What is wrong with the request ----
    for arguments, wanted in (({}, "missing_argument"), ({"number": 1, "x": 1}, "unknown_argument"),
                              ({"number": -1}, "invalid_argument"), ({"number": "x"}, "invalid_argument"),
                              ({"number": 1.5}, "invalid_argument"), ({"number": [1]}, "invalid_argument"),
                              ({"number": 4294967296}, "invalid_argument")):
        assert error(console.call("n", "tell", **arguments)) == wanted, arguments
    step = {"by": 1, "way": "up", "words": []}
    for change, wanted in (({"way": "left"}, "invalid_argument"), ({"words": ["a"] * 5}, "invalid_argument"),
                           ({"words": ["123456789"]}, "invalid_argument"), ({"words": ["a\0"]}, "invalid_argument"),
                           ({"by": None}, "invalid_argument"), ({"what": 1}, "unknown_argument")):
        assert error(console.call("w", "move", step={**step, **change}, names=True)) == wanted, change
    del step["by"]
    assert console.call("w", "move", step=step, names=True)[0]["message"] == "'step.by' is missing"
    assert error(console.call("n", "told")) == "unknown_command"
    assert error(console.call("m", "tell", number=1)) == "unknown_node"
    assert error(console.ask("call", node="n")) == "invalid_parameter"
    assert error(console.ask("call", node="n", command="all", arguments=[])) == "invalid_parameter"
    assert error(console.ask("call", node="n", command="all", wait_ms=60001)) == "invalid_parameter"

    # ---- Defaults and ranges ----
    assert console.call("w", "turn", n=1)[0]["value"] == '7 0.5 1 20000000 1 a"b 1 1'
    assert console.call("w", "turn", n="3", way="up", name="", at=[0, 1], pause="1s", fast=False, to=-10)[0][
        "value"] == "-10 0 1 1000000000 0  0 3"
    assert console.call("w", "shift") == [{"node": "w", "value": 1.5}]
    assert console.ask("call", node="w", command="shift")[0]["parameters"]["answer"] == {"node": "w", "value": 1.5}
    for arguments, wanted in (({}, "'n' is missing: it must be in 1..3"),
                              ({"n": 4}, "n = 4 is out of range: it must be in 1..3"),
                              ({"n": 1, "to": 11}, "to = 11 is out of range: it must be in -10..10"),
                              ({"n": 1, "pause": "2s"}, "pause = 2s is out of range: it must be in 1ms..1s"),
                              ({"n": 1, "at": [0, 1.5]}, "at = 0,1.5 is out of range: it must be in 0..1"),
                              ({"n": 1, "ta": 3}, "there is no 'ta': the command has to, at, pause, way, name, fast, n")):
        message = console.call("w", "turn", **arguments)[0]["message"]
        assert message == wanted, message
    assert error(console.call("w", "turn", n=0)) == "out_of_range"
    turn = next(line["parameters"]["command"] for line in console.ask("describe")
                if line["parameters"].get("command", {}).get("name") == "turn")["arguments"]
    assert [a.get("default") for a in turn] == [7, [0.5, 1], "20ms", "down", 'a"b', True, None], turn
    assert [a.get("range") for a in turn] == ["-10..10", "0..1", "1ms..1s", None, None, None, "1..3"], turn

    # ---- What the node does ----
    assert console.call("n", "tell", number=11) == [{"node": "n", "value": 1}]
    assert error(console.call("n", "tell", number=5000)) == "failed"
    assert error(console.call("w", "lie")) == "invalid_answer"
    assert error(console.call("w", "odd")) == "invalid_answer"
    console.ask("pause", nodes=["n", "w"])
    assert console.call("n", "tell", number=11) == [{"node": "n", "value": 2}]
    console.ask("resume")
    assert error(console.call("w", "nap", time="10s")) == "died", "the watchdog does not look"
    before = console.call("w", "whoami")[0]["value"]
    assert console.call("w", "nap", time="10ms") == [{"node": "w"}]
    assert console.call("w", "whoami")[0]["value"] == before
finally:
    program.terminate()
    assert program.wait(20) == 0

# ---- One that is busy, while others are told ----
program = start("./commands")
console = Console(program)
try:
    assert error(console.call("w", "nap", time="3s", wait_ms=100)) == "timeout"
    waiting = [Console(program) for _ in range(15)]
    threads = [threading.Thread(target=lambda c=c: c.call("w", "whoami")) for c in waiting]
    for thread in threads[:14]:
        thread.start()
    wait_for(lambda: (console.call("w", "whoami", wait_ms=0)[0]["error"]) == "busy")
    begin = time.monotonic()
    assert console.call("n", "tell", number=20) == [{"node": "n", "value": 1}]
    assert time.monotonic() - begin < 1, "a node waits for another one's command"
    for thread in threads[:14]:
        thread.join()
    assert "value" in console.call("w", "whoami")[0]

    # ---- A death in it ----
    victim = console.call("w", "whoami")[0]["value"]
    answer = []
    thread = threading.Thread(target=lambda: answer.extend(console.call("w", "nap", time="20s")))
    thread.start()
    other = Console(program)
    wait_for(lambda: any(line["parameters"].get("process", {}).get("calling") == "w"
                         for line in other.ask("status")))
    os.kill(victim, signal.SIGKILL)
    thread.join()
    assert error(answer) == "died", answer
    assert console.call("w", "whoami")[0]["value"] != victim

    # ---- Deaths in it are no fault of the frame that is next ----
    console.ask("pause", nodes=["w"])
    for _ in range(3):
        assert error(console.call("w", "die")) == "died"
    console.ask("resume")
    node = lambda: next(line["parameters"]["node"] for line in console.ask("status")
                        if line["parameters"].get("node", {}).get("name") == "w")
    at = node()["frame"]
    wait_for(lambda: node()["frame"] > at + 5)
    assert node()["failed"] == 0, "a frame was passed over"

    # ---- The console dies: the client sees a clean end, and what was asked for is carried out once ----
    pid = [pid for pid in children(program.pid) if title(pid) == "console"][0]
    answer = []
    thread = threading.Thread(target=lambda: answer.append(console.call("w", "nap", time="500ms")))
    thread.start()
    wait_for(lambda: any(line["parameters"].get("process", {}).get("calling") == "w"
                         for line in other.ask("status")))
    os.kill(pid, signal.SIGKILL)
    thread.join()
    assert answer == [None], answer
    assert "value" in console.call("w", "whoami")[0]
finally:
    program.terminate()
    assert program.wait(20) == 0

# ---- Nobody waits any more: what has not begun is not carried out ----
program = start("./commands")
console = Console(program)


def child(name):
    return next(pid for pid in children(program.pid) if title(pid) == name)


def is_napping():
    """The nap has begun, and lasts."""
    said = console.call("n", "nap", time="60s", wait_ms=200)[0].get("message", "")
    return "still running" in said and any(line["parameters"].get("process") == {**line["parameters"]["process"],
        "name": "n", "answers": False, "calling": "n"} for line in console.ask("ping")[:-1])


def ask_and_leave_it(number):
    """A client that waits for its answer, once the console has taken what it asks for."""
    client = Console(program)
    client.ask("ping")
    client.connection[0].sendall(json.dumps({"method": "call", "parameters": {
        "node": "n", "command": "tell", "arguments": {"number": number}, "wait_ms": 60000}}).encode() + b"\n")
    for _ in range(2):  # whoever asks twice is behind it
        console.ask("get")
    return client.connection[0]


def told_after(number):
    """How often `n` was told each, once its nap has ended with it and it has taken all that waits."""
    answer = []
    asks = lambda: answer.extend(Console(program).call("n", "tell", number=number, wait_ms=60000))
    thread = threading.Thread(target=asks)
    thread.start()
    os.kill(child("n"), signal.SIGKILL)
    thread.join()
    assert answer == [{"node": "n", "value": 1}], answer
    return console.call("n", "all")[0]["value"]


try:
    wait_for(is_napping)
    late = console.call("n", "tell", number=40, wait_ms=50)[0]
    assert late == {"node": "n", "error": "timeout", "message": "the node has not begun it, and will not any more"}, late
    left = ask_and_leave_it(41)
    left.shutdown(socket.SHUT_RDWR)
    left.close()
    for _ in range(2):
        console.ask("get")
    told = told_after(50)
    assert told[40] == 0, "what was late was carried out"
    assert told[41] == 0, "what a client left was carried out"
    wait_for(is_napping)
    lost = ask_and_leave_it(42)
    os.kill(child("console"), signal.SIGKILL)
    assert lost.recv(1) == b""
    wait_for(lambda: console.ask("get"))
    assert told_after(51)[42] == 0, "what a console left was carried out"
finally:
    program.terminate()
    assert program.wait(20) == 0

# ---- What has ended ----
program = start("./commands", "--frames", "100000")
console = Console(program)
try:
    answer = []
    assert console.call("n", "tell", number=1) == [{"node": "n", "value": 1}]
    console.ask("stop")
    while True:
        answers = console.call("n", "tell", number=2)
        if answers is None or answers[0].get("error") == "ended":
            break
    assert program.wait(20) == 0
finally:
    if program.poll() is None:
        program.kill()
