"""A program with --serve: see serve.sh."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import exposition

PATIENCE = float(os.environ.get("TEST_PATIENCE", "10"))
random.seed(1)


def within(seconds, what, wanted):
    """Waits until it is true, and returns that."""
    until = time.monotonic() + seconds * PATIENCE
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < until, wanted
        time.sleep(0.01)


class Program:
    def __init__(self, *arguments, said, cwd=".", env=None):
        self.said = said
        self.process = subprocess.Popen([os.path.abspath("serve"), *arguments], cwd=cwd, env=env,
                                        stderr=open(said, "wb"))
        line = within(20, lambda: re.search(r"serving http://(\S+):(\d+)/(?:\?token=(\w+))?", self.log()),
                      "it does not say where it serves")
        self.host, self.port, self.token = line[1], int(line[2]), line[3]

    def log(self):
        return open(self.said, encoding="utf-8").read()

    def child(self, name):
        for pid in open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split():
            try:
                if open(f"/proc/{pid}/comm").read() == name + "\n":
                    return int(pid)
            except OSError:
                pass  # it has ended meanwhile
        return None

    def connect(self):
        host = self.host.strip("[]")
        return socket.create_connection((host, self.port), timeout=5 * PATIENCE)

    def head(self, path="/healthz", method="GET", token=True, host=None, more=""):
        query = f"?token={self.token}" if token else ""
        return (f"{method} {path}{query} HTTP/1.1\r\nHost: {host or f'{self.host}:{self.port}'}\r\n{more}\r\n").encode()

    def ask(self, raw):
        """From a connection of its own: the status, the headers, the body."""
        client = self.connect()
        client.sendall(raw)
        answer = Answer(client.makefile("rb"))
        client.close()
        return answer

    def get(self, path="/healthz", **how):
        return self.ask(self.head(path, **how))

    def metrics(self):
        answer = self.get("/metrics")
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return exposition.parse(answer.body.decode())


class Answer:
    """What comes next of a connection."""

    def __init__(self, stream):
        self.line = stream.readline()
        assert re.match(rb"HTTP/1\.1 \d\d\d [A-Z][A-Za-z ]*\r\n\Z", self.line), self.line
        self.status, self.headers = int(self.line.split()[1]), {}
        while (line := stream.readline()) != b"\r\n":
            name, value = line.decode().rstrip("\r\n").split(": ", 1)
            assert name.lower() not in self.headers
            self.headers[name.lower()] = value
        self.body = b""
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(stream.readline(), 16):
                self.body += stream.read(size)
                assert stream.read(2) == b"\r\n"
            assert stream.readline() == b"\r\n"
        else:
            self.body = stream.read(int(self.headers["content-length"]))


def pkd(program, command, *words):
    """As far as it gets: where a node does not come to what was set, that is no mistake here."""
    subprocess.run(["pkd", command, str(program.process.pid), *words], capture_output=True, check=False)


def curl(program):
    """As it is used."""
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "metrics"], input=program.get("/metrics").body, check=True)
    if not shutil.which("curl"):
        print("curl is not installed: left out")
        return
    url = f"http://{program.host}:{program.port}"

    def run(*arguments):
        return subprocess.run(["curl", "-s", "-S", "--max-time", "60", "--noproxy", "*", *arguments],
                              capture_output=True, text=True, check=True).stdout

    exposition.parse(run(f"{url}/metrics?token={program.token}"))
    exposition.parse(run("-H", f"Authorization: Bearer {program.token}", f"{url}/metrics"))
    exposition.parse(run("--http1.0", f"{url}/metrics?token={program.token}"))
    assert run(f"http://localhost:{program.port}/healthz?token={program.token}") == "ok\n"
    status = ("-o", "got", "-w", "%{http_code}")
    assert run(*status, f"{url}/metrics") == "401" and "pkd" not in open("got").read()
    assert run(*status, "-I", f"{url}/metrics?token={program.token}") == "200"
    assert run(*status, "-d", "x=1", f"{url}/metrics?token={program.token}") == "405"
    assert run(*status, "-H", "Host: rebound.example", f"{url}/metrics?token={program.token}") == "421"
    assert run(*status, "-H", "Origin: http://other.example", f"{url}/metrics?token={program.token}") == "403"


def refusals(program):
    assert program.get().body == b"ok\n"
    for path in "/metrics", "/healthz", "/ws", "/none":
        answer = program.get(path, token=False)
        assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer" and answer.body == b"Unauthorized\n"
    assert program.get(method="POST").status == 405 and program.get(method="POST").headers["allow"] == "GET, HEAD"
    assert program.get(host=f"rebound.example:{program.port}").status == 421
    assert program.get(more="Origin: http://rebound.example\r\n").status == 403
    assert program.get(more="Content-Length: 9\r\n").status == 413
    assert program.get(more="Transfer-Encoding: chunked\r\n").status == 413
    assert program.get(more="A: " + "a" * 9000 + "\r\n").status == 431
    assert program.get(more=" folded\r\n").status == 400
    assert program.get("/none").status == 404
    # A large body: who sends it reads the answer all the same.
    assert program.ask(program.head(method="PUT", more="Content-Length: 200000\r\n") + b"x" * 200000).status == 405
    # One connection, many requests at once, answered in their order.
    client = program.connect()
    client.sendall(b"".join(program.head(path) for path in ("/healthz", "/none", "/metrics", "/healthz") * 25))
    stream = client.makefile("rb")
    assert [Answer(stream).status for _ in range(100)] == [200, 404, 200, 200] * 25
    client.close()


def noise(program):
    request = bytearray(program.head(random.choice(["/healthz", "/metrics"])))
    kind = random.randrange(3)
    if kind == 0:
        return bytes(random.randrange(256) for _ in range(random.randrange(400)))
    if kind == 1:
        for _ in range(random.randrange(1, 4)):
            request[random.randrange(len(request))] = random.randrange(256)
        return bytes(request)
    return bytes(request[:random.randrange(len(request))])


def traffic(program, seconds):
    """Half requests, floods, slow readers, many connections; who asks in between is answered."""
    clients, until, n, longest, sizes = [], time.monotonic() + seconds, 0, 0, []
    console = program.child("console")
    while time.monotonic() < until or n < 40:
        try:
            client = program.connect()
            clients.append(client)
            client.settimeout(0.05)
            what = random.randrange(4)
            if what == 0:  # much is asked for, and nothing read
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.sendall(program.head("/metrics") * 300)
            elif what == 1:
                client.sendall(program.head()[:random.randrange(60)])
            elif what == 2:
                clients += [program.connect() for _ in range(20)]
            else:
                client.sendall(noise(program))
                client.recv(random.randrange(1, 2000))
        except OSError:
            pass  # it was sent away
        n += 1
        while len(clients) > 200:
            clients.pop(random.randrange(len(clients))).close()
        if n % 10 == 0:
            begun = time.monotonic()
            assert program.get().status == 200
            longest = max(longest, time.monotonic() - begun)
            sizes.append(int(open(f"/proc/{console}/status").read().split("VmData:")[1].split()[0]))
    for client in clients:
        client.close()
    for _ in range(1000):
        assert program.get().status == 200
    assert program.child("console") == console, "the console has died"
    assert max(sizes) - min(sizes) < 4096 and longest < 2 * PATIENCE, (min(sizes), max(sizes), longest)
    return f"{n} attacks beside which it answered in at most {longest * 1000:.1f} ms, {max(sizes)} KiB"


def restarts(program):
    """A console that is killed is back, with its port and its token; a process, too, and that is told."""
    before = program.metrics()
    for _ in range(2):
        console = program.child("console")
        os.kill(console, signal.SIGKILL)
        assert program.get().status == 200  # waits for the next one
        assert program.child("console") != console
    n = exposition.check_growth(before, program.metrics())
    assert n > 200, n
    os.kill(within(5, lambda: program.child("first"), "there is no process first"), signal.SIGKILL)
    answer = within(5, lambda: (answer := program.get()).status == 503 and answer, "its death is not told")
    assert answer.body == b"process first has died, and is to be started again\n", answer.body
    within(20, lambda: program.get().status == 200, "it is not back")
    after = program.metrics()
    assert exposition.get(after, "pkd_restarts_total", process="first") == 1
    exposition.check_growth(before, after)


def long_step(program):
    at = int(exposition.get(program.metrics(), "pkd_frame", node="numbers")) + 200
    pkd(program, "set", "first.takes=2500ms", f"--at={at}", "--wait=0")
    pkd(program, "set", "first.takes=0ms", f"--at={at + 1}", "--wait=0")
    answer = within(20, lambda: (answer := program.get()).status == 503 and answer, "a long step is not told")
    assert re.fullmatch(rb"node first has been in its code for \d+\.\ds: more than 1s\n", answer.body), answer.body
    within(20, lambda: program.get().status == 200, "the end of a long step is not told")


def given_up(program):
    for _ in range(2):
        up = within(20, lambda: exposition.get(program.metrics(), "pkd_up", process="second") == 1 and
                    program.child("second"), "process second does not run")
        os.kill(up, signal.SIGKILL)
        within(20, lambda: program.child("second") != up, "it does not die")
    answer = within(20, lambda: b"given up" in (answer := program.get()).body and answer, "it is not given up")
    assert answer.status == 503 and answer.body == b"process second was given up\n", answer.body
    metrics = program.metrics()
    assert exposition.get(metrics, "pkd_node_state", node="second", state="gone") == 1
    assert exposition.get(metrics, "pkd_up", process="second") == 0


def compare_with_table(program):
    """What is counted last is what the table says."""
    pkd(program, "pause", "numbers")
    last = []

    def is_quiet():
        last.append(program.metrics())
        return len(last) > 1 and [f.samples for n, f in last[-1].items()] == [f.samples for n, f in last[-2].items()]

    within(20, is_quiet, "the counters do not come to rest")
    metrics = last[-1]
    assert exposition.get(metrics, "pkd_paused", node="numbers") == 1
    pkd(program, "stop")
    status = program.process.wait(20 * PATIENCE)
    assert status == 3, (status, program.log())
    table, n = program.log(), 0
    for (_, of), value in metrics["pkd_firings_total"].samples.items():
        node = dict(of)["node"]
        row = re.search(rf"^  {node} +(\d+) +([0-9.]+) ", table, re.M)
        assert int(row[1]) == value, (row[0], value)
        busy = exposition.get(metrics, "pkd_busy_seconds_total", node=node)
        assert abs(float(row[2]) - busy) < 0.0051, (row[0], busy)
        assert metrics["pkd_step_seconds"].samples[("pkd_step_seconds_count", of)] == value
        n += 1
    for (_, of), value in metrics["pkd_dropped_total"].samples.items():
        if dict(of)["by"] not in ("queue", "latest", "sample"):
            continue
        row = re.search(rf"^  {re.escape(dict(of)['edge'])}: (\d+) dropped", table, re.M)
        assert (int(row[1]) if row else 0) == value, (of, value)
        n += value > 0
    row = re.search(r"^  late\.same -> seen\.row: sampled, .*absent in (\d+) of (\d+) firings", table, re.M)
    assert int(row[1]) == exposition.get(metrics, "pkd_absent_total", edge="late.same -> seen.row")
    assert int(row[2]) == exposition.get(metrics, "pkd_looks_total", edge="late.same -> seen.row")
    assert "process first: restarted 1 time" in table
    assert n >= 9, n


def run():
    program = Program("--serve", "0", "--secret", "hush-hush", said="table")
    try:
        first = program.metrics()
        refusals(program)
        curl(program)
        for path in "/metrics", "/healthz", "/none":
            assert b"hush" not in program.get(path).body
        assert "hush" not in program.log()
        exposition.check_growth(first, program.metrics())
        said = traffic(program, 2)
        restarts(program)
        long_step(program)
        given_up(program)
        compare_with_table(program)
    finally:
        if program.process.poll() is None:
            program.process.kill()
    for name in "rows.csv", "late.csv":
        frames = [line.split(",")[0] for line in open(name)][1:]
        assert frames == [str(i + 1) for i in range(len(frames))] and len(frames) > 500, (name, len(frames))
    rows = [line.strip().split(",")[-1] for line in open("rows.csv")][1:]
    assert rows == [str(i + 1) for i in range(len(rows))]
    return said


class Beside:
    """With a token of one's own, on IPv6 where there is any: half requests, and its end."""

    def __init__(self):
        where = "0"
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
            where = "[::1]:0"
        except OSError:
            print("no IPv6: left out")
        os.mkdir("beside")
        self.program = program = Program("--serve", where, "--serve-token-file", "../token", "--quiet",
                                         said="said.beside", cwd="beside")
        assert program.token is None and "0123456789" not in program.log()
        program.token = open("token").read().strip()
        # What sends nothing, and half of something.
        self.halves = [program.connect() for _ in range(2)]
        self.halves[1].sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        within(20, lambda: program.get().body == b"ok\n", "it is not well")
        assert program.get(token=False).status == 401

    def end(self):
        program = self.program
        for half in self.halves:
            half.settimeout(20 * PATIENCE)
            assert half.recv(10) == b""
        assert program.get().status == 200
        # A step that does not return holds the end up for as long as a stop waits.
        pkd(program, "set", "first.takes=60s", "--wait=0")
        within(20, lambda: program.get().status == 503, "a long step is not told")
        program.process.send_signal(signal.SIGTERM)
        within(5, lambda: program.get().body.startswith(b"the program is ending\n"), "its end is not told")
        assert program.process.wait(20 * PATIENCE) == 128 + signal.SIGTERM


def run_without_socket():
    """Where pkd finds no place, and on all addresses."""
    program = Program("--serve", "0.0.0.0:0", "--quiet", said="said.alone", env={**os.environ, "PKD_DIR": "/proc/none"})
    try:
        assert program.host == "127.0.0.1" and "pkd cannot reach this program: " in program.log()
        assert ", and on all other addresses of this machine\n" in program.log()
        assert program.get().status == 200
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(20 * PATIENCE) == 0
    finally:
        if program.process.poll() is None:
            program.process.kill()


beside = Beside()
try:
    said = run()
    beside.end()
    run_without_socket()
finally:
    if beside.program.process.poll() is None:
        beside.program.process.kill()
print(said)
