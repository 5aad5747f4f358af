"""What nt4.server does with clients, good and bad ones."""

import json
import os
import random
import socket
import struct
import subprocess
import time

from console import wait_for
from nt import Client, Ended, Socket, V40, V41, ask, free_port, pack, unpack
from programs import VISION, answers, end, process_of, rows, run, said, serve

random.seed(15)
NPM = os.path.join(os.environ["ROOT"], "build/npm/node_modules")


def real_client():
    """ntcore-ts-client beside the server, a publisher and a subscriber."""
    if not os.path.isdir(f"{NPM}/ntcore-ts-client"):
        print("ntcore-ts-client: not here (tests/setup.sh --tests)")
        return
    server, port = serve()
    eyes, reader = run("eyes", port), run("reader", port)
    wait_for(lambda: "online" in said("eyes"))
    out = subprocess.run(["node", os.path.join(os.path.dirname(__file__), "client.js"), str(port), "3"],
                         env={**os.environ, "NODE_PATH": NPM}, capture_output=True, text=True, timeout=60)
    assert out.returncode == 0, out.stderr
    seen = json.loads(out.stdout.splitlines()[-1])
    wait_for(lambda: any(row["state"] == "none" for row in rows("links.csv")[5:]))    # it has gone
    end(eyes, reader, server)
    rates = {}
    for which in "fast", "slow":
        at = [t for t, _ in seen[which]]
        rates[which] = (len(at) - 1) * 1000 / (at[-1] - at[0])
    # A second of a busy machine costs what was made in it, so the numbers say whether all of them came.
    numbers = [v for _, v in seen["fast"]]
    assert numbers == [numbers[0] + i for i in range(len(numbers))], ("all means all, in order", numbers)
    made = rates["fast"]
    assert made >= 20 and rates["slow"] >= 9 or made < 45, rates
    assert seen["name"] == "tape" and seen["seen"] in (True, False) and seen["published"]
    assert seen["prefix"][f"{VISION}/distance"] == "double" and seen["prefix"][f"{VISION}/kind"] == "string"
    assert seen["prefix"][f"{VISION}/heartbeat"] == "int" and seen["prefix"][f"{VISION}/at/y"] == "double"
    assert seen["prefix"][f"{VISION}/xs"] == "double[]" and seen["prefix"][f"{VISION}/points"] == "json"
    got = rows("values.csv")
    assert got[-1]["red"] == "true" and got[-1]["name"] == "räd" and int(got[-1]["station"]) > 20, got[-1]
    print(f"a real client: {rates['fast']:.0f} Hz of all, {rates['slow']:.1f} Hz by default")


def protocol():
    """Handshakes, times, names, announcements, properties, and who is told what."""
    server, port = serve("--max_clients", 5)
    for path, protocols, status in ("/nt/", (V41,), " 404"), ("/other", (V41,), " 404"), ("/nt/x", (), " 400"), \
            ("/nt/x", ("mqtt",), ""):
        sock, head, _ = ask(port, path, protocols)
        assert "101" not in head.split("\r\n")[0] and status in head, (path, head)
        sock.close()
    old, a, b = Client(port, "x", V40), Client(port, "x"), Client(port, "x")
    rtt = Client(port, "x", "rtt.networktables.first.wpi.edu")
    assert abs(a.offset) < 1_000_000, "the clock of this machine"
    b.subscribe("$clients", "$pub$/a", "$sub$/a")
    b.wait(lambda: b.of("$clients"))
    names = {client["id"] for client in unpack(b.of("$clients")[-1][3])[0]}
    assert names == {"x", "x@1", "x@2"}, names
    a.subscribe("", uid=2, prefix=True)
    a.publish("/a", 7, "double", persistent=False, unit="m")
    a.wait(lambda: ("announce" in [m for m, _ in a.said]))
    announced = a.said[-1][1]
    assert announced["pubuid"] == 7 and announced["properties"] == {"persistent": False, "unit": "m"}, announced
    assert not [p for m, p in a.said if p["name"].startswith("$")], "a prefix that does not ask for them"
    b.wait(lambda: len(b.of("$pub$/a")) > 0 and unpack(b.of("$pub$/a")[-1][3])[0] == [{"client": "x@1", "pubuid": 7}])
    # A value follows at once, of whole numbers, and fragmented; the latest time wins, and none is of the future.
    old.subscribe("/a", uid=1, all=True, periodic=0.01)
    old.subscribe("/a", uid=1, all=True, periodic=0.01)
    late = a.server_time()
    a.binary([7, late, 1, 5])
    data = pack([7, late - 1_000_000, 1, 6.5])
    for i in range(len(data)):
        a.ws.frame(2 if i == 0 else 0, data[i:i + 1], i == len(data) - 1)
    a.binary([7, late + 3_600_000_000, 1, 7.0])
    old.wait(lambda: len(old.of("/a")) == 3)
    old.pump(0.2)
    assert [u[3] for u in old.of("/a")] == [5.0, 6.5, 7.0] and isinstance(old.of("/a")[0][3], float), old.got
    assert abs(old.of("/a")[2][1] - late) < 2_000_000, "none is from the future"
    a.wait(lambda: len(a.ws.pings) > 2)
    assert not old.ws.pings, "pings are for 4.1 alone"
    # Of another type: announced as it is, and its values are left out.
    b.publish("/a", 1, "string")
    b.wait(lambda: b.said and b.said[-1][1].get("pubuid") == 1)
    assert b.said[-1][1]["type"] == "double"
    b.binary([1, b.server_time(), 4, "no"], [99, 1, 1, 1.0])
    # Types without a number are bytes.
    b.publish("/s", 2, "struct:Pose3d")
    b.binary([2, b.server_time(), 5, b"\1\2"])
    a.wait(lambda: a.of("/s"))
    assert a.of("/s")[0][2] == 5 and a.of("/s")[0][3] == b"\1\2"
    # Properties.
    b.say("setproperties", name="/a", update={"unit": None, "cached": True, "persistent": "yes"})
    b.wait(lambda: b.said[-1][0] == "properties")
    a.wait(lambda: a.said[-1][0] == "properties")
    assert b.said[-1][1]["ack"] is True and a.said[-1][1]["ack"] is False
    # A client that has never asked for the time.
    wild = Client(port, "wild", measures=False)
    wild.publish("/w", 1, "int")
    wild.binary([1, 17, 2, 3])
    a.wait(lambda: a.of("/w"))
    assert abs(a.of("/w")[0][1] - a.server_time()) < 5_000_000, "when it came"
    sock, head, _ = ask(port)
    assert " 503" in head, head
    sock.close()
    # Who leaves takes what it has published along.
    wild.close()
    a.wait(lambda: a.said[-1] == ("unannounce", {"name": "/w", "id": a.said[-1][1].get("id")}))
    b.say("unpublish", pubuid=2)
    a.wait(lambda: a.said[-1][0] == "unannounce" and a.said[-1][1]["name"] == "/s")
    rtt.measure()
    for client in old, a, b, rtt:
        client.close()
    end(server)
    assert rows("served.csv")[-1]["topics"] == "0" or max(int(row["clients"]) for row in rows("served.csv")) == 4


def pages():
    """Web pages of other sites may not connect, by whatever name, unless they are listed."""
    server, port = serve("--s.origins", "https://dash.example")
    for host, origin, status in (
            (None, None, " 101"), ("localhost:1", "http://localhost:3000", " 101"), (None, "file://", " 101"),
            (None, "https://dash.example", " 101"), (None, "http://attacker.example", " 403"), (None, "null", " 403"),
            ("attacker.example", None, " 403"), ("attacker.example", "http://attacker.example", " 403"),
            ("127.0.0.1.attacker.example", None, " 403"), (None, "http://" + "a" * 2000, " 403")):
        sock, head, _ = ask(port, host=host, origin=origin)
        assert status in head.split("\r\n")[0], (host, origin, head)
        sock.close()
    wait_for(lambda: "a web page of 'http://attacker.example' is refused" in said("served"))
    end(server)


def kept():
    """Retained and persistent topics, through a kill, too."""
    os.mkdir("state")
    server, port = serve("--persist", "state/")
    a = Client(port)
    for uid, (kind, code, value) in enumerate([("double", 1, 0.1), ("int", 2, -2**62), ("string", 4, "ä\"\n"),
                                               ("raw", 5, bytes(range(7))), ("boolean[]", 16, [True, False]),
                                               ("string[]", 20, ["a", ""]), ("double[]", 17, [])]):
        a.publish(f"/p{uid}", uid, kind, persistent=True)
        a.binary([uid, a.server_time(), code, value])
    a.publish("/retained", 20, "int", retained=True)
    a.publish("/gone", 21, "int")
    a.binary([20, a.server_time(), 2, 1], [21, a.server_time(), 2, 2])
    wait_for(lambda: os.path.exists("state/networktables.json") and
             len(json.load(open("state/networktables.json"))) == 7)
    a.measure()    # it has heard all
    a.close()
    b = Client(port)
    b.subscribe("", prefix=True)
    b.wait(lambda: len(b.got) == 8)
    assert {u[0] for u in b.got} == {"/retained"} | {f"/p{i}" for i in range(7)}
    before = {u[0]: u[2:4] for u in b.got}
    b.close()
    server.kill()
    server.wait()
    wait_for(lambda: not answers(port))
    os.truncate("state/.networktables.json.new", 3) if os.path.exists("state/.networktables.json.new") else None
    server = run("served", port, "--persist", "state/")
    wait_for(lambda: answers(port))
    b = Client(port)
    b.subscribe("", prefix=True)
    b.wait(lambda: len(b.got) == 7)
    del before["/retained"]
    assert {u[0]: u[2:4] for u in b.got} == before, (before, b.got)
    b.say("setproperties", name="/p0", update={"persistent": False})
    b.wait(lambda: ("unannounce", "/p0") in [(m, p["name"]) for m, p in b.said])
    end(server)
    assert len(json.load(open("state/networktables.json"))) == 6
    b.close()
    # A file that is damaged, in part or as a whole, or too large, is set aside, and nothing of it is lost.
    good = '{"name": "/good", "type": "double", "value": "-inf", "properties": {}}'
    for i, (text, topics) in enumerate((('[{"name": "x"', []), (f'[{good}, {{"name": "/x"}}, 5]', ["/good"]),
                                        ("[" + " " * (64 << 20) + "]", []))):
        open("state/networktables.json", "w").write(text)
        server, port = serve("--persist", "state/")
        wait_for(lambda: "it is set aside as" in said("served"))
        wait_for(lambda: os.path.getsize("state/networktables.json") != len(text))
        assert [topic["name"] for topic in json.load(open("state/networktables.json"))] == topics
        assert os.path.getsize(f"state/networktables.json.bad{i + 1}") == len(text)
        end(server)
    # What is written is read again, whatever there is.
    os.remove("state/networktables.json")
    server, port = serve("--persist", "state/")
    a = Client(port)
    for uid in range(56):
        a.publish(f"/large{uid}", uid, "raw", persistent=True)
        large_frame(a, 2, pack([uid, a.server_time(), 5, b"x" * 1_000_000]))
        a.pump(0)
    wait_for(lambda: "persistent values are not kept" in said("served"))
    a.close()
    end(server)
    server, port = serve("--persist", "state/")
    a = Client(port)
    a.subscribe("/large0", topicsonly=True)
    a.wait(lambda: a.said)    # it has been read
    a.close()
    end(server)
    assert "set aside" not in said("served"), said("served")


def idle():
    """Connections that only measure and do not, and halves of a request, hold no place for long."""
    server, port = serve("--max_clients", "4", "--s.idle", "1s")
    silent = [Client(port, f"x{i}", "rtt.networktables.first.wpi.edu", measures=False) for i in range(4)]
    for client in silent:
        client.deaf = True
    half = []
    for _ in range(100):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(b"GET /nt/half HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        half.append(sock)
    sock, head, _ = ask(port)
    assert " 503" in head, head
    # More of them than there is room for: the oldest goes, and nobody waits for them.
    for _ in range(400):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(b"GET /nt/half HTTP/1.1\r\n")
        half.append(sock)
    start = time.monotonic()
    sock, head, _ = ask(port)
    took = time.monotonic() - start
    assert head.startswith("HTTP/1.") and took < 3, (head, took)
    wait_for(lambda: "it measures nothing" in said("served"))
    good = Client(port, "good")
    good.measure()
    wait_for(lambda: "the client 'good' is there, at 127.0.0.1:" in said("served"))
    for client in silent:
        client.close()
    good.close()
    wait_for(lambda: "the client 'good' has gone" in said("served"))
    for sock in half:
        sock.close()
    end(server)


def taken():
    """A port that another program has is waited for; a topic that is published as two types is told."""
    busy = socket.create_server(("127.0.0.1", 0))
    port = busy.getsockname()[1]
    server = run("served", port, "--s.grace", "60s")
    wait_for(lambda: "it is waited for" in said("served"))
    busy.close()
    wait_for(lambda: answers(port))
    a, b = Client(port, "a"), Client(port, "b")
    a.publish("/x", 1, "int")
    a.wait(lambda: a.said)
    for uid in 1, 2, 3:
        b.publish("/x", uid, "double")
    wait_for(lambda: "the values of 'b' for '/x' are left out: it publishes double, and the topic is one of int" in said("served"))
    b.measure()
    assert said("served").count("are left out") == 1
    end(server)


def large_frame(client, op, data):
    """Its mask is nought."""
    client.ws.sock.sendall(bytes([0x80 | op]) + struct.pack(">BQ", 0x80 | 127, len(data)) + bytes(4) + data)


def slow():
    """Clients that hang, read nothing, say half of it or nonsense cost no other anything."""
    server, port = serve()
    good, writer = Client(port, "good"), Client(port, "writer")
    writer.publish("/big", 1, "raw")
    writer.publish("/n", 2, "int")
    good.subscribe("/n", all=True, periodic=0.01)
    deaf = [Client(port, "deaf", V40), Client(port, "deaf")]
    for client in deaf:
        client.deaf = True
        client.subscribe("", prefix=True, all=True, periodic=0.01)
    half = []
    for i in range(1000):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        half.append(sock)
        if i % 3 == 0:
            try:
                sock.send(b"GET /nt/half HTTP/1.1\r\nHost: x\r\n")
            except OSError:
                pass
    pid = process_of(server, "s")
    start, n = time.monotonic(), 0
    lates = []
    while time.monotonic() - start < 3:
        writer.binary([1, writer.server_time(), 5, bytes(20000)], [2, writer.server_time(), 2, n])
        n += 1
        good.pump(0.01)
        writer.pump(0)
    good.wait(lambda: good.of("/n") and good.of("/n")[-1][3] == n - 1)
    assert [u[3] for u in good.of("/n")] == list(range(n)), "it has all of them"
    lates = sorted(t - (at - good.offset) / 1e6 for _, at, _, _, t in good.of("/n"))
    rss = int(open(f"/proc/{pid}/statm").read().split()[1]) * 4096
    assert rss < 100 << 20, rss
    for sock in half:
        sock.close()
    # The one of 4.1 is given up, as it does not answer.
    wait_for(lambda: "is given up: it does not answer" in said("served"))
    late = Client(port, "late")
    # Nonsense, after which the server is as it was.
    for i in range(60):
        try:
            sock, head, rest = ask(port, "/nt/wild", (V41,))
            ws = Socket(sock, True, rest)
            wild = [lambda: ws.frame(2, os.urandom(random.randrange(1, 60))),
                    lambda: ws.frame(1, b'[{"method":"publish","params":' + b"[" * random.randrange(100)),
                    lambda: ws.frame(1, json.dumps([{"method": random.choice(["publish", "subscribe", "setproperties"]),
                                                     "params": {"name": random.choice(["", "/x", "$x", 5, None, "\0"]),
                                                                "type": random.choice(["", "int", 7, "x" * 5000]),
                                                                "topics": random.choice([[], [5], "x", ["/x"] * 3000]),
                                                                "subuid": random.choice([1, 1e300, "x", -1]),
                                                                "pubuid": random.choice([1, 2.5, -7, None]),
                                                                "update": random.choice([{}, [], {"cached": 5}])}}]).encode()),
                    lambda: ws.frame(2, b"\x94\x01\x01\x05\xdb\xff\xff\xff\xff"),
                    lambda: sock.sendall(os.urandom(100))]
            for _ in range(4):
                random.choice(wild)()
            sock.close()
        except (OSError, Ended, struct.error):
            pass
    late.measure()
    for client in [good, writer, late] + deaf:
        client.close()
    end(server)
    assert "crash" not in said("served") and "signal" not in said("served"), said("served")
    print(f"beside clients that hang: {n / 3:.0f} values a second, {lates[len(lates) // 2] * 1e3:.1f} ms each (p50), "
          f"{lates[len(lates) * 95 // 100] * 1e3:.1f} ms (p95); {rss >> 20} MiB")
