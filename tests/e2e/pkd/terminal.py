"""`pkd top` on a terminal: `terminal.py PKD PROGRAM LOCALE`. Reads its screen as a VT100 shows it."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

pkd, program, locale = sys.argv[1:]
patience = 20 * float(os.environ.get("TEST_PATIENCE", 10))


class Screen:
    """What a VT100 shows of the bytes that it gets; those that ncurses has for one are enough."""

    def __init__(self, rows, columns):
        self.rest = ""
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1
        self.wraps = False

    def put(self, c):
        if self.wraps:
            self.column = 0
            self.feed_line()
        self.wraps = False
        self.lines[self.row][self.column] = c
        if self.column == self.columns - 1:
            self.wraps = True
        else:
            self.column += 1

    def feed_line(self):
        if self.row == self.bottom:
            del self.lines[self.top]
            self.lines.insert(self.bottom, [" "] * self.columns)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def back_line(self):
        if self.row == self.top:
            del self.lines[self.bottom]
            self.lines.insert(self.top, [" "] * self.columns)
        else:
            self.row = max(self.row - 1, 0)

    def control(self, numbers, letter):
        n = [int(x) if x.isdigit() else 0 for x in numbers.split(";")]
        step = n[0] or 1
        self.wraps = False
        if letter == "H":
            self.row = min((n[0] or 1) - 1, self.rows - 1)
            self.column = min((n[1] if len(n) > 1 and n[1] else 1) - 1, self.columns - 1)
        elif letter in "AB":
            self.row = max(0, min(self.rows - 1, self.row + (step if letter == "B" else -step)))
        elif letter in "CD":
            step = step if letter == "C" else -step
            self.column = max(0, min(self.columns - 1, self.column + step))
        elif letter == "K":
            first = 0 if n[0] else self.column
            last = self.column + 1 if n[0] == 1 else self.columns
            self.lines[self.row][first:last] = [" "] * (last - first)
        elif letter == "J":
            if n[0] == 0:
                self.lines[self.row][self.column:] = [" "] * (self.columns - self.column)
            for row in range(self.row + 1 if n[0] == 0 else 0, self.rows):
                self.lines[row] = [" "] * self.columns
        elif letter == "r":
            self.top, self.bottom = (n[0] or 1) - 1, (n[1] if len(n) > 1 else self.rows) - 1
            self.row = self.column = 0
        elif letter not in "mhl":
            raise AssertionError("an unknown sequence: %s%s" % (numbers, letter))

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        at = 0
        while at < len(text):
            c = text[at]
            found = re.compile(r"\x1b(\[([?0-9;]*)([A-Za-z])|[()][A-Z0-9]|[=>78DMEc])").match(text, at)
            if c == "\x1b" and not found:
                self.rest = text[at:]
                assert len(self.rest) < 32, "an unknown sequence: %r" % self.rest
                return
            if found:
                at = found.end()
                if found[3]:
                    self.control(found[2], found[3])
                elif found[1] == "D":
                    self.feed_line()
                elif found[1] == "M":
                    self.back_line()
                continue
            at += 1
            if c == "\r":
                self.column, self.wraps = 0, False
            elif c == "\n":
                self.feed_line()
            elif c == "\b":
                self.column, self.wraps = max(0, self.column - 1), False
            elif c >= " ":
                self.put(c)

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)


class Terminal:
    def __init__(self, rows, columns, kind, *words):
        self.ours, self.theirs = pty.openpty()
        self.screen = Screen(rows, columns)
        self.raw = b""
        self.size(rows, columns)
        self.before = termios.tcgetattr(self.theirs)
        environment = dict(os.environ, TERM=kind, LC_ALL=locale)
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [pkd, "top", program, *words], env=environment, stdin=self.theirs, stdout=self.theirs,
            stderr=self.theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def size(self, rows, columns):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.read(0.05)
        self.screen.resize(rows, columns)
        self.size(rows, columns)

    def read(self, seconds):
        if not select.select([self.ours], [], [], seconds)[0]:
            return
        try:
            got = os.read(self.ours, 65536)
        except OSError:
            return
        self.raw += got
        self.screen.feed(got.decode(errors="replace"))

    def press(self, keys):
        os.write(self.ours, keys.encode())

    def expect(self, pattern, what, there=True):
        end = time.monotonic() + patience
        while bool(re.search(pattern, self.screen.text(), re.M)) != there:
            if time.monotonic() > end or self.process.poll() is not None:
                self.process.kill()
                sys.exit("%s: %s '%s' in\n%s" % (what, "no" if there else "still", pattern,
                                                self.screen.text()))
            self.read(0.1)

    def lacks(self, pattern, what):
        self.expect(pattern, what, False)

    def end(self, status, what):
        end = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0)
        got = self.process.returncode
        if got != status:
            self.process.kill()
            sys.exit("%s: status %s, not %s\n%s" % (what, got, status, self.screen.text()))
        if termios.tcgetattr(self.theirs) != self.before:
            sys.exit("%s: the terminal is not as it was" % what)
        os.close(self.theirs)
        os.close(self.ours)


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
    t = Terminal(24, 80, "vt100", "--delay", "0.2")
    lists(t, "80x24")
    t.lacks(r"longest.*process", "80x24")
    t.expect(r"^q quit .* every 0\.2s$", "80x24")
    t.resize(50, 160)
    lists(t, "160x50")
    t.expect(r"^node .*longest  restarts +lost  process$", "160x50")
    t.expect(r"^found .*(\|\||\u2588\u2588).* found$", "160x50")
    t.resize(7, 46)
    t.expect(r"^\[Nodes 4\].* 1-2 of 4$", "a small one")
    t.press("jj")
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
    t.press("s")
    t.expect(r"^ Stop watched\? y: yes, any other key: no", "asked")
    t.press("n")
    t.expect(r"^q quit", "not stopped")
    t.press("q")
    t.end(0, "q")


def restored():
    """With colours and a second screen, whatever ends it."""
    for name, status in (("q", 0), ("INT", -2), ("TERM", -15), ("HUP", -1), ("QUIT", -3)):
        t = Terminal(24, 80, "xterm-256color")
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
    t = Terminal(24, 80, "no-such-terminal")
    t.end(1, "an unknown terminal")
    if b"this terminal is not known: TERM is 'no-such-terminal'" not in t.raw:
        sys.exit("an unknown terminal: %r" % t.raw)
    t = Terminal(24, 80, "dumb")
    t.end(1, "a dumb terminal")
    if b"this terminal cannot show a screen: TERM is 'dumb'" not in t.raw:
        sys.exit("a dumb terminal: %r" % t.raw)


def stopped():
    t = Terminal(24, 80, "vt100", "--delay", "0.2")
    t.expect(r"^watched  running", "before it is stopped")
    t.press("s")
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
