"""`pkd top` on a terminal: `terminal.py PKD PROGRAM LOCALE`."""
import signal
import sys
import time

sys.dont_write_bytecode = True
from screen import Terminal, patience

pkd, program, locale = sys.argv[1:]


def lists(t, what):
    """Its three lists, at either size."""
    t.expect(r"^watched  running  up .*cam: frame [0-9]+, [1-9][0-9.]*/s$", what)
    t.expect(r"^pid [0-9]+  4 processes  memory [0-9.]+ .iB  cpu [0-9.]+%  [0-9]+ dropped", what)
    t.expect(r"^\[Nodes 4\]  Edges 5   Processes 4", what)
    t.expect(r"^found +running +[0-9]+ +[1-9][0-9.]+ .* [0-9.]+%.* [0-9.]+m?s +[0-9.]+m?s +0", what)
    t.press("\t")
    t.expect(r"\[Edges 5\]", what)
    t.expect(r"^cam\.n -> found\.n +latest +[0-9]+ new .* [1-9][0-9]* ", what)
    t.expect(r"^cam\.n -> taken\.n +queue +[0-9]+/[0-9]+ ", what)
    t.press("3")
    t.expect(r"\[Processes 4\]", what)
    t.expect(r"^taken +[0-9]+ +(-|taken) .* [0-9.]+ .iB ", what)
    t.press("1")
    t.expect(r"\[Nodes 4\]", what)


def whole_screens():
    t = Terminal(pkd, program, locale, 24, 80, "vt100", "--delay", "0.2")
    lists(t, "80x24")
    t.lacks(r"longest.*process", "80x24")
    t.expect(r"^q quit .* every 0\.2s$", "80x24")
    t.resize(50, 160)
    lists(t, "160x50")
    t.expect(r"^node .*longest  restarts +lost  process$", "160x50")
    t.expect(r"^found .*(\|\||\u2588\u2588).* found$", "160x50")
    t.resize(7, 46)
    t.expect(r"^\[Nodes 4\].* 1-2 of 4$", "a small one")
    t.press("jjj")
    t.expect(r"^\[Nodes 4\].* 3-4 of 4$", "a small one, scrolled")
    t.expect(r"^taken", "a small one, scrolled")
    t.lacks(r"^cam ", "a small one, scrolled")
    t.resize(24, 80)
    lists(t, "80x24 again")
    t.lacks(r"longest.*process", "80x24 again")
    t.press(">")
    t.expect(r"^node(\^|\u25b2)", "sorted by name")
    t.expect(r"^cam .*\n^found .*\n^slow .*\n^taken ", "sorted by name")
    t.press("r")
    t.expect(r"^taken .*\n^slow .*\n^found .*\n^cam ", "turned round")
    t.press("x")
    t.expect(r"^ Stop watched\? y: yes, any other key: no", "asked")
    t.press("n")
    t.expect(r"^q quit", "not stopped")
    t.press("q")
    t.end(0, "q")


def restored():
    """With colours and a second screen, whatever ends it."""
    for name, status in (("q", 0), ("INT", -2), ("TERM", -15), ("HUP", -1), ("QUIT", -3)):
        t = Terminal(pkd, program, locale, 24, 80, "xterm-256color")
        end = time.monotonic() + patience
        while b"quit" not in t.raw:
            if time.monotonic() > end or t.process.poll() is not None:
                sys.exit("nothing is shown before %s: %r" % (name, t.raw))
            t.screen.feed = lambda text: None
            t.read(0.1)
        if name == "q":
            t.press("q")
        elif name == "INT":
            t.press("\x03")
        else:
            t.process.send_signal(getattr(signal, "SIG" + name))
        t.end(status, name)
        if b"\x1b[?1049l" not in t.raw.split(b"quit")[-1] or b"\x1b[?25h" not in t.raw:
            sys.exit("%s: the screen is not as it was: %r" % (name, t.raw[-200:]))
        if b"\x1b[32m" not in t.raw:
            sys.exit("no colours: %r" % t.raw[-2000:])


def unknown():
    t = Terminal(pkd, program, locale, 24, 80, "no-such-terminal")
    t.end(1, "an unknown terminal")
    if b"this terminal is not known: TERM is 'no-such-terminal'" not in t.raw:
        sys.exit("an unknown terminal: %r" % t.raw)
    t = Terminal(pkd, program, locale, 24, 80, "dumb")
    t.end(1, "a dumb terminal")
    if b"this terminal cannot show a screen: TERM is 'dumb'" not in t.raw:
        sys.exit("a dumb terminal: %r" % t.raw)


def stopped():
    t = Terminal(pkd, program, locale, 24, 80, "vt100", "--delay", "0.2")
    t.expect(r"^watched  running", "before it is stopped")
    t.press("x")
    t.expect(r"^ Stop watched\?", "asked")
    t.press("y")
    t.end(0, "stopped")
    if b"ended with status 0" not in t.raw:
        sys.exit("stopped: %r" % t.raw[-200:])


whole_screens()
if locale == "C":
    restored()
    unknown()
    stopped()
