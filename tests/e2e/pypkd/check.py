"""What the tests of pkd from Python share: checks that say what they have found, and the package
of this tree."""

import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["ROOT"], "runtime", "python"))
if os.environ.get("NUMPY") == "no":
    sys.modules["numpy"] = None

import pkd  # noqa: E402

PATIENCE = float(os.environ.get("TEST_PATIENCE", "10"))


def same(found, wanted, what=""):
    if found != wanted:
        raise SystemExit(f"{what}: found {found!r}, wanted {wanted!r}")


def true(found, what):
    if not found:
        raise SystemExit(what)


def raises(kind, name, words, call, *args, **more):
    """The error of that kind and name, whose message has these words. Returns it."""
    try:
        found = call(*args, **more)
    except pkd.Error as error:
        if not isinstance(error, kind) or error.name != name or words not in str(error):
            raise SystemExit(f"wanted {kind.__name__} {name} {words!r}: {type(error)} {error.name} {error}")
        return error
    raise SystemExit(f"no error, but {found!r}: wanted {kind.__name__} {name} {words!r}")


def within(seconds, condition, what):
    until = time.monotonic() + seconds * PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
