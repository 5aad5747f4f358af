"""The parts of pkd from Python by themselves: types and values, words, places, and a conversation with
programs that say what none says. Whatever comes, an error is one of the family, and nothing is waited
for longer than was said."""

import json
import os
import pickle
import random
import socket
import struct
import tempfile
import threading
import time
import unittest
from check import PATIENCE, pkd
from pkd import place, words
from pkd.run import Run
from pkd.said import Why
from pkd.talk import Talk, parse_line
from pkd.types import Types, numpy

LINES = [
    {"name": "Level", "kind": "enum", "size": 4, "align": 4, "names": ["low", "high"]},
    {"name": "Point", "kind": "record", "size": 8, "align": 4,
     "fields": [{"name": "x", "type": "f32", "offset": 0}, {"name": "y", "type": "f32", "offset": 4}]},
    {"name": "m.Mark", "kind": "record", "size": 48, "align": 8,
     "fields": [{"name": "at", "type": "Point", "offset": 0}, {"name": "name", "type": "string<7>", "offset": 8},
                {"name": "level", "type": "Level", "offset": 20}, {"name": "n", "type": "list<u16, 5>", "offset": 24},
                {"name": "seen", "type": "time", "offset": 40}]},
]
NAMES = ["bool", "i8", "u64", "f32", "f64", "time", "Level", "Point", "m.Mark", "string<7>", "bytes<3>", "[i16; 3]",
         "list<f64, 4>", "list<Point, 3>", "list<m.Mark, 3>", "[[u8; 2]; 2]", "list<list<u8, 3>, 2>", "[Level; 2]",
         "list<string<7>, 2>", "list<bool, 4>", "image<bgr24, 4, 4>", "image<i420, 4, 4>"]


def types():
    found = Types()
    for line in LINES:
        found.add(line)
    return found


class Values(unittest.TestCase):
    def test_layout(self):
        sizes = {"bool": 1, "time": 8, "string<7>": 12, "bytes<3>": 8, "[i16; 3]": 6, "list<f64, 4>": 40,
                 "list<u8, 5>": 12, "list<m.Mark, 3>": 8 + 3 * 48, "[[u8; 2]; 2]": 4}
        for name, size in sizes.items():
            self.assertEqual(types().get(name).size, size, name)

    def test_names_that_are_none(self):
        for name in ("", "what", "list<", "list<u8", "list<u8,>", "list<u8, x>", "[u8", "[u8; ]", "string<>", "i8 i8",
                     "[u8; 1000000000000]", "list<u64, 1000000000>", "[u8; -1]", "list<image<bgr24, 2, 2>, 3>", "[" * 500 + "u8", "list<" * 500, "map<u8, 3>", "\0", "i8>"):
            self.assertIsNone(types().get(name), name)

    def test_lines_that_describe_nothing(self):
        for line in ({}, {"name": "a"}, {"name": "a", "kind": "record", "size": "x", "align": 1},
                     {"name": "a", "kind": "enum", "size": 4, "align": 4, "names": 7},
                     {"name": "a", "kind": "record", "size": 4, "align": 4, "fields": [{}]},
                     {"name": "a", "kind": "record", "size": 4, "align": 4, "fields": [7]}):
            with self.assertRaises(pkd.ProtocolError):
                types().add(line)
        unknown = types()
        unknown.add({"name": "a", "kind": "record", "size": 4, "align": 4, "untold": True})
        unknown.add({"name": "b", "kind": "record", "size": 4, "align": 4,
                     "fields": [{"name": "x", "type": "later", "offset": 0}]})
        self.assertIsNone(unknown.get("a"))
        self.assertIsNone(unknown.get("list<b, 3>"))

    def test_any_bytes(self):
        """Nothing is read beyond them, and nothing else is raised."""
        chance = random.Random(17)
        for name in NAMES:
            kind = types().get(name)
            for _ in range(200):
                data = bytearray(chance.randbytes(chance.choice((0, 3, 64, 70, 160, 300))))
                if chance.random() < 0.5 and len(data) >= 32:
                    struct.pack_into("=4I", data, 0, *(chance.randrange(10) for _ in range(4)))
                try:
                    repr(kind.decode(memoryview(bytes(data)), 0))
                except pkd.ProtocolError:
                    pass

    def test_values(self):
        data = bytearray(48)
        struct.pack_into("=ffI7sxI", data, 0, 1.5, -2.0, 3, b"a\xc3\xa9tail", 1)
        struct.pack_into("=I5H", data, 24, 2, 7, 8, 9, 9, 9)
        struct.pack_into("=q", data, 40, -5)
        mark = types().get("m.Mark").decode(memoryview(bytes(data)), 0)
        self.assertEqual((mark.at.x, mark["at"].y, mark.name, int(mark.level), mark.seen), (1.5, -2.0, "aé", 1, -5))
        self.assertEqual(list(mark.n), [7, 8])
        self.assertEqual(list(mark), ["at", "name", "level", "n", "seen"])
        self.assertIn("name='aé'", repr(mark))
        with self.assertRaisesRegex(AttributeError, "m.Mark has no field 'nam': it has at, name"):
            mark.nam
        with self.assertRaises(AttributeError):
            mark.name = "b"
        again = pickle.loads(pickle.dumps(mark))
        self.assertEqual((again.name, again.at.x), (mark.name, mark.at.x))
        rows = types().get("list<m.Mark, 3>").decode(memoryview(struct.pack("=I4x", 1) + bytes(data)), 0)
        self.assertEqual((rows[0]["name"], list(rows[0]["n"])), ("aé", [7, 8]))
        if numpy is not None:
            self.assertEqual(rows.dtype.names, ("at", "name", "level", "n", "seen"))
            self.assertTrue((rows["name"] == "aé").all())

    def test_planes(self):
        head = struct.pack("=4I", 3, 3, 3, 8) + bytes(48)
        planes = types().get("image<i420, 4, 4>").decode(memoryview(head + bytes(range(9)) + bytes(8)), 0)
        self.assertEqual([plane.shape for plane in planes], [(3, 3), (2, 2), (2, 2)])
        head = struct.pack("=4I", 2, 2, 8, 2) + bytes(48)
        view = types().get("image<bgr24, 4, 4>").decode(memoryview(head + bytes(range(16))), 0)
        self.assertEqual(view.tolist(), [[[0, 1, 2], [3, 4, 5]], [[8, 9, 10], [11, 12, 13]]], "rows have padding")

    def test_from_json(self):
        kind = types().get("m.Mark")
        mark = kind.from_json({"at": {"x": None, "y": 2}, "name": "b", "level": "high", "n": [1], "seen": 9})
        self.assertNotEqual(mark.at.x, mark.at.x)
        self.assertEqual((mark.level, mark.level.name, list(mark.n)), (1, "high", [1]))
        for name in NAMES:
            for value in (None, 7, "x", [], {}, [[]], {"at": 3}, True, [None, {"n": [{}]}]):
                try:
                    repr(types().get(name).from_json(value))
                except pkd.ProtocolError as error:
                    self.assertIn("is declared", str(error))


class Words(unittest.TestCase):
    def test_told(self):
        for takes, text, value in (("INTEGER", "7", 7), ("NUMBER", "1e3", 1000.0), ("TIME", "1.5ms", 1500000),
                                   ("true|false", "true", True), ("NUMBER,NUMBER", "1,2", (1.0, 2.0)),
                                   ("INTEGER,...", "1,2,3", (1, 2, 3)), ("STRING", "7", "7"), ("INTEGER", "x", "x"),
                                   ("TIME", "20min", 20 * 60 * 10**9)):
            self.assertEqual(words.told(text, takes), value)

    def test_graph_of_a_circle(self):
        from pkd.draw import Box, svg

        boxes = [Box(name, "", False) for name in "abc"]
        self.assertIn("<svg", svg(boxes, [("a", "b", "", False), ("b", "a", "", False), ("c", "c", "<&>", False)]))
        self.assertIn("<svg", svg([], []))
        many = [Box(str(i), "", False) for i in range(10000)]
        self.assertIn("too many", svg(many, [("1", str(i), "", False) for i in range(10000)]))

    def test_why(self):
        why = Why(3, [{"stream": {"name": "a.b", "state": "published"}}, {"frame": 3, "remembers": True},
                      {"edge": {"stream": "a.b", "node": "c", "input": "d", "state": "dropped", "instead": 5}}])
        self.assertEqual(str(why), "a.b: published\na.b -> c.d: dropped (frame 5)")


class Place(unittest.TestCase):
    def test_directories(self):
        with tempfile.TemporaryDirectory() as folder:
            open_to_all = os.path.join(folder, "open")
            os.mkdir(open_to_all)
            os.chmod(open_to_all, 0o755)
            self.assertIn("chmod 700", place.fault_of(open_to_all, True))
            os.symlink(folder, os.path.join(folder, "link"))
            self.assertEqual(place.fault_of(os.path.join(folder, "link/"), True), "is a symbolic link")
            self.assertIn("No such file", place.fault_of(os.path.join(folder, "none"), True))
            os.chmod(folder, 0o750)
            self.assertIsNone(place.fault_of(folder, True))
            for name in ("7.sock", "7-2.sock", "x.sock", "07.sock", "7.sock.", "70000000000.sock", "7.new"):
                open(os.path.join(folder, name), "w").close()
            found = place.sockets(None, {"PKD_DIR": folder})
            self.assertEqual([os.path.basename(path) for _, path in found], ["7-2.sock", "7.sock"])
            with self.assertRaises(pkd.NoProgram):
                place.connect(os.path.join(folder, "7.sock"), 1)


class Conversation(unittest.TestCase):
    GREETING = b'{"pkd":1,"version":"0","abi":1,"program":"x","pid":7}\n'

    def serve(self, *pieces, hangs=False):
        """A program that says this to the first who connects. Returns where."""
        folder = tempfile.mkdtemp()
        os.chmod(folder, 0o700)
        path = os.path.join(folder, "7.sock")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)

        def run():
            client, _ = server.accept()
            with client, server:
                try:
                    for piece in pieces:
                        client.sendall(piece)
                    if hangs:
                        time.sleep(1)
                    else:
                        client.shutdown(socket.SHUT_WR)
                        while client.recv(65536):
                            pass
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()
        return path

    def ask(self, *pieces, hangs=False, timeout=0.3 * PATIENCE):
        with Talk(self.serve(self.GREETING, *pieces, hangs=hangs), timeout) as talk:
            return list(talk.ask("status", None, timeout))

    def test_what_no_program_says(self):
        for kind, pieces in (
            (pkd.ProtocolError, [b"hello\n"]),
            (pkd.ProtocolError, [b"[]\n"]),
            (pkd.ProtocolError, [b"[" * 60000 + b"\n"]),
            (pkd.ProtocolError, [b"x" * 70000]),
            (pkd.ProtocolError, [b'{"id":1,"parameters":7}\n']),
            (pkd.ProtocolError, [b"\xff\xfe\n"]),
            (pkd.Lost, []),
            (pkd.Lost, [b'{"id":1,"parameters":{},"more":true}\n']),
            (pkd.Ended, [b'{"event":"end","status":3}\n']),
            (pkd.Refused, [b'{"id":1,"error":"busy","message":"x"}\n']),
            (pkd.Invalid, [b'{"id":1,"error":"out_of_range","message":"x"}\n']),
            (pkd.Refused, [b'{"error":["x"]}\n']),
        ):
            with self.assertRaises(kind, msg=pieces):
                self.ask(*pieces)

    def test_greetings_of_others(self):
        for said in (b"SSH-2.0\n", b'{"pkd":2}\n', b"{}\n"):
            with self.assertRaises(pkd.ProtocolError):
                Talk(self.serve(said), PATIENCE)
        with self.assertRaises(pkd.Lost):
            Talk(self.serve(b'{"pkd":1'), PATIENCE)

    def test_who_says_nothing(self):
        for pieces in ([], [b'{"id":1,"par'], [b'{"id":9,"parameters":{}}\n', b'{"event":"new"}\n']):
            began = time.monotonic()
            with self.assertRaises(pkd.Timeout) as raised:
                self.ask(*pieces, hangs=True, timeout=0.2)
            self.assertEqual(raised.exception.name, "no_answer")
            self.assertLess(time.monotonic() - began, 0.9 + PATIENCE / 10)

    def test_an_answer(self):
        line = b'{"id":1,"parameters":{"a":1},"more":true}\n{"id":1,"parameters":{"b":18446744073709551615}}\n'
        self.assertEqual(self.ask(line[:20], line[20:]), [{"a": 1}, {"b": 2**64 - 1}])

    def test_bytes(self):
        with Talk(self.serve(self.GREETING + b"abc", b"def"), PATIENCE) as talk:
            self.assertEqual(bytes(talk.read(5)), b"abcde")
            with self.assertRaises(pkd.Lost):
                talk.read(2, PATIENCE)
            for n in (-1, 1 << 40):
                with self.assertRaises(pkd.ProtocolError):
                    talk.read(n)

    def test_requests(self):
        with Talk(self.serve(self.GREETING), PATIENCE) as talk:
            for wrong in ({"a": float("nan")}, {"a": object()}, {"a": {1, 2}}):
                with self.assertRaises(pkd.Refused):
                    talk.send("x", wrong, time.monotonic() + 1)
            with self.assertRaises(pkd.Refused):
                talk.send("x", {"a": "y" * 70000}, time.monotonic() + 1)
        self.assertEqual(parse_line(b'{"a":"\\u0000"}'), json.loads('{"a":"\\u0000"}'))


class Suspended(unittest.TestCase):
    """A program that is suspended takes connections, and says nothing."""

    def test_reads(self):
        """As long as it was told, and no longer; and with one message."""
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "7.sock")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen(16)
            began = time.monotonic()
            with self.assertRaises(pkd.Timeout):
                Run(path, 7, "x").read("s", timeout=0.3)
            self.assertLess(time.monotonic() - began, 1.5 + PATIENCE / 10)

    def test_waits(self):
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "7.sock")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen(16)
            run = Run(path, 7, "x")
            self.assertTrue(run.is_running)
            began = time.monotonic()
            with self.assertRaisesRegex(pkd.Timeout, "has not ended within 0.5 s"):
                run.wait(0.5)
            self.assertLess(time.monotonic() - began, 2 + PATIENCE / 10)


class Answers(unittest.TestCase):
    """Each request, answered by each of these: what it raises is one of the family, and soon."""

    NESTED = {"a": {}}
    for _ in range(200):
        NESTED = {"a": NESTED}
    PARTS = (None, 7, -1, 1e400, "x", "", [], [7], {}, {"name": 7}, {"name": "x"}, {"name": []}, {"name": {}, "value": 7},
             {"name": "x", "value": []}, {"node": "n", "value": {}}, {"node": [], "error": 3}, {"type": 7}, {"type": "u8"},
             {"type": "string<9999999999999>"}, {"origin": {}, "frame": "x"}, {"number": "x", "time_ns": {}}, NESTED,
             10**400, {"name": "x", "state": []}, {"names": 7, "kind": "enum", "name": "a", "size": 1, "align": 0})
    KEYS = ("process", "param", "stream", "edge", "node", "type", "command", "answer", "line", "program", "version",
            "clocks", "paused", "raw", "value", "seq", "frame", "end", "too_fast", "invalid")

    def serve(self):
        folder = tempfile.mkdtemp()
        os.chmod(folder, 0o700)
        path = os.path.join(folder, "7.sock")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(16)

        def talk(client):
            with client:
                client.sendall(Conversation.GREETING)
                request = json.loads(client.makefile("rb").readline())
                lines = [] if request["method"] == "describe" and self.describes else self.lines
                for line in [{"stream": {"type": "u8"}}] * self.begins + lines:
                    client.sendall(json.dumps({"id": 1, "parameters": line, "more": True}).encode() + b"\n")
                client.sendall(json.dumps({"id": 1, "parameters": {}}).encode() + b"\n")

        def run():
            while True:
                client, _ = server.accept()
                try:
                    talk(client)
                except (OSError, ValueError):
                    pass

        threading.Thread(target=run, daemon=True).start()
        return path

    def tap(self, *answers, timeout=2.0):
        """What a tap gives whose console answers so, one connection after the other: bytes behind the greeting."""
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "7.sock")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(16)
        begins = b'{"id":1,"parameters":{"stream":{"type":"u8"}},"more":true}\n'

        def run():
            left = list(answers)
            while left:
                client, _ = server.accept()
                with client, client.makefile("rb") as lines:
                    try:
                        client.sendall(Conversation.GREETING)
                        asked = lines.readline()
                        if b'"describe"' in asked:
                            client.sendall(b'{"id":1,"parameters":{}}\n')
                        elif b'"echo"' in asked:
                            client.sendall(left.pop(0).replace(b"BEGINS", begins))
                    except OSError:
                        pass

        threading.Thread(target=run, daemon=True).start()
        return list(Run(path, 7, "x").tap("s", count=2, timeout=timeout))

    def test_a_console_that_dies(self):
        value = b'{"id":1,"parameters":{"frame":%d,"seq":%d,"raw":1},"more":true}\n%c'
        both = self.tap(b"BEGINS" + value % (1, 1, 65), b"BEGINS", b"", b"BEGINS" + value % (2, 2, 66))
        self.assertEqual([(int(frame), one) for frame, one in both], [(1, 65), (2, 66)])

    def test_all(self):
        path = self.serve()
        self.describes, self.begins, self.lines = True, 0, []
        requests = {
            "describe": lambda run: run.describe(), "enums": lambda run: run.enums, "status": lambda run: run.status(),
            "ping": lambda run: run.ping(), "why": lambda run: run.why(3), "get": lambda run: run.get(),
            "get one": lambda run: run.get("x"), "set": lambda run: run.set(x=1), "call": lambda run: run.call("n.x"),
            "pause": lambda run: run.pause("n"), "restart": lambda run: run.restart("n"), "logs": lambda run: run.logs(),
            "follow": lambda run: list(run.follow_logs(timeout=1)), "tap": lambda run: run.read("s", 1),
            "shown": lambda run: (str(run.why(3)), repr(run.why(3)), run.why(3)._repr_html_()),
            "repr": lambda run: (repr(run.describe()), run.describe()._repr_html_(), run.status()._repr_html_()),
        }
        raised = 0
        for key in self.KEYS:
            for part in self.PARTS:
                self.lines = [{key: part}]
                for name, ask in requests.items():
                    self.describes = name not in ("describe", "enums", "repr")
                    self.begins = name == "tap"
                    began = time.monotonic()
                    try:
                        ask(Run(path, 7, "x"))
                    except pkd.Error:
                        raised += 1
                    except Exception as error:
                        self.fail(f"{name}: {key}: {str(part)[:80]}: {type(error).__name__}: {error}")
                    self.assertLess(time.monotonic() - began, 2 * PATIENCE, f"{name}: {key}")
        self.assertGreater(raised, 500)


if __name__ == "__main__":
    unittest.main(verbosity=0)
