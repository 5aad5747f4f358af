#!/bin/sh
# A program under a service manager: it says when it is ready and that it stops, and gives signs of life
# as long as each of its processes goes round. The manager here is a socket.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

cat >service.pkd <<'END'
c {=
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
=}

/// Is initialised once a file is there, gets stuck with a frame, and waits as long as a file is there.
node work() -> (n: i64) {
    param go: string = ""
    param stuck: i64 = 0
    param idle: string = ""
    origin live
    rate 100fps
    init {=
        while (*params->go && access(params->go, F_OK) < 0)
            usleep(1000);
        pkd_note(ctx, "has %s", getenv("NOTIFY_SOCKET") || getenv("WATCHDOG_USEC") ? "the socket" : "no socket");
    =}
    step {=
        if (*params->idle && access(params->idle, F_OK) == 0)
            return pkd_later(ctx, pkd_now() + 50000000);
        while (params->stuck && (int64_t)pkd_number(ctx) >= params->stuck && access("go on", F_OK) < 0)
            usleep(1000);
        *out->n = (int64_t)pkd_number(ctx);
        usleep(10000);
    =}
}

/// Takes what comes.
node take(n: i64) {
    step {= =}
}

pipeline service() {
    n = work()
    take(latest n)
}

deploy service { }
END
build service.pkd -o service
cat >manager.py <<'END'
import os, socket, subprocess, sys, time

PATIENCE = int(os.environ.get("TEST_PATIENCE", "10"))
PKD = sys.argv[1]
os.environ["PKD_DIR"] = os.getcwd() + "/place"

class Service:
    """The program, and what it says."""
    def __init__(self, address, *options, usec=None, pid=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        name = "@" + address[1:] if address[0] == "\0" else address
        environment = dict(os.environ, NOTIFY_SOCKET=name)
        if usec:
            environment["WATCHDOG_USEC"] = str(usec)
        if pid:
            environment["WATCHDOG_PID"] = str(pid)
        self.log = open("log", "w")
        self.process = subprocess.Popen(["./service", "--quiet", *options], env=environment, stderr=self.log)

    def heard(self, seconds):
        """What it says next within that time; None: nothing."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode()
        except TimeoutError:
            return None

    def wait_for(self, word):
        """Until it says that word; returns what it has said before."""
        before, end = [], time.time() + 5 * PATIENCE
        while time.time() < end:
            text = self.heard(0.1)
            if text and any(line.startswith(word) for line in text.split("\n")):
                return before
            before += [text] if text else []
        sys.exit(f"it never says {word}, but {before}")

    def is_silent(self, seconds):
        """Within that time; what was said before is not counted."""
        while self.heard(0.001):
            pass
        return self.heard(seconds) is None

    def stop(self):
        self.process.terminate()
        before = self.wait_for("STOPPING=1")
        status = self.process.wait(10 * PATIENCE)
        self.socket.close()
        return before if status == 0 else sys.exit(f"status {status}: " + open("log").read())

def touch(path):
    open(path, "w").close()

# Ready after the last init, and not before.
for address in (os.getcwd() + "/socket", "\0pkd-test-%d" % os.getpid()):
    s = Service(address, "--n.go", "go")
    time.sleep(0.2)
    assert s.heard(0.001) is None, "it is ready before it is"
    touch("go")
    assert s.wait_for("READY=1") == []
    assert s.is_silent(0.3), "signs of life that nobody has asked for"
    assert s.stop() == []
    assert "has no socket" in open("log").read(), "a node has the socket"
    os.remove("go")

# A sign of life at least in each period, and a paused node or an idle one counts as alive.
s = Service("\0pkd-test2-%d" % os.getpid(), "--n.idle", "idle", usec=400000)
s.wait_for("READY=1")
for i in range(3):
    s.wait_for("WATCHDOG=1")
subprocess.run([PKD, "pause", "n", "take"], check=True, stdout=subprocess.DEVNULL)
for i in range(8):
    s.wait_for("WATCHDOG=1")
subprocess.run([PKD, "resume"], check=True, stdout=subprocess.DEVNULL)
touch("idle")
for i in range(8):
    s.wait_for("WATCHDOG=1")
s.stop()

# None for another process.
s = Service("\0pkd-test3-%d" % os.getpid(), usec=100000, pid=1)
s.wait_for("READY=1")
assert s.is_silent(0.5), "signs of life for another process"
s.stop()

# A stuck node: silence, until it goes on.
s = Service("\0pkd-test4-%d" % os.getpid(), "--n.stuck", "50", usec=400000)
s.wait_for("READY=1")
s.wait_for("WATCHDOG=1")
end = time.time() + 5 * PATIENCE
while not s.is_silent(1.5):
    assert time.time() < end, "it says that it is alive while a node is stuck"
touch("go on")
s.wait_for("WATCHDOG=1")
s.stop()

# The manager has gone.
s = Service("\0pkd-test5-%d" % os.getpid(), usec=100000)
s.wait_for("READY=1")
s.socket.close()
end = time.time() + 5 * PATIENCE
while "cannot be told anything" not in open("log").read():
    assert time.time() < end, "it does not say that nobody listens"
    time.sleep(0.02)
s.process.terminate()
assert s.process.wait(10 * PATIENCE) == 0
END
at_most 60 python3 manager.py "$B/pkd" >out 2>&1 || fail 'the manager is not told what it is to be'
for address in nonsense "/$(printf '%0200d' 1)"; do
	NOTIFY_SOCKET=$address at_most 20 sh -c './service --quiet & sleep 0.3; kill $!; wait $!' >out 2>&1
	grep -q '^service: the service manager cannot be told anything: NOTIFY_SOCKET=' out ||
		fail 'an address that is none'
done
