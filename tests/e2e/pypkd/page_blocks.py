"""Runs the blocks of a page: usage: page_blocks.py PAGE. A `pkd NAME` block is that file; a `python` block is run, in one
namespace with those before it; a `text` block that follows one is what it prints, … standing for any text."""

import contextlib
import io
import re
import sys
from check import pkd  # noqa: F401 (finds the package of this tree)

with open(sys.argv[1], encoding="utf-8") as file:
    page = file.read()
namespace, printed, n = {"__name__": "page"}, None, 0
for match in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", page, re.M | re.S):
    kind, name, text = match.groups()
    line = page[: match.start()].count("\n") + 2
    if kind == "pkd":
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    elif kind == "python":
        n += 1
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * (line - 1) + text, sys.argv[1], "exec"), namespace)
        except BaseException:
            print(out.getvalue())
            raise
        printed = out.getvalue()
    elif kind == "text":
        wanted = ".*".join(re.escape(part) for part in text.strip().split("…"))
        if not re.fullmatch(wanted, (printed or "").strip(), re.S):
            sys.exit(f"{sys.argv[1]}:{line}: printed was\n{printed}")
print(n, "blocks")
