"""A terminal on which `pkd top` runs, whose screen is read as a VT100 shows it."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

patience = 20 * float(os.environ.get("TEST_PATIENCE", 10))


BLANK = (" ", False)


class Screen:
    """What a VT100 shows of the bytes that it gets; those that ncurses has for one are enough."""

    def __init__(self, rows, columns):
        self.rest = ""
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines = [[BLANK] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1
        self.wraps = self.reverse = False

    def put(self, c):
        if self.wraps:
            self.column = 0
            self.feed_line()
        self.wraps = False
        self.lines[self.row][self.column] = (c, self.reverse)
        if self.column == self.columns - 1:
            self.wraps = True
        else:
            self.column += 1

    def feed_line(self):
        if self.row == self.bottom:
            del self.lines[self.top]
            self.lines.insert(self.bottom, [BLANK] * self.columns)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def back_line(self):
        if self.row == self.top:
            del self.lines[self.bottom]
            self.lines.insert(self.top, [BLANK] * self.columns)
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
            self.lines[self.row][first:last] = [BLANK] * (last - first)
        elif letter == "J":
            if n[0] == 0:
                self.lines[self.row][self.column:] = [BLANK] * (self.columns - self.column)
            for row in range(self.row + 1 if n[0] == 0 else 0, self.rows):
                self.lines[row] = [BLANK] * self.columns
        elif letter == "r":
            self.top, self.bottom = (n[0] or 1) - 1, (n[1] if len(n) > 1 else self.rows) - 1
            self.row = self.column = 0
        elif letter == "m":
            for number in n:
                self.reverse = number == 7 or (self.reverse and number not in (0, 27))
        elif letter not in "hl":
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
        return "\n".join("".join(c for c, _ in line).rstrip() for line in self.lines)

    def reversed(self):
        """The lines that are shown in reverse from the first to the last column."""
        return ["".join(c for c, _ in line).rstrip() for line in self.lines if all(r for _, r in line)]


class Terminal:
    def __init__(self, pkd, program, locale, rows, columns, kind, *words):
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
