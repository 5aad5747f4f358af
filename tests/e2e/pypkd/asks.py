"""A program that is built, run, asked, told and looked at."""

import datetime
import math
import os
import threading
from check import PATIENCE, pkd, raises, same, true, within

try:
    import numpy
except ImportError:
    numpy = None

here = os.path.dirname(os.path.abspath(__file__))
program = pkd.build(os.path.join(here, "told.pkd"), define={"STEPS": 3})


def values(items):
    return [item.tolist() if hasattr(item, "tolist") else item for item in items]


def values_of_streams(run):
    """Of every type; each follows from the number of its frame."""
    seen = 0
    for frame, boxes in run.tap("m.boxes", count=12, timeout=PATIENCE):
        same(len(boxes), int(frame) % 9, "boxes")
        for i, box in enumerate(boxes):
            same(box["at"]["x"], float(frame))
            same(values(box["size"]), [i, -1])
            same(int(box["level"]), i % 3)
            true(math.isnan(box["score"]), "a NaN is one")
            same(bool(box["sure"]), i % 2 == 1)
        if seen:
            true(frame.seq > seen and frame.skipped == frame.seq - seen - 1, "what was skipped is said")
        seen = frame.seq
        true(frame.time > 0 and frame.published >= frame.time and frame.age >= 0, "times")
    for frame, labels in run.tap("m.labels", count=12, timeout=PATIENCE):
        same(len(labels), int(frame) % 5, "labels")
        for i, label in enumerate(labels):
            same(label["text"], f"é{i}")
            same(label["box"]["level"], 2)
            same(values(label["marks"]), list(range(1, i + 1)))
            same(label["keys"], int(frame), "a field that is named like a method")
            same(bytes(label["raw"]), b"\0\xff")
            if numpy is None:
                same(label.keys, int(frame))
                same(label.text, f"é{i}")
                same(label.box.level, run.enums["Level"].high)
    _, levels = run.read("m.levels")
    Level = run.enums["Level"]
    same([int(level) for level in levels.two], [Level.mid, Level.mro_], "a word that Python has itself")
    same(Level.name_, 4)
    frame, gray = run.read("m.gray")
    same((frame.format, gray.shape), ("gray16", (3, 5)))
    same(gray.tolist()[2], [10007, 11007, 12007, 13007, 14007])
    try:
        gray[0, 0] = 1
    except (ValueError, TypeError):
        pass
    else:
        raise SystemExit("an image can be written to")
    frame, n = run.read("m.n")
    same(n, int(frame) * 3, "n")
    raises(pkd.Refused, "private", "is private", run.read, "twice")
    true("told.pkd" in run.describe().streams["twice.value"].private, "a private stream says where it is made so")
    first = run.echo("m.n", 3)
    same(len(first), 3)
    # What was taken stays as it was.
    same(gray.tolist()[0][:2], [7, 1007])


def parameters(run):
    same(run.get("by"), 3)
    whole = run.get()
    same((whole["title"], whole["m.period"], whole["at"]), ("it's, \"x\"", 5000000, (0.25, 0.75)))
    change = run.set(by=5)
    true(change.frame == int(change) > 0 and change.clocks == {"m": change.frame}, "from which frame")
    within(5, lambda: run.read("m.n")[0] >= change.frame, "the frame comes")
    for frame, n in run.tap("m.n", count=20, timeout=PATIENCE):
        same(n, int(frame) * (5 if frame >= change.frame else 3), f"frame {frame}")
    later = run.set({"m.step": 7}, at=int(run.read("m.n")[0]) + 30)
    for frame, n in run.tap("m.n", timeout=PATIENCE):
        same(n, int(frame) * (7 if frame >= later.frame else 5), f"frame {frame}")
        if frame > later.frame + 3:
            break
    run.set({"m.at_least": datetime.timedelta(milliseconds=2)})
    same(run.get("m.at_least"), 2000000)
    raises(pkd.Invalid, "out_of_range", "it must be in 1..100", run.set, {"m.step": 300})
    raises(pkd.Unknown, "unknown_parameter", "did you mean 'by'?", run.set, byy=1)
    raises(pkd.Refused, "not_live", "title", run.set, title="x")
    raises(pkd.Invalid, "invalid_value", "", run.set, by="many")
    raises(pkd.Invalid, "invalid_value", "nan", run.set, by=math.nan)
    raises(pkd.Invalid, "invalid_value", "object", run.set, by=object())
    raises(pkd.Unknown, "unknown_parameter", "", run.get, "nothing")
    same(run.get("m.step"), 7, "nothing of that was set")


def commands(run):
    true(run.call("t.reset", to=7) >= 0, "an answer")
    true(run.call("t.reset", to=0, least="0") >= 7, "a default")
    Level = run.enums["Level"]
    box = {"at": {"x": 1.5, "y": 2}, "size": [1, 2], "level": Level.high, "score": 0.0, "sure": True}
    turned = run.call("t.turn", box=box, pause=datetime.timedelta(seconds=2))
    same((turned.at.x, turned["at"]["y"], turned.level, turned.score, turned.sure), (-1.5, 2.0, Level.high, 2e9, True))
    same(run.call("t.turn", box=turned).at.x, 1.5, "an answer is an argument")
    same([int(level) for level in run.call("t.count")], [0, 1, 3])
    if numpy is not None:
        _, boxes = next(found for found in run.tap("m.boxes", timeout=PATIENCE) if len(found[1]))
        boxes = numpy.array(boxes)
        boxes["score"] = 0
        box = {**dict(zip(boxes.dtype.names, boxes[0])), "level": "low"}
        same(run.call("t.turn", box=box).at.x, -float(boxes[0]["at"]["x"]), "a row is an argument")
    error = raises(pkd.CommandFailed, "failed", "it is less than 4611686018427387904", run.call, "t.reset", to=0, least=2**62)
    same((error.node, list(error.answers)), ("t", ["t"]))
    raises(pkd.Invalid, "missing_argument", "'to' is missing", run.call, "t.reset")
    raises(pkd.Invalid, "unknown_argument", "", run.call, "t.reset", to=1, args={"to.": 3})
    raises(pkd.Invalid, "out_of_range", "0..1000", run.call, "t.reset", to=-1)
    raises(pkd.Unknown, "unknown_command", "it has reset", run.call, "t.rest")
    raises(pkd.Unknown, "unknown_node", "", run.call, "tt.reset")
    raises(pkd.Unknown, "unknown_command", "NODE.COMMAND", run.call, "reset")
    raises(pkd.CommandFailed, "timeout", "", run.call, "t.nap", time="1s", wait=0.05)
    raises(pkd.Invalid, "invalid_parameter", "wait", run.call, "t.count", wait=100)


def holding(run):
    held = run.pause("t")
    same((held.paused, held.refuse), (["t"], ["m"]))
    true(run.status().nodes["t"].paused, "a paused node says so")
    same(run.resume("t").paused, [])
    same(run.rest("m").resting, ["m"])
    same(run.resume().resting, [])
    raises(pkd.Refused, "never_rests", "may rest t", run.rest, "t")
    before = run.status().processes["m"].pid
    same(run.restart("m", wait=10)["m"] != before, True)
    raises(pkd.Refused, "not_restarted", "on crash of t", run.restart, "t")
    raises(pkd.Unknown, "unknown_node", "", run.pause, "nobody")
    within(10, lambda: run.ping()["t"], "it naps no more, and answers")


def telling(run):
    same(run.status().phase, "running")
    same(run.describe().streams["m.n"].type, "i64")
    same(run.describe().params["by"].takes, "INTEGER")
    why = run.why(2)
    same(why.streams["m.n"].state, "published")
    true("m.n -> t.n: delivered" in str(why), str(why))
    raises(pkd.Unknown, "unknown_name", "", run.why, 2, "nobody")
    same([line.text for line in run.logs("t", "info")], ["the first one"])
    same(next(run.follow_logs(timeout=PATIENCE, node="t")).frame, 1)
    raises(pkd.Timeout, "timeout", "no value of t came within 0.3 s", lambda: paused(run))


def paused(run):
    run.pause("t")
    try:
        with run.tap("t", timeout=0.3) as tap:
            for _ in tap:
                pass
    finally:
        run.resume()


def refused(call, *args, **more):
    """With an error of the family, whichever it is."""
    try:
        found = call(*args, **more)
    except pkd.Error:
        return
    raise SystemExit(f"{args!r} is taken: {found!r}")


def hostile(run):
    for name in ("", "\0", "x" * 70000, "é", "m.n\n", "\ud800", 7, None):
        refused(run.read, name)
        refused(run.pause, name)
        refused(run.why, 1, name) if name is not None else None
    for name in ("\0", "é\"\\", "a" * 300, "m.\n"):
        refused(run.get, name)
        refused(run.set, {name: 1})
        refused(run.call, "t." + name)
        refused(run.call, "t.reset", args={name: 1})
    raises(pkd.Invalid, "invalid_argument", "", run.call, "t.nap", time={"a": [1, {"b": None}]})
    raises(pkd.Invalid, "invalid_argument", "", run.call, "t.reset", to=object())
    same(run.status().phase, "running")


def several(run):
    """Two taps, and many threads that ask."""
    found = [[], []]
    with run.tap("m.n", timeout=PATIENCE) as one, run.tap("t.sum", timeout=PATIENCE, newest=True) as other:
        for _ in range(20):
            found[0].append(next(one)[0])
            found[1].append(next(other)[0])
    for frames in found:
        same(frames, sorted(set(frames)), "each comes once, in order")
    faults = []

    def ask():
        try:
            for _ in range(15):
                same(run.get("title"), "it's, \"x\"")
                run.read("m.n")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60 * PATIENCE)
    same(faults, [])


def attached(run):
    for word in (run.pid, str(run.pid), "told", run._path, None):
        with pkd.attach(word) as other:
            same((other.pid, other.name, other.get("title")), (run.pid, "told", "it's, \"x\""))
    raises(pkd.NoProgram, "no_program", "there is told", pkd.attach, "tol")
    raises(pkd.NoProgram, "no_program", "", pkd.attach, 1)
    raises(pkd.NoProgram, "no_program", "", pkd.attach, "/nowhere/1.sock")
    true(run.is_running, "who was attached has ended nothing")
    same([one.pid for one in pkd.programs()], [run.pid])


with program.run(title="it's, \"x\"", at=(0.25, 0.75), options={"log": "info"}) as run:
    for part in (values_of_streams, parameters, commands, holding, telling, hostile, several, attached):
        part(run)
    other = pkd.attach(run.pid)
    waits = threading.Thread(target=lambda: ended.append(other.wait(timeout=30 * PATIENCE)))
    ended = []
    waits.start()
    raises(pkd.Timeout, "timeout", "has not ended within 0.05 s", run.wait, 0.05)
    result = other.stop(10 * PATIENCE)
    same(result.status, 0, "it is stopped by who has attached")
    waits.join(10 * PATIENCE)
    same(ended[0].status, 0)
    run.wait(10 * PATIENCE)
    raises(pkd.Ended, "ended", "has ended with status 0", run.status)

# By itself, with its account.
with program.run(frames=50, period="100us") as run:
    result = run.wait(20 * PATIENCE)
same(result.status, 0)
edge = result.account.edge("m.n", "t")
same(edge.published, sum(edge.get(c, 0) for c in ("delivered", "left", "in_flight", "failed", "dropped")))
same(result.account.streams["m.n"].published + result.account.streams["m.n"].get("refused", 0), 50)
true("<table" in result._repr_html_(), "an account is a table")
raises_lookup = False
try:
    result.account.edge("m.n", "nobody")
except LookupError as error:
    raises_lookup = "m.n -> t.n" in str(error)
true(raises_lookup, "an edge that is not there is said")

# What is wrong before it runs.
error = raises(pkd.Failed, "program_failed", "did you mean --title?", program.run, titel=1)
same(error.status, 2)
raises(pkd.Failed, "program_failed", "", program.run, by="many")
raises(pkd.Invalid, "unknown_parameter", "is no name", program.run, {"a b": 1})
raises(pkd.Invalid, "unknown_parameter", "is no name", program.run, {"=": 1})
raises(pkd.Invalid, "invalid_value", "NUL", program.run, title="a\0b")
raises(pkd.Invalid, "invalid_parameter", "lifeline", program.run, options=["--no-console"])
raises(pkd.Invalid, "invalid_parameter", "stdout='x'", program.run, stdout="x")
raises(pkd.NoProgram, "no_program", "", pkd.Program, "/nowhere/x")
raises(pkd.NotInstalled, "not_installed", "nopkdc", pkd.build, "x.pkd", pkdc="/nopkdc")
error = raises(pkd.BuildFailed, "build_failed", "error[E", pkd.build, os.path.join(here, "told.pkd"), {"STEP": 1})
same(error.status, 1)
raises(pkd.OnlyInside, "only_inside", "pkd.number", pkd.number)
raises(pkd.OnlyInside, "only_inside", "pkd.END", lambda: pkd.END)
true(program.report().data["memory"] > 0, "a report")
print("all of it", "without NumPy" if numpy is None else "with NumPy")
