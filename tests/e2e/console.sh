#!/bin/sh
# Hostile traffic on a program's socket: half lines, floods, wrong types, slow readers, a thousand connections. The
# rows are those of a run that nobody disturbs; the console has a bounded size and no descriptor but its own; another
# user is refused. CONSOLE_SECONDS (8) of it, CONSOLE_SEED.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
build "$e2e/line/line.pkd" --pipeline line -o line
cat >hostile.py <<'END'
import glob, json, os, random, signal, socket, subprocess, sys, time

seconds, seed = float(sys.argv[1]), int(sys.argv[2])
random.seed(seed)
program = subprocess.Popen(["./line", "--quiet", "--path", "line.csv", "--period", "1ms"])

def path():
    until = time.monotonic() + 20
    while not glob.glob("place/*.sock"):
        assert time.monotonic() < until and program.poll() is None, "there is no socket"
        time.sleep(0.005)
    return glob.glob("place/*.sock")[0]

def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(5)
    client.connect(path())
    return client

def console():
    for pid in open(f"/proc/{program.pid}/task/{program.pid}/children").read().split():
        if "console" in open(f"/proc/{pid}/cmdline").read():
            return int(pid)

GOOD = [b'{"id":1,"method":"status"}\n', b'{"method":"describe"}\n', b'{"id":"x","method":"get"}\n', b'{"method":"ping"}\n',
        b'{"method":"echo","parameters":{"stream":"numbers","count":5}}\n', b'{"method":"echo","parameters":{"stream":"after.same"}}\n',
        b'{"method":"echo","parameters":{"stream":"numbers","every_ms":100}}\n']
BAD = [b'{"method":"echo"}\n', b'{"method":"echo","parameters":{"stream":"numbers","pixels":true}}\n',
       b'{"method":"echo","parameters":{"stream":"' + b's' * 3000 + b'"}}\n', b'{"method":"echo","parameters":{"stream":7,"count":{}}}\n',
       b'{"method":"set","parameters":{"values":{"period":"1s"}}}\n', b'{"method":"set","parameters":{"values":[]}}\n',
       b'{"method":"set","parameters":{"values":{"x":{"y":1}}}}\n', b'{"method":"pause","parameters":{"nodes":[1]}}\n',
       b'{"method":"pause","parameters":{"nodes":[]}}\n', b'{"method":"pause","parameters":{"nodes":[[["rows"]]]}}\n',
       b'{"id":[],"method":"status"}\n', b'{"id":' + b'9' * 200 + b',"method":"status"}\n', b'null\n', b'\n', b'\x00\n', b'\xff\xfe\n',
       b'{"method":"status","method":"describe"}\n', b'[' * 200 + b'\n', b'{"method":' + b'"a' * 3000 + b'"}\n',
       b'{"method":"set","parameters":{"values":{"' + b'n' * 5000 + b'":1},"at":-1}}\n',
       b'{"method":"set","parameters":{"at":1e99,"wait_ms":99999999,"values":{"period":1}}}\n']

def noise():
    kind = random.randrange(4)
    if kind == 0:
        return bytes(random.randrange(256) for _ in range(random.randrange(300)))
    if kind == 1:
        line = bytearray(random.choice(GOOD + BAD))
        for _ in range(random.randrange(1, 4)):
            line[random.randrange(len(line))] = random.randrange(256)
        return bytes(line)
    if kind == 2:
        line = random.choice(GOOD + BAD)
        return line[:random.randrange(len(line))]
    return random.choice(GOOD + BAD)

try:
    connect().recv(10)
    first, sizes, clients, n = console(), [], [], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            what = random.randrange(12)
            if what == 0:
                clients += [connect() for _ in range(40)]
            elif what == 1 and clients:
                for client in random.sample(clients, len(clients) // 2 + 1):
                    client.close()
                    clients.remove(client)
            elif what == 2:  # a flood, unread
                client = connect()
                client.settimeout(0.05)
                clients.append(client)
                client.sendall(random.choice(GOOD) * 20000)
            elif what == 3:  # a line without an end
                client = connect()
                clients.append(client)
                client.sendall(b"x" * 200000)
            elif what == 4:  # one byte at a time
                client = connect()
                for byte in random.choice(GOOD):
                    client.sendall(bytes([byte]))
                client.recv(100)
                clients.append(client)
            else:
                client = random.choice(clients) if clients and random.random() < 0.7 else connect()
                if client not in clients:
                    clients.append(client)
                client.settimeout(0.05)
                client.sendall(noise())
                if random.random() < 0.3:
                    client.recv(random.randrange(1, 5000))
        except OSError:
            pass  # it was sent away
        n += 1
        while len(clients) > 200:
            clients.pop(0).close()
        if n % 50 == 0 and console():
            status = open(f"/proc/{console()}/status").read()
            sizes.append(int(status.split("VmData:")[1].split()[0]))
    assert console() == first, ("it has died", first, console())
    for client in clients:
        client.close()
    # A thousand connections, one after the other, each greeted.
    for _ in range(1000):
        client = connect()
        assert client.recv(200).startswith(b'{"pkd":1,'), "no greeting"
        client.close()
    # Who asks in between is answered.
    client = connect()
    lines = client.makefile("rb")
    lines.readline()
    begun = time.monotonic()
    client.sendall(b'{"id":5,"method":"status"}\n')
    while b'"program"' not in lines.readline():
        pass
    answered = time.monotonic() - begun
    assert answered < 2, answered
    assert max(sizes) - min(sizes) < 4096 and max(sizes) < 64 * 1024, (min(sizes), max(sizes))
    # Its descriptors: the socket, the end, the stop, standard ones; no file of a node.
    fds = [os.readlink(f"/proc/{first}/fd/{fd}") for fd in os.listdir(f"/proc/{first}/fd")]
    assert not [fd for fd in fds if ".csv" in fd or "memfd" in fd or "place" in fd], fds
    if os.geteuid() == 0:
        user = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c",
                               f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({os.path.abspath(path())!r})"],
                              capture_output=True)
        assert user.returncode != 0, "another user is let in"
    client.sendall(b'{"method":"resume"}\n{"method":"stop"}\n')
    assert program.wait(20) == 0, program.returncode
    print(n, "attacks; answered in %.1f ms" % (answered * 1000), "at most", max(sizes), "KiB")
finally:
    if program.poll() is None:
        program.kill()
rows = [[line.strip().split(",")[-1] for line in open(name)][1:] for name in ("line.csv", "beside.csv")]
assert rows[0] == rows[1] == [str(i + 1) for i in range(len(rows[0]))] and len(rows[0]) > 500, len(rows[0])
END
python3 hostile.py "${CONSOLE_SECONDS:-8}" "${CONSOLE_SEED:-1}" >out 2>&1 || fail 'traffic' out
note "$(cat out)"
