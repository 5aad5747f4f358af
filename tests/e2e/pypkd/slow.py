"""Who looks slowly, or not at all, costs a program nothing: all frames come, and none is lost; and
no picture is torn, however fast its writer."""

import os
import threading
import time
from check import PATIENCE, pkd, same, true

here = os.path.dirname(os.path.abspath(__file__))
program = pkd.build(os.path.join(here, "shots.pkd"))
FRAMES = 100


def whole(frame, view):
    data = bytes(view) if isinstance(view, memoryview) else view.tobytes()
    same((len(data), data.count(data[0]), data[0]), (1920 * 1080 * 3, len(data), frame % 256), f"frame {frame}")


def sleeps(run):
    """Looks at one, and then does something else."""
    with run.tap("s.picture", timeout=PATIENCE) as tap:
        for frame, view in tap:
            whole(frame, view)
            time.sleep(0.3)


def never(run):
    with run.tap("s.picture", timeout=PATIENCE):
        run.wait(60 * PATIENCE)


def reads(run):
    n = sum(1 for frame, view in run.tap("s.picture", timeout=PATIENCE) if whole(frame, view) is None)
    true(n > 0, "a tap sees something")


def measure(name, looks, fps):
    with program.run(frames=FRAMES, fps=fps) as run:
        began = time.monotonic()
        threads = [threading.Thread(target=look, args=(run,)) for look in looks]
        for thread in threads:
            thread.start()
        result = run.wait(60 * PATIENCE)
        took = time.monotonic() - began
        for thread in threads:
            thread.join(20 * PATIENCE)
            true(not thread.is_alive(), f"{name}: a tap has no end")
    for stream, node in (("s.picture", "e"), ("e.first", "last")):
        edge = result.account.edge(stream, node)
        same((edge.published, edge.delivered, edge.dropped), (FRAMES, FRAMES, 0), name)
        same(result.account.streams[stream].published, FRAMES, name)
    print(f"{name}: {FRAMES} frames in {took:.2f} s")


for fps in (100, 100000):
    measure(f"at {fps} fps, nobody looks", [], fps)
    measure(f"at {fps} fps, three look slowly, one never", [sleeps] * 3 + [never], fps)
measure("at 100 fps, two taps", [reads, reads], 100)

# With `newest` who is slow sees what there is now.
with program.run(fps=100) as run:
    for frame, view in run.tap("s.picture", count=3, newest=True, timeout=PATIENCE):
        whole(frame, view)
        time.sleep(0.2)
        begun = run.read("s.picture")[0]
    seen = next(run.tap("s.picture", newest=True, timeout=PATIENCE))[0]
    true(seen >= begun, f"frame {seen} is older than {begun}")
