"""How a program ends that Python has started, whatever becomes of the two."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from check import PATIENCE, is_gone, pkd, raises, same, true, within

here = os.path.dirname(os.path.abspath(__file__))


def processes(pid):
    """Of a program: all that have its supervisor above them."""
    found, all_of = [pid], []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    all_of.append((int(name), int(file.read().rpartition(")")[2].split()[1])))
            except OSError:
                continue
    for pid_, parent in sorted(all_of):
        if parent in found:
            found.append(pid_)
    return found


def child(what):
    """A Python of its own, which says which processes its program has, and then does as it is told."""
    python = subprocess.Popen([sys.executable, __file__, what, program.path], stdout=subprocess.PIPE, text=True)
    numbers = [int(word) for word in python.stdout.readline().split()]
    true(len(numbers) > 3, f"{what}: a program has processes")
    return python, numbers


def all_gone(numbers, what):
    try:
        within(10, lambda: all(map(is_gone, numbers)), f"{what}: nothing is left of the program")
    except SystemExit:
        if not is_gone(numbers[0]):
            os.kill(numbers[0], signal.SIGKILL)
        raise


if len(sys.argv) > 1:
    what = sys.argv[1]
    program = pkd.Program(sys.argv[2])
    run = program.run()
    if what == "interrupted":
        try:
            print(*processes(run.pid), flush=True)
            time.sleep(1000)
        except KeyboardInterrupt:
            true(run.is_running, "an interrupt is for Python")
            sys.exit(5)
    print(*processes(run.pid), flush=True)
    if what == "killed":
        time.sleep(1000)
    if what == "forks":
        other = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,))
        other.start()
        print(other.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "exits":
        sys.exit(3)
    if what == "raises":
        raise RuntimeError("of the user's own")
    if what == "leaves":
        os._exit(4)
    if what == "thread":
        # What has started the program ends; the program does not.
        import threading

        found = []
        starts = threading.Thread(target=lambda: found.append(program.run()))
        starts.start()
        starts.join()
        time.sleep(0.2)
        true(found[0].is_running, "it outlives the thread")
        sys.exit(6)

program = pkd.build(os.path.join(here, "told.pkd"))

for what, status in (("exits", 3), ("raises", 1), ("leaves", 4), ("thread", 6)):
    python, numbers = child(what)
    same(python.wait(20 * PATIENCE), status, what)
    all_gone(numbers, what)

python, numbers = child("killed")
python.kill()
python.wait()
all_gone(numbers, "kill -9 of Python")

python, numbers = child("forks")
other = int(python.stdout.readline())
python.wait()
all_gone(numbers, "kill -9 of Python, and a process that it has forked goes on")
os.kill(other, signal.SIGKILL)

python, numbers = child("interrupted")
os.kill(python.pid, signal.SIGINT)
same(python.wait(20 * PATIENCE), 5)
all_gone(numbers, "an interrupt")

# A program that is killed.
try:
    with program.run() as run:
        numbers = processes(run.pid)
        with run.tap("m.n", timeout=PATIENCE) as tap:
            next(tap)
            os.kill(run.pid, signal.SIGKILL)
            raises(pkd.Failed, "program_failed", "ended with status 137", lambda: list(tap))
        raises(pkd.Ended, "ended", "status 137", run.status)
        error = raises(pkd.Failed, "program_failed", "status 137", run.wait)
        same(error.status, 137)
except pkd.Failed as error:
    same(error.status, 137, "the end of the block says it, too")
else:
    raise SystemExit("a program that was killed is no error")
all_gone(numbers, "a program that was killed")

# A node that dies ends the program, as its deploy says; the log is in the message.
try:
    with program.run() as run:
        raises(pkd.Error, "died", "", run.call, "t.die")
        within(10, lambda: not run.is_running, "it ends")
except pkd.Failed as error:
    true("node 't'" in str(error) and error.status == 134, str(error))
else:
    raise SystemExit("a node that died is no error")

# An error of the user's own is the one that comes out.
try:
    with program.run() as run:
        raise KeyError("mine")
except KeyError:
    true(not run.is_running, "the block has ended it")

# Its console dies, and a tap goes on.
with program.run() as run:
    seen = 0
    with run.tap("m.n", timeout=10 * PATIENCE) as tap:
        for i, (frame, _) in enumerate(tap):
            true(frame.seq > seen, "no value comes twice")
            seen = frame.seq
            if i == 5:
                consoles = [n for n in processes(run.pid) if b": console" in open(f"/proc/{n}/cmdline", "rb").read()]
                os.kill(consoles[0], signal.SIGKILL)
            if i == 20:
                break
    within(10, lambda: run.ping()["t"], "it answers again")

# One that does not end in order is ended by force, one that is suspended, too.
with program.run() as run:
    numbers = processes(run.pid)
    os.kill(run.pid, signal.SIGSTOP)
    raises(pkd.Error, "timeout", "has not ended", run.wait, 0.1)
    began = time.monotonic()
    run.stop(5 * PATIENCE)
    true(time.monotonic() - began < 20 * PATIENCE, "a stop has a limit")
all_gone(numbers, "a program that was suspended")

with program.run(stdout="show", stderr="show", options=["--log", "info"]) as run:
    within(10, lambda: "the first one" in run.log, "the log is kept")
# What is no lifeline is refused before anything starts.
for word in ("7", "/dev/fd/1", "/dev/fd/99", "/dev/null", "-", ""):
    done = subprocess.run([program.path, "--lifeline", word], capture_output=True, text=True, check=False)
    same((done.returncode, "must be /dev/fd/N" in done.stderr), (2, True), f"--lifeline {word}: {done.stderr}")
print("no orphan")
