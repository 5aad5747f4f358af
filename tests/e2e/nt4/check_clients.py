"""What nt4.publish, subscribe, camera and params do with robots, good and bad ones."""

import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time

from console import wait_for
from nt import Client, Robot, V40, V41, free_port, pack
from programs import VISION, answers, end, process_of, rows, run, said, serve


def publisher():
    """A robot that is strict, careless, slow or rebooted; ticks that hang."""
    robot = Robot(announces=False)
    eyes = run("eyes", robot.port)
    wait_for(lambda: len(robot.of(f"{VISION}/heartbeat")) >= 20)
    assert not robot.wrong, robot.wrong[:3]
    robot.stop()
    assert {note[1]["type"] for note in robot.said("publish") if note[1]["name"].endswith("/points")} == {"json"}
    for _, name, at, value, _, now in robot.of(f"{VISION}/distance"):
        assert 0 <= now - at < 400_000 or now - at < 10_000_000, (now, at)
    ages = sorted(now - at for _, _, at, _, _, now in robot.of(f"{VISION}/distance"))
    last = {note[1]: note[3] for note in robot.said("value")}
    assert last[f"{VISION}/kind"] == "tag" and last[f"{VISION}/at/x"] == 1.5 and last[f"{VISION}/xs"] == [1.0, 2.0]
    assert json.loads(last[f"{VISION}/points"])[1] == {"x": 3, "y": 4}
    # One time for all of a record; each value has its own, and they are counted.
    times = {}
    for _, name, at, value, *_ in robot.said("value"):
        times.setdefault(at, {})[name] = value
    whole = [v for v in times.values() if f"{VISION}/heartbeat" in v]
    assert all(len(v) == len(whole[0]) == 11 for v in whole), [len(v) for v in whole]
    beats = [v[f"{VISION}/heartbeat"] for v in whole]
    assert beats == list(range(beats[0], beats[0] + len(beats))), beats
    # Another robot at the same address, of 4.0 and with another clock.
    down = time.monotonic()
    robot = Robot(port=robot.port, protocol=V40, clock=900_000_000)
    wait_for(lambda: len(robot.of(f"{VISION}/distance")) >= 3)
    back = time.monotonic() - down
    assert not robot.wrong, robot.wrong[:3]
    assert all(900_000_000 <= note[2] <= note[5] + 100_000 for note in robot.of(f"{VISION}/distance"))
    # The ticks stop: within max_age there is nothing any more; they go on: it is there again.
    ticks = process_of(eyes, "tick")
    os.kill(ticks, signal.SIGSTOP)
    stopped = time.monotonic()
    wait_for(lambda: not robot.there())
    gone = robot.said("unpublish")[-1][2] - stopped
    os.kill(ticks, signal.SIGCONT)
    wait_for(lambda: f"{VISION}/distance" in robot.there())
    # Each is killed in turn.
    os.kill(ticks, signal.SIGKILL)
    wait_for(lambda: eyes.poll() is not None or not robot.there() or len(robot.clients) == 0)
    eyes.wait(60)
    wait_for(lambda: not robot.there())
    robot.stop()
    print(f"a publisher: age {ages[len(ages) // 2] / 1e3:.1f} ms (p50), back after {back:.2f} s, nothing after {gone:.2f} s")


def silent_robot():
    """One that never tells the time hears nothing; one that hangs is left, by 4.1 and 4.0."""
    robot = Robot(answers=False)
    eyes = run("eyes", robot.port, "--publish.connect", "500ms")
    wait_for(lambda: "does not answer" in said("eyes"))
    assert not robot.said("publish") and not robot.said("value") and not robot.wrong
    robot.stop()
    for protocol in V41, V40:
        robot = Robot(port=robot.port, protocol=protocol)
        wait_for(lambda: len(robot.of(f"{VISION}/n")) >= 3)
        with robot.lock:    # nothing is read any more
            told = said("eyes").count("does not answer any more")
            wait_for(lambda: said("eyes").count("does not answer any more") > told)
        robot.stop()
    end(eyes)


def other_forms():
    """Structs with their schemas, JSON, and a value that is no record; read back through the server."""
    robot = Robot()
    program = run("forms", robot.port)
    wait_for(lambda: all(len(robot.of(name)) >= 2 for name in ("/small", "/json", "/pose", "/plain/number")))
    types = {note[1]["name"]: note[1]["type"] for note in robot.said("publish")}
    assert types["/small"] == "struct:Small" and types["/pose"] == "struct:Pose3d" and types["/json"] == "json", types
    assert types["/plain/number"] == "double" and types["/.schema/struct:Small"] == "structschema"
    schemas = {note[1]: note[3].decode() for note in robot.said("value") if note[1].startswith("/.schema/")}
    assert schemas["/.schema/struct:Small"] == \
        "uint32 n;char name[4];enum {tape=0, tag=1} uint32 kind;Point2 at;", schemas
    assert schemas["/.schema/struct:Point2"] == "double x;float y;"
    assert schemas["/.schema/struct:Pose3d"] == "Translation3d translation;Rotation3d rotation"
    assert schemas["/.schema/struct:Rotation3d"] == "Quaternion q" and "/.schema/struct:Quaternion" in schemas
    assert robot.of("/small")[0][3] == struct.pack("<I4sIdf", 7, b"ab", 1, 1.5, 0.5)
    pose = struct.unpack("<7d", robot.of("/pose")[-1][3])
    assert pose[1:] == (2, 3, 1, 0, 0, 0), pose
    small = {"n": 7, "name": "ab", "kind": "tag", "at": {"x": 1.5, "y": 0.5}}
    assert json.loads(robot.of("/json")[0][3]) == small
    assert not robot.wrong, robot.wrong[:3]
    robot.stop()
    end(program)
    server, port = serve()
    program, reader = run("forms", port), run("formed", port)
    wait_for(lambda: all(os.path.exists(p) and len(open(p).readlines()) > 3 for p in ("structs.jsonl", "json.jsonl")))
    end(program, reader, server)
    for path in "structs.jsonl", "json.jsonl":
        row = json.loads(open(path).readline())
        assert {key: row[key] for key in small} == small, row


def subscriber():
    """A value, none, a stale one, and no new one; wrong types; reconnections."""
    robot = Robot()
    reader = run("reader", robot.port, "--s.max_age", "700ms")
    wait_for(lambda: robot.said("subscribe"))
    asked = robot.said("subscribe")[0][1]
    assert asked["topics"] == ["/FMSInfo/IsRedAlliance", "/FMSInfo/station", "/FMSInfo/name"], asked
    for ident, name, kind in (1, "IsRedAlliance", "boolean"), (2, "station", "double"), (3, "name", "string"):
        robot.announce(f"/FMSInfo/{name}", ident, kind)
    robot.give(1, "boolean", True)
    robot.give(2, "double", 3)
    robot.give(77, "double", 1.0)    # of a topic that was not announced
    wait_for(lambda: rows("links.csv"))
    assert not rows("values.csv"), "one is missing"
    at = robot.now() - 300_000
    robot.give(3, "string", "red", at)
    wait_for(lambda: rows("values.csv"))
    row = rows("values.csv")[0]
    assert (row["station"], row["red"], row["name"]) == ("3", "true", "red"), row
    wait_for(lambda: rows("links.csv")[-1]["state"] == "stale")
    assert [r["state"] for r in rows("links.csv")][-2] == "fresh"
    robot.give(2, "double", 4, robot.now() - 5_000_000)    # from long ago
    robot.give(2, "double", 4.5)
    wait_for(lambda: "what comes of '/FMSInfo/station' is no i32" in said("reader"))
    robot.give(2, "double", 5)
    wait_for(lambda: len(rows("values.csv")) == 2)
    assert rows("values.csv")[1]["station"] == "5"
    captured = float(rows("values.csv")[1]["time_s"])
    assert abs(captured - time.monotonic()) < 20
    robot.unannounce("/FMSInfo/station", 2)
    wait_for(lambda: rows("links.csv")[-1]["state"] == "none")
    robot.stop()
    wait_for(lambda: rows("links.csv")[-1]["link"] == "offline")
    robot = Robot(port=robot.port)
    wait_for(lambda: robot.said("subscribe"))
    robot.tell(1, b'[{"method":"announce","params":{"name":"/FMSInfo/name"}},{"method":5},{"params":{}},7]')
    wait_for(lambda: rows("links.csv")[-1]["link"] == "online")
    assert rows("links.csv")[-1]["n"] == "1" and len(rows("values.csv")) == 2
    robot.tell(2, b"\xc1")    # damaged: it is left, and tried again
    wait_for(lambda: "damaged message" in said("reader"))
    wait_for(lambda: len(robot.clients) > 0)
    robot.stop()
    end(reader)


def cameras():
    """What dashboards are told of a camera that is not there."""
    robot = Robot()
    program = run("camera", robot.port, "--source", f"http://127.0.0.1:{free_port()}/x.mjpg")
    front = "/CameraPublisher/front"
    wait_for(lambda: len({note[1] for note in robot.said("value")}) == 7)
    values = {note[1]: note[3] for note in robot.said("value")}
    assert values[f"{front}/streams"] == ["mjpg:http://10.0.0.11:1181/?action=stream"], values
    assert values[f"{front}/connected"] is False and values[f"{front}/modes"] == ["640x480 MJPEG 30 fps"]
    assert values[f"{front}/description"] == "front" and values[f"{front}/source"] == "usb:front"
    wait_for(lambda: robot.of(f"{front}/reason")[-1][3] == "connection refused")
    robot.stop()
    robot = Robot(port=robot.port)
    wait_for(lambda: len({note[1] for note in robot.said("value")}) == 7)
    assert not robot.wrong, robot.wrong[:3]
    robot.stop()
    end(program)


def parameters():
    """Live parameters as topics, both ways, and back over a reconnection; others, and what is out of range, stay."""
    server, port = serve()
    dashboard = Client(port, "dashboard")
    table = "/SmartDashboard/tuning/g"
    dashboard.subscribe("/SmartDashboard", prefix=True, all=True, periodic=0.01)
    for uid, (name, kind) in enumerate((("factor", "double"), ("on", "boolean"), ("n", "int"), ("other", "int"))):
        dashboard.publish(f"{table}/{name}", uid, kind)
    dashboard.binary([0, dashboard.server_time(), 1, 9.0])    # before the program is there
    tuned = run("tuned", port)
    last = lambda name: (dashboard.of(f"{table}/{name}") or [[None] * 4])[-1][3]
    dashboard.wait(lambda: (last("factor"), last("on"), last("n")) == (2.0, True, 3))
    made = lambda: (rows("gain.csv") or [{"g": None}])[-1]["g"]
    dashboard.wait(lambda: made() == "6")
    dashboard.binary([0, dashboard.server_time(), 1, 5], [3, dashboard.server_time(), 2, 77])
    dashboard.wait(lambda: made() == "15")
    dashboard.binary([2, dashboard.server_time(), 2, 4], [0, dashboard.server_time(), 1, 0.5])
    dashboard.wait(lambda: made() == "2")
    n = len(dashboard.of(f"{table}/n"))
    dashboard.binary([2, dashboard.server_time(), 2, 1000])
    dashboard.wait(lambda: len(dashboard.of(f"{table}/n")) > n and last("n") == 4)    # it shows what holds
    dashboard.wait(lambda: "is refused" in said("tuned"))
    dashboard.binary([1, dashboard.server_time(), 0, False])
    dashboard.wait(lambda: made() == "-1")
    # By another way.
    subprocess.run([os.path.join(os.environ["B"], "pkd"), "set", str(tuned.pid), "g.on=true", "g.factor=1.5"],
                   check=True, timeout=30, stdout=subprocess.DEVNULL)
    dashboard.wait(lambda: (last("factor"), last("on")) == (1.5, True) and made() == "6")
    end(server)
    dashboard.close()
    wait_for(lambda: rows("link.csv")[-1]["state"] == "offline")
    server = run("served", port)
    wait_for(lambda: answers(port))
    dashboard = Client(port, "dashboard")
    dashboard.subscribe("/SmartDashboard", prefix=True)
    dashboard.wait(lambda: last("factor") == 1.5 and last("n") == 4)
    assert last("other") is None
    kinds = {params["name"]: params["type"] for method, params in dashboard.said if method == "announce"}
    # It was an int as long as the dashboard had it so.
    assert kinds[f"{table}/factor"] == "double" and kinds[f"{table}/n"] in ("int", "double"), kinds
    dashboard.close()
    end(tuned, server)


def slider():
    """What a dashboard says last holds, also where it is what held before, or is refused."""
    robot = Robot()
    tuned = run("tuned", robot.port)
    topic = "/SmartDashboard/tuning/g/n"
    wait_for(lambda: robot.of(topic))
    assert {note[1]["type"] for note in robot.said("publish") if note[1]["name"] == topic} == {"double"}
    robot.announce(topic, 9, "double")
    made = lambda: float((rows("gain.csv") or [{"g": -1}])[-1]["g"])
    factor = 2
    for say in (7, 3), (7, 3), (7, 5), (5, 7, 4, 5), (8, 1000, 8), (7, 5):
        at = robot.now()
        robot.tell(2, b"".join(pack([9, at + i, 1, float(value)]) for i, value in enumerate(say)))
        wait_for(lambda: made() == say[-1] * factor)
        seen = len(rows("gain.csv"))
        wait_for(lambda: len(rows("gain.csv")) > seen + 6)    # it stays
        assert made() == say[-1] * factor, (say, made())
        assert not [note for note in robot.of(topic) if note[2] > at + 10 and note[3] != say[-1]], robot.of(topic)
    # A topic that another program has as an int.
    robot.announce(topic, 10, "int")
    wait_for(lambda: [note for note in robot.said("publish") if note[1]["name"] == topic][-1][1]["type"] == "int")
    wait_for(lambda: robot.of(topic)[-1][3] == 5)
    robot.announce(topic, 10, "int")    # in the place of the robot's own number
    robot.give(10, "int", 6)
    wait_for(lambda: made() == 12)
    assert not robot.wrong, robot.wrong[:3]
    robot.announce(topic, 11, "string")
    wait_for(lambda: "is another program's, of the type 'string'" in said("tuned"))
    robot.stop()
    end(tuned)


def strangers():
    """What answers at the port and is no server: it is said so, it is left alone, and the client ends well."""
    elsewhere = socket.socket()
    elsewhere.bind(("127.0.0.1", 0))
    elsewhere.listen(8)
    elsewhere.settimeout(0)
    away = elsewhere.getsockname()[1]
    answers_of = [(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n", "answers with a redirect")
                  for to in (f"http://127.0.0.1:{away}/nt/x", "http://127.0.0.1:1/x", "http://nosuch.invalid/nt/x",
                             "http://+/tmp/x.sock/y", "/" + "a" * 3000, "garbage", "/nt/y")]
    answers_of += [("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers with the status 404 of HTTP"),
                   ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "answers with the status 200 of HTTP"),
                   ("", "has ended the connection before it was made"), ("SSH-2.0-x\r\n", "before it was made"),
                   (None, "nothing listens there, or it cannot be reached")]
    programs = []
    for i, (answer, words) in enumerate(answers_of):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        asked = []
        if answer is not None:
            listener.listen(16)
            threading.Thread(target=answer_with, args=(listener, answer.encode(), asked), daemon=True).start()
        programs.append((run("eyes", listener.getsockname()[1], name=f"stranger{i}"), f"stranger{i}", words, asked, listener))
    for program, name, words, asked, listener in programs:
        wait_for(lambda: words in said(name))
        if asked:    # it is tried again at once, not after `connect`
            wait_for(lambda: len(asked) >= 3)
            assert asked[2] - asked[0] < 3, (name, [at - asked[0] for at in asked])
    try:
        elsewhere.accept()
        raise AssertionError("it was sent elsewhere")
    except BlockingIOError:
        pass
    end(*(program for program, *_ in programs))
    for _, name, *_ in programs:
        assert "crash" not in said(name) and "signal" not in said(name), (name, said(name))


def answer_with(listener, data, asked):
    while True:
        sock, _ = listener.accept()
        asked.append(time.monotonic())
        sock.settimeout(5)
        try:
            while b"\r\n\r\n" not in sock.recv(4096):
                pass
            sock.sendall(data)
        except OSError:
            pass
        sock.close()


def mistakes():
    """What is wrong is told in one line."""
    busy = socket.socket()
    busy.bind(("127.0.0.1", 0))
    busy.listen(1)
    port = busy.getsockname()[1]
    for program, options, pattern in (
            ("served", ("--s.grace", "100ms"), "cannot listen at '127.0.0.1', port"),
            ("served", ("--s.host", "localhost"), "host 'localhost' is no address in digits"),
            ("eyes", ("--publish.server", ""), "where is the server?"),
            ("eyes", ("--publish.team", "1518"), "where is the server?"),
            ("eyes", ("--publish.table", "/"), "its topics have no name"),
            ("eyes", ("--publish.form", "struct"), "a struct has no room for 'xs', a list<f32, 4>"),
            ("eyes", ("--publish.id", ""), "id '' is no name of a client")):
        done = run(program, port, *options)
        assert done.wait(30) == 1 and pattern in said(program), (program, options, said(program))
