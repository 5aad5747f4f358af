"""The keys of `pkd top` that tell the program something: `keys.py PKD PROGRAM LOCALE`. What each does is asked of the
program by other commands. With SHOW set, the screens are printed."""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from screen import Terminal, patience

pkd, program, locale = sys.argv[1:]
ESC, ENTER, BACKSPACE, CLEAR = "\x1b", "\r", "\x7f", "\x15"


def asked(*words):
    return subprocess.run([pkd, *words], capture_output=True, text=True, timeout=60).stdout


def wait_for(condition, what):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            sys.exit("it has no effect: %s" % what)
        time.sleep(0.05)


def is_paused(name):
    nodes = json.loads(asked("status", program, "--json"))["nodes"]
    return any(node["name"] == name and node.get("paused") for node in nodes)


def value(name):
    return asked("get", program, name, "--value").strip()


def show(t, what):
    if "SHOW" in os.environ:
        print("==== %s\n%s" % (what, t.screen.text()))


def chosen(t, name, what):
    """The row of that name, and no other, is in reverse."""
    end = time.monotonic() + patience
    while [line.split()[0] for line in t.screen.reversed()] != [name]:
        if time.monotonic() > end:
            sys.exit("%s: not %s is chosen, but %s\n%s" % (what, name, t.screen.reversed(), t.screen.text()))
        t.read(0.05)


def begin(rows=24, columns=80, kind="vt100"):
    t = Terminal(pkd, program, locale, rows, columns, kind, "--delay", "0.2")
    t.expect(r"^steered  running", "shown")
    return t


def typed(t, keys, pattern, what):
    t.press(keys)
    t.expect(pattern, what)
    show(t, what)


def nodes_are_chosen_and_held():
    t = begin()
    chosen(t, "count", "at first")
    t.expect(r"^q quit  p pause  s set  c call  x stop  tab list  < > r o sort  \+- every 0\.2s$", "keys")
    t.press("j")
    chosen(t, "found", "j")
    t.press("\x1bOB")
    chosen(t, "taken", "down")
    t.press("j")
    chosen(t, "taken", "beyond the end")
    t.press("k")
    chosen(t, "found", "k")
    # Whatever the order is, the same node is chosen.
    t.press(">r")
    t.expect(r"^taken .*\n^found .*\n^count ", "turned round")
    chosen(t, "found", "turned round")
    t.press("o")
    typed(t, "p", r"^paused: found", "paused")
    t.expect(r"^found +paused ", "paused")
    t.expect(r"p resume", "the key resumes")
    wait_for(lambda: is_paused("found"), "pause")
    typed(t, "p", r"^resumed: no node is held", "resumed")
    t.expect(r"^found +running ", "resumed")
    wait_for(lambda: not is_paused("found"), "resume")
    t.press("2p")
    t.expect(r"^choose a node first: 1 shows them", "no node")
    t.press("q")
    t.end(0, "q")


def parameters_are_set():
    t = begin()
    typed(t, "s", r"^set$", "a prompt")
    t.expect(r"^enter: do it  esc: leave it  tab: complete  ctrl-u: clear$", "its keys")
    typed(t, "bxx" + BACKSPACE * 2, r"^set b$", "backspace")
    typed(t, "zzz" + CLEAR, r"^set$", "ctrl-u")
    typed(t, "by=9", r"^set by=9$", "typed")
    t.press(ESC)
    t.expect(r"^q quit", "esc")
    if value("by") != "1":
        sys.exit("what was left is set")
    t.press("s")
    # Its q is no quit.
    typed(t, "count.name='a q\" x'" + ENTER, r"^set, from frame [0-9]+ of count", "set")
    wait_for(lambda: value("count.name") == "a q\" x", "set")
    typed(t, "s\t", r"^by  count\.by  count\.name", "the names")
    typed(t, "b\t", r"^set by=$", "completed")
    typed(t, "3" + "\x1bOD" + "1" + ENTER, r"^set, from frame [0-9]+ of count", "set in two")
    wait_for(lambda: value("by") == "13", "set by, the cursor in the middle")
    typed(t, "sbx=1" + ENTER, r"^there is no parameter 'bx'.*", "a wrong name")
    typed(t, "sby=1000" + ENTER, r"^this sets count\.by to 1000, which must be in 1\.\.100", "a wrong value")
    typed(t, "sby" + ENTER, r"^'by' is no NAME=VALUE", "no value")
    typed(t, "='1" + ENTER, r"^a quote is not closed", "a quote")
    typed(t, BACKSPACE * 2 + "1 by=2" + ENTER, r"^'by' is set twice", "twice")
    t.press(ESC)
    typed(t, "s" + "x" * 100, r"^set x{75}$", "a long line")
    t.press(ESC + "q")
    t.end(0, "q")
    if value("by") != "13":
        sys.exit("what was refused is set")


def commands_are_called():
    t = begin()
    typed(t, "c", r"^call$", "a prompt")
    typed(t, "f\t", r"^call found\.", "completed")
    t.expect(r"^found\.greet  found\.nap", "commands")
    typed(t, "g\tn\t", r"^call found\.greet name=$", "an argument")
    typed(t, "Ada times=3" + ENTER, r"^3 times hello Ada", "called")
    # The node that is chosen is the one that is meant.
    typed(t, "jc", r"^call found\.$", "of the chosen node")
    typed(t, "greet times=1 name=" + ENTER, r"^node 'found': who is to be greeted\?", "refused")
    typed(t, "cgreed" + ENTER, r"^node 'found' has no command 'greed'", "a wrong command")
    typed(t, "c" + CLEAR + "greet" + ENTER, r"^call needs NODE COMMAND, as in: call count reset to=0", "no node")
    typed(t, CLEAR + "found greet times=1 name=Bo" + ENTER, r"^1 times hello Bo", "in two words")
    # What takes long holds up nothing: the numbers go on.
    typed(t, "cnap time=3s" + ENTER, r"^asking for .*esc: give it up +call found\.nap time=3s", "asking")
    frame = int(re.search(r"cam|count: frame ([0-9]+)", t.screen.text())[1])
    t.expect(r"^asking for [1-9]", "asking on")
    show(t, "asking on")
    if int(re.search(r"count: frame ([0-9]+)", t.screen.text())[1]) <= frame:
        sys.exit("the screen stands still while something is asked\n%s" % t.screen.text())
    t.press("s")
    t.expect(r"^asking for", "one thing at a time")
    typed(t, ESC, r"^given up; it may be done all the same: call found\.nap time=3s", "given up")
    typed(t, "sby=14" + ENTER, r"^set, from frame", "set meanwhile")
    wait_for(lambda: value("by") == "14", "set behind what was given up")
    t.press("q")
    t.end(0, "q")


def small_and_large():
    for rows, columns in ((7, 40), (50, 160)):
        t = begin(rows, columns)
        typed(t, "cf\t", r"^call found\.", "%dx%d" % (rows, columns))
        typed(t, "greet times=2 name=x" + ENTER, r"^2 times hello x", "%dx%d" % (rows, columns))
        t.press("c")
        t.process.send_signal(signal.SIGTERM)
        t.end(-15, "ended while something is typed")


def stopped():
    t = begin()
    typed(t, "x", r"^ Stop steered\? y: yes, any other key: no", "asked")
    t.press("n")
    t.expect(r"^q quit", "not stopped")
    t.press("xy")
    t.end(0, "stopped")
    if b"ended with status 0" not in t.raw:
        sys.exit("stopped: %r" % t.raw[-200:])


nodes_are_chosen_and_held()
parameters_are_set()
commands_are_called()
small_and_large()
stopped()
