"""`pkd top -H HOST` on a terminal: `remote_top.py PKD PROGRAM HOST`."""
import sys

sys.dont_write_bytecode = True
from screen import Terminal

pkd, program, host = sys.argv[1:]
t = Terminal(pkd, program, "C.UTF-8", 24, 80, "vt100", "-H", host, "--delay", "0.2")
t.expect(r"^steered  running", "shown from there")
t.press("jp")
t.expect(r"^found +paused ", "a key arrives there")
t.press("p")
t.expect(r"^found +running ", "a key arrives there")
t.press("q")
t.end(0, "q")
