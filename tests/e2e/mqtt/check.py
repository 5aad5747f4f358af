"""What mqtt.publish and mqtt.subscribe do with brokers, good and bad ones: `check.py TEST...`."""

import csv
import os
import random
import signal
import subprocess
import sys
import time

from broker import Broker
from console import children, title, wait_for
from ports import free_port

MOSQUITTO = os.environ["MOSQUITTO"]
random.seed(8)


def run(program, port, *options, name="out"):
    return subprocess.Popen([f"./{program}", "--port", str(port), *map(str, options)],
                            stderr=open(f"{name}.err", "w"), stdout=subprocess.DEVNULL)


def said(name="out"):
    return open(f"{name}.err").read()


def end(program, how=signal.SIGINT):
    program.send_signal(how)
    assert program.wait(60) in (0, 130), program.returncode


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Mosquitto:
    """The true one, on a port of its own."""

    def __init__(self, *lines, port=None):
        self.port, self.lines = port or free_port(), lines
        self.start()

    def start(self):
        with open("mosquitto.conf", "w") as conf:
            print(f"listener {self.port} 127.0.0.1", *self.lines, sep="\n", file=conf)
            if os.getuid() == 0:    # else it becomes a user who may not read the test's files
                print("user root", file=conf)
        self.process = subprocess.Popen([MOSQUITTO, "-c", "mosquitto.conf"], stderr=open("mosquitto.err", "a"))
        wait_for(self.answers)

    def answers(self):
        assert self.process.poll() is None, open("mosquitto.err").read()
        import socket
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def stop(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(30)

    def listen(self, *options):
        """A second client, which has subscribed when it is there."""
        client = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), "-v", *options],
                                  stdout=open("heard", "w"))
        time.sleep(0.3)
        return client


def heard():
    return open("heard").read().splitlines()


def plain():
    """From a node through a broker to a node, and to a client of another; retained; the last will."""
    broker = Mosquitto("allow_anonymous true")
    client = broker.listen("-t", "#", "-q", "1")
    subscriber = run("subscriber", broker.port, name="subscriber")
    wait_for(lambda: "online" in said("subscriber"))
    for qos in 0, 1, 2:
        publisher = run("publisher", broker.port, "--count", 50, "--qos", qos, "--retain", "true", name="publisher")
        assert publisher.wait(60) == 0
    wait_for(lambda: heard().count("house/status offline") == 3)
    publisher = run("publisher", broker.port, "--count", 100000, name="publisher")
    wait_for(lambda: heard().count("house/status online") == 4)
    for pid in [publisher.pid] + children(publisher.pid):
        os.kill(pid, signal.SIGKILL)
    publisher.wait()
    wait_for(lambda: heard().count("house/status offline") == 4)    # by the broker
    wait_for(lambda: len([m for m in rows("messages.csv") if m["topic"] == "house/status"]) == 8)
    late = run("late", broker.port, name="late")
    wait_for(lambda: os.path.exists("late.csv") and len(rows("late.csv")) == 2)
    end(late)
    end(subscriber)
    client.kill()
    client.wait()
    broker.stop()
    messages = [m for m in rows("messages.csv") if m["topic"] == "house/hall"]
    lines = [line.split(" ", 1)[1] for line in heard() if line.startswith("house/hall ")]
    assert [m["text"] for m in messages] == lines, (len(messages), len(lines))
    assert lines[0] == '{"n":1,"celsius":20.5,"room":"hall"}', lines[0]
    assert {m["qos"] for m in messages} == {"0", "1"}, "the lower one of both sides"
    assert {m["retained"] for m in messages} == {"false"}, "they came while it was there"
    kept = {m["topic"]: m for m in rows("late.csv")}
    assert kept["house/status"]["text"] == "offline" and kept["house/status"]["retained"] == "true"
    assert kept["house/hall"]["retained"] == "true"
    readings = rows("readings.csv")
    assert len(readings) == len(messages) and readings[0]["celsius"] == "20.5" and readings[0]["room"] == "hall"
    assert len(rows("errors.csv")) == 8, "of `online` and `offline`"
    states = [link["state"] for link in rows("links.csv")]
    assert states[0] in ("connecting", "online") and set(states[2:]) == {"online"}, states[:5]
    print(f"{len(lines)} messages by QoS 0, 1 and 2; the will was seen")


def kept_session():
    """What came while the client was away."""
    broker = Mosquitto("allow_anonymous true")
    write_numbers(30)
    for turn in range(3):
        keeper = run("keeper", broker.port, name="keeper")
        wait_for(lambda: "online" in said("keeper"))
        n = 30 * turn
        wait_for(lambda: n == 0 or os.path.exists("keeper.csv") and len(rows("keeper.csv")) == n)
        time.sleep(0.2)
        end(keeper)
        assert run("counted", broker.port, "--source", "numbers", name="counted").wait(60) == 0
    broker.stop()
    assert [int(row["text"]) for row in rows("keeper.csv")] == 2 * list(range(1, 31))


def broker_dies():
    """It comes back: both sides do."""
    broker = Mosquitto("allow_anonymous true")
    subscriber = run("subscriber", broker.port, "--topic", "house/hall", name="subscriber")
    wait_for(lambda: "online" in said("subscriber"))
    publisher = run("publisher", broker.port, "--count", 100000, "--period", "10ms", name="publisher")
    for turn in range(3):
        n = len(rows("readings.csv")) if os.path.exists("readings.csv") else 0
        wait_for(lambda: os.path.exists("readings.csv") and len(rows("readings.csv")) > n + 20)
        broker.stop()
        wait_for(lambda: said("publisher").count("offline") > turn and said("subscriber").count("offline") > turn)
        time.sleep(0.5)
        broker.start()
        wait_for(lambda: said("publisher").count("online") > turn + 1 and said("subscriber").count("online") > turn + 1)
    n = len(rows("readings.csv"))
    wait_for(lambda: len(rows("readings.csv")) > n + 20)
    end(publisher)
    end(subscriber)
    broker.stop()
    links = rows("links.csv")
    assert links[-1]["n_reconnects"] == "3" and "offline" in {link["state"] for link in links}, links[-1]
    print("a broker died three times")


def refused():
    """A password, a certificate."""
    subprocess.run([os.environ["PASSWD"], "-b", "-c", "passwords", "ada", "right"], check=True,
                   stderr=subprocess.DEVNULL)
    broker = Mosquitto("allow_anonymous false", "password_file passwords")
    publisher = run("publisher", broker.port, "--user", "ada", "--password", "wrong", name="publisher")
    wait_for(lambda: "refuses the connection: Connection Refused: not authorised" in said("publisher"))
    end(publisher)
    assert "wrong" not in said("publisher") and said("publisher").count("refuses") == 1, said("publisher")
    publisher = run("publisher", broker.port, "--user", "ada", "--password", "right", "--count", 20, name="publisher")
    assert publisher.wait(60) == 0 and "online" in said("publisher")
    broker.stop()


def encrypted():
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "9",
            "-subj", "/CN=authority")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "broker.key", "-out", "broker.csr", "-subj",
            "/CN=localhost")
    openssl("x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "broker.pem", "-days", "9")
    here = os.getcwd()
    broker = Mosquitto("allow_anonymous true", f"cafile {here}/ca.pem", f"certfile {here}/broker.pem",
                       f"keyfile {here}/broker.key")
    options = ["--count", 50, "--tls", "true", "--server", "localhost"]
    publisher = run("publisher", broker.port, *options, "--ca", "ca.pem", name="publisher")
    assert publisher.wait(60) == 0 and "online" in said("publisher") and "taken" not in said("publisher"), \
        said("publisher")
    publisher = run("publisher", broker.port, *options, name="publisher")     # the system does not know it
    wait_for(lambda: "offline" in said("publisher"))
    time.sleep(0.3)
    end(publisher)
    assert "online:" not in said("publisher"), said("publisher")
    publisher = run("publisher", broker.port, "--count", 50, "--tls", "true", "--ca", "ca.pem", name="publisher")
    wait_for(lambda: "offline" in said("publisher"))      # another name than that of the certificate
    end(publisher)
    assert "online:" not in said("publisher"), said("publisher")
    broker.stop()


def write_numbers(n):
    with open("numbers", "w") as file:
        for i in range(1, n + 1):
            print(i, file=file)


def in_order(broker, n):
    """Each number, the first of each in order; returns how many came oftener."""
    first = list(dict.fromkeys(int(p[1]) for p in broker.published))
    assert first == list(range(1, n + 1)), (len(first), [a for a, b in zip(first, range(1, n + 1)) if a != b][:5])
    return len(broker.published) - n


def kill(program, name):
    for pid in children(program.pid):
        if title(pid) == name:
            try:
                os.kill(pid, signal.SIGKILL)
                return 1
            except ProcessLookupError:
                pass
    return 0


def publisher_dies():
    """By kill -9, again and again: each value is published, in order, and some of them twice."""
    for qos in 1, 2:
        broker = Broker(port := free_port())
        write_numbers(6000)
        publisher = run("counted", port, "--source", "numbers", "--qos", qos, name="counted")
        kills = 0
        while publisher.poll() is None and kills < 150:
            kills += kill(publisher, "p")
            time.sleep(random.random() * 0.03)
        assert publisher.wait(120) == 0, said("counted")
        print(f"QoS {qos}: {kills} kills, {in_order(broker, 6000)} of 6000 values twice")


def program_dies():
    """As a whole, and goes on by its --state: what was not taken is published then."""
    broker = Broker(port := free_port())
    write_numbers(6000)
    options, turns = ["--source", "numbers", "--state", "state"], 0
    while True:
        publisher = run("counted", port, *options, *(["--resume"] if turns else []), name="counted")
        n = len(broker.published)
        wait_for(lambda: publisher.poll() is not None or len(broker.published) > n + 700)
        if publisher.poll() is not None:
            break
        for pid in [publisher.pid] + children(publisher.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        publisher.wait()
        turns += 1
    assert publisher.returncode == 0, said("counted")
    print(f"killed as a whole {turns} times, {in_order(broker, 6000)} of 6000 values twice")


def hostile():
    """Garbage, half packets, huge ones, no answer, refusals: in the end all is published."""
    broker = Broker(port := free_port(), "garbage")
    write_numbers(500)
    broker.queue = [("n", str(i).encode(), 0) for i in range(1, 501)]
    publisher = run("counted", port, "--source", "numbers", name="counted")
    subscriber = run("subscriber", port, name="subscriber")
    for mood, n in ("garbage", 12), ("huge", 6), ("cut", 6), ("refuse", 6):
        broker.mood, before = mood, broker.n_connections
        wait_for(lambda: broker.n_connections >= before + n)
    broker.mood = "mute"
    time.sleep(0.5)
    assert publisher.poll() is None and subscriber.poll() is None
    assert "restart" not in said("counted") + said("subscriber"), said("counted") + said("subscriber")
    sizes = [int(line.split()[1]) for program in (publisher, subscriber) for pid in children(program.pid)
             if title(pid) in ("p", "m") for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")]
    assert len(sizes) == 2 and max(sizes) < 100000, sizes       # kB
    broker.mood = "serve"
    assert publisher.wait(120) == 0
    wait_for(lambda: os.path.exists("messages.csv") and rows("messages.csv")[-1]["text"] == "500")
    end(subscriber)
    numbers = [int(m["text"]) for m in rows("messages.csv") if m["topic"] == "n"]
    assert numbers == list(range(1, 501)), numbers
    print(f"{broker.n_connections} connections; {in_order(broker, 500)} of 500 twice")


def not_taken():
    """A broker that does not acknowledge: the end does not wait for ever, and says what is lost."""
    broker = Broker(port := free_port())
    broker.acknowledges = False
    write_numbers(20)
    publisher = run("counted", port, "--source", "numbers", name="counted")
    assert publisher.wait(60) == 0
    assert "the broker has not taken the last 20 values" in said("counted"), said("counted")
    publisher = run("counted", free_port(), "--source", "numbers", "--patience", "300ms", name="counted")
    assert publisher.wait(60) == 0
    assert "the broker has not taken the last 20 values" in said("counted"), said("counted")
    assert "Connection refused" in said("counted")


def careless():
    """Who does not wait for a connection loses what came without one, and says so."""
    port = free_port()
    publisher = run("careless", port, "--count", 200, name="careless")
    time.sleep(0.4)
    broker = Broker(port)
    assert publisher.wait(60) == 0
    text = said("careless")
    assert "values are left out until there is one" in text and "values were left out while" in text, text
    assert 0 < len(broker.published) < 200


def subscriber_dies():
    """By kill -9: a message is lost at most with each, and none comes twice."""
    broker = Broker(port := free_port())
    broker.queue = [("n", str(i).encode(), 0) for i in range(1, 6001)]
    subscriber = run("subscriber", port, name="subscriber")
    kills = 0
    while broker.next < 6000 and kills < 60:
        kills += kill(subscriber, "m")
        time.sleep(random.random() * 0.1)
    wait_for(lambda: broker.next == 6000, 120)
    wait_for(lambda: os.path.exists("messages.csv") and rows("messages.csv")[-1]["text"] == "6000")
    end(subscriber)
    numbers = [int(m["text"]) for m in rows("messages.csv")]
    assert numbers == sorted(numbers)
    missing = 6000 - len(set(numbers))
    assert missing <= kills, (missing, kills)
    print(f"{kills} kills, {missing} messages lost, {len(numbers) - len(set(numbers))} twice")


def odd_messages():
    """What has no room is told; bytes that are no text, and an empty payload."""
    broker = Broker(port := free_port())
    broker.queue = [("a", b"", 1), ("b" * 300, b"x", 0), ("c", b"x" * 1001, 0), ("d", b"\xff" * 400, 0),
                    ("e", b"\xff\x00a", 0), ("f", b"x" * 1000, 0), ("g", b"x" * 2000000, 0), ("h", b"last", 0)]
    subscriber = run("subscriber", port, name="subscriber")
    wait_for(lambda: os.path.exists("messages.csv") and rows("messages.csv")[-1]["topic"] == "h")
    end(subscriber)
    found = [(m["topic"], m["text"], m["retained"]) for m in rows("messages.csv")]
    assert found == [("a", "", "true"), ("e", "\ufffd\ufffda", "false"), ("f", "x" * 1000, "false"),
                     ("h", "last", "false")], found
    assert "a message of 1 bytes of 'bbb" in said("subscriber"), said("subscriber")
    assert "4 messages had no room and were left out" in said("subscriber"), said("subscriber")


def held_up():
    """Readers that have no room hold the broker up, and nothing is lost."""
    broker = Broker(port := free_port())
    broker.queue = [("n", str(i).encode(), 0) for i in range(1, 301)]
    subscriber = run("slow", port, name="slow")
    assert subscriber.wait(120) == 0
    assert [int(m["text"]) for m in rows("slow.csv")] == list(range(1, 251))


for test in sys.argv[1:]:
    for path in "messages.csv", "readings.csv", "errors.csv", "links.csv", "heard":
        if os.path.exists(path):
            os.remove(path)
    globals()[test]()
