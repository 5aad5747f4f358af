"""Runs the programs of account.pkd, asks for their accounts at random moments, also among kills and pauses, and
compares those at the end with what each number must be.

    account.py columns|killed|stopped|crowded"""
import json, os, random, signal, subprocess, sys, time

import console
from console import children

FRAMES = 600
PATIENCE = 60 * int(os.environ.get("TEST_PATIENCE", "10")) / 10
COLUMNS = ("delivered", "dropped", "thinned", "other_worker", "failed", "left", "in_flight")


def fail(what, *about):
    sys.exit("\n".join([what, *map(str, about)]))


class Console(console.Console):
    def ask(self, method, **parameters):
        """What the lines of the answer say; None: the console has gone meanwhile."""
        answer = super().ask(method, **parameters)
        if answer and "error" in answer[-1]:
            fail("refused", answer[-1])
        return answer and [line["parameters"] for line in answer]


def name(edge):
    return f"{edge['stream']} -> {edge['node']}.{edge['input']}"


def total(edge):
    return sum(edge.get(c, 0) for c in COLUMNS) + sum(edge.get("unjoined", {}).values())


def check_edges(edges, windows, before):
    for edge in edges:
        policy, window = windows[name(edge)]
        if "delivered" not in edge:
            continue
        # `latest` may still take the newest, beside what it has in hand.
        most = window + 1 if policy == "latest" else window
        if name(edge) == "n.n -> l3.n":
            most = window + 1 + 60  # the newest that `every` takes is looked for in the whole ring
        if total(edge) != edge["published"]:
            fail(f"{name(edge)} does not add up to {edge['published']}: {total(edge)}", edge)
        if not 0 <= edge["in_flight"] <= most or min(edge.get(c, 0) for c in COLUMNS) < 0:
            fail(f"{name(edge)}: in flight beyond {most}", edge)
        # Whatever was counted stays so.
        for column in COLUMNS[:-2] + ("published",):
            if edge.get(column, 0) < before.get((name(edge), column), 0):
                fail(f"{name(edge)}: {column} has become less", edge, before[name(edge), column])
            before[name(edge), column] = edge.get(column, 0)


def watch(program, disturb=lambda console: None):
    """Until the end; how often it has looked."""
    console, windows, before, looks = Console(program), None, {}, 0
    until = time.monotonic() + PATIENCE
    while program.poll() is None:
        if time.monotonic() > until:
            fail("it does not end")
        if not windows:
            answer = console.ask("describe")
            windows = {name(line["edge"]): (line["edge"]["policy"], line["edge"]["window"])
                       for line in answer or [] if "edge" in line}
            continue
        answer = console.ask("status")
        if answer:
            check_edges([line["edge"] for line in answer if "edge" in line], windows, before)
            looks += 1
        disturb(console)
        time.sleep(random.random() * 0.01)
    return looks


def why(console, frame, of=None):
    """By stream, or by edge: the lines about it."""
    lines = console.ask("why", frame=frame, **({"of": of} if of else {})) or []
    found = {line["stream"]["name"]: line["stream"] for line in lines if "stream" in line}
    found.update({name(line["edge"]): line["edge"] for line in lines if "edge" in line})
    return found


asked = {"known": 0, "unknown": 0}


def ask_why(console):
    """About a frame of some time ago, or of just now; "unknown" is right where it is long ago."""
    status = console.ask("status")
    if not status:
        return
    newest = [line["node"]["frame"] for line in status if "node" in line and line["node"]["name"] == "n"][0]
    if newest < 10:
        return
    frame = random.randint(1, newest)
    lines = why(console, frame)
    if not lines:
        return

    def expect_state(at, *states):
        state = lines[at]["state"]
        if state not in states + ("unknown", "in_flight", "not_yet"):
            fail(f"frame {frame} at {at}: {states} was expected", lines[at])
        asked["unknown" if state == "unknown" else "known"] += 1
        return state == states[0]
    expect_state("n.n", "published")
    if lines["n.n"].get("value", frame) != frame:
        fail("the value of a frame", lines["n.n"])
    expect_state("n.n -> e.n", "delivered" if frame % 3 == 1 else "thinned")
    expect_state("n.n -> t.n", "delivered", "thinned")
    expect_state("odd.m", "published" if frame % 2 else "absent", "not_fired")
    expect_state("n.n -> j.a", "delivered" if frame % 2 else "unjoined", "left")
    if lines["n.n -> j.a"].get("lacked", "c") != "c":
        fail("what it lacked", lines["n.n -> j.a"])
    expect_state("odd.m -> j.c", "delivered" if frame % 2 else "none")
    expect_state("j.m", "published" if frame % 2 else "not_fired")
    expect_state("n.n -> f.n", "delivered" if frame % 100 else "failed")
    expect_state("f.m", "published" if frame % 100 else "failed", "not_fired")
    expect_state("n.n -> u.n", "delivered" if frame <= 50 else "left")
    if not expect_state("n.n -> l.n", "delivered", "dropped") and \
            lines["n.n -> l.n"].get("instead", frame + 1) <= frame:
        fail("what was taken instead", lines["n.n -> l.n"])
    expect_state("n.n -> x.a", "delivered")
    for pool in (("p", "p_2", "p_3"), ("d", "d_2")):
        states = [lines[f"n.n -> {worker}.n"]["state"] for worker in pool]
        if states.count("delivered") > 1 or states.count("other_worker") == len(pool):
            fail(f"frame {frame} has not one worker", pool, states)


def account():
    whole = json.load(open("account.json"))
    edges = {name(edge): edge for edge in whole["edges"]}
    streams = {stream["name"]: stream for stream in whole["streams"]}
    nodes = {node["name"]: node for node in whole["nodes"]}
    for edge in edges.values():
        if "delivered" in edge and (total(edge) != edge["published"] or edge["in_flight"]):
            fail(f"{name(edge)} does not add up at the end", edge)
        if edge["published"] != streams[edge["stream"]]["published"]:
            fail(f"{name(edge)} and its stream differ", edge, streams[edge["stream"]])
    for stream in streams.values():
        if stream["firings"] != sum(stream.get(c, 0) for c in ("published", "absent", "refused", "paused", "failed")):
            fail(f"{stream['name']} does not add up", stream)
    return nodes, streams, edges


def expect(edge, **columns):
    found = {column: edge.get(column, 0) for column in columns}
    if found != columns:
        fail(f"{name(edge)}: {columns} was expected", edge)


def check_whole(edges, streams, nodes):
    """What they must be whatever the time, with kills or without."""
    if nodes["n"]["firings"] != FRAMES:
        fail("the origin", nodes["n"])
    expect(edges["n.n -> e.n"], published=FRAMES, delivered=FRAMES // 3, thinned=FRAMES - FRAMES // 3)
    expect(edges["n.n -> odd.n"], delivered=FRAMES)
    if streams["odd.m"].get("absent") != FRAMES // 2:
        fail("absent", streams["odd.m"])
    for worker in ("p", "p_2", "p_3"):
        # Where the last reader has left, so may they have.
        edge = edges[f"n.n -> {worker}.n"]
        if edge.get("other_worker", 0) + edge.get("left", 0) not in range(FRAMES // 3 * 2, FRAMES // 3 * 2 + 4):
            fail("another worker's", edge)
    shares = [edges[f"n.n -> {worker}.n"] for worker in ("d", "d_2")]
    if sum(edge["delivered"] for edge in shares) != FRAMES:
        fail("each frame has one worker", *shares)
    for edge, other in zip(shares, reversed(shares)):
        expect(edge, other_worker=other["delivered"])
    # The last frame is even: it may have come when `j` had ended with `odd`.
    for at in ("n.n -> j.a", "p_m.m -> j.b"):
        expect(edges[at], delivered=FRAMES // 2)
        if set(edges[at].get("unjoined", {})) != {"c"}:
            fail("what was lacked", edges[at])
        if edges[at]["unjoined"]["c"] + edges[at].get("left", 0) > FRAMES // 2:
            fail("not joined", edges[at])
    expect(edges["odd.m -> j.c"], delivered=FRAMES // 2)
    expect(edges["n.n -> f.n"], delivered=FRAMES - FRAMES // 100, failed=FRAMES // 100)
    if streams["f.m"].get("failed") != FRAMES // 100 or nodes["f"].get("failed") != FRAMES // 100:
        fail("failed", streams["f.m"], nodes["f"])
    expect(edges["n.n -> u.n"], delivered=50, left=FRAMES - 50)
    expect(edges["n.n -> x.a"], delivered=FRAMES)
    expect(edges["odd.m -> x.b"], delivered=FRAMES // 2)
    if nodes["x"]["firings"] != FRAMES + FRAMES // 2:
        fail("fires any", nodes["x"])
    for node in ("l", "l3"):
        edge = edges[f"n.n -> {node}.n"]
        if not 0 < edge["dropped"] + edge.get("thinned", 0) < FRAMES or edge["delivered"] != nodes[node]["firings"]:
            fail("latest", edge, nodes[node])
    looks = edges["l.m -> s.beside"]
    if looks["looks"] != FRAMES or edges["f.m -> h.beside"]["looks"] != FRAMES:
        fail("looks", looks, edges["f.m -> h.beside"])


def start(program, *options):
    return subprocess.Popen([f"./{program}", "--quiet", "--account", "account.json", *options],
                            stderr=open("said", "w"))


def columns(disturb=ask_why, *options):
    program = start("columns", "--frames", str(FRAMES), *options)
    try:
        looks = watch(program, disturb)
        if program.returncode:
            fail(f"status {program.returncode}", open("said").read())
        nodes, streams, edges = account()
        check_whole(edges, streams, nodes)
        return looks
    finally:
        if program.poll() is None:
            program.kill()


def killed():
    kills = 0

    def kill(console):
        nonlocal kills
        victims = children(console.program.pid)
        if victims and kills < 150:
            try:
                os.kill(random.choice(victims), signal.SIGKILL)
                kills += 1
            except OSError:
                pass
        ask_why(console)
    # So little memory that the oldest are forgotten.
    looks = columns(kill, "--why", "60kB")
    if not asked["unknown"]:
        fail("nothing was forgotten", asked)
    print(kills, "kills")
    if kills < 20:
        fail("hardly any kills")
    return looks


def stopped():
    """In the midst, with a SIGTERM: nothing is on the way any more, and what was left is named."""
    looks = 0
    for _ in range(3):
        program = start("columns", "--frames", "100000000")
        last = random.randint(60, 300)

        def stop(console):
            for line in console.ask("status") or []:
                if line.get("node", {}).get("name") == "n" and line["node"]["frame"] >= last:
                    console.program.terminate()
        try:
            looks += watch(program, stop)
            nodes, streams, edges = account()
            if nodes["n"]["firings"] < 60:
                fail("hardly any frames", nodes["n"])
            expect(edges["n.n -> u.n"], delivered=50)
        finally:
            if program.poll() is None:
                program.kill()
    return looks


def crowded():
    """A camera: refused for the reader that is slow, and dropped while it is paused."""
    program = start("crowded")
    done = paused = False
    states = set()

    def drive(console):
        nonlocal done, paused
        nodes = {line["node"]["name"]: line["node"] for line in console.ask("status") or [] if "node" in line}
        if not nodes:
            return
        newest = max(nodes["cam"]["frame"], 1)
        frame = random.choice((newest, random.randint(1, newest)))
        found = why(console, frame, "cam").get("cam.n", {})
        states.add(found.get("state"))
        if found.get("state") == "refused" and found["for"] != "a":
            fail("for whom it was refused", found)
        if nodes["cam"]["frame"] > 100 and not paused:
            paused = bool(console.ask("pause", nodes=["cam"]))
        elif nodes["cam"].get("dropped_paused", 0) > 30 and not done:
            done = bool(console.ask("resume"))
        elif done and nodes["cam"]["frame"] > 300:
            console.program.terminate()
        if random.random() < 0.3:
            for child in children(console.program.pid)[:1]:
                os.kill(child, signal.SIGKILL)
    try:
        looks = watch(program, drive)
        nodes, streams, edges = account()
        cam = streams["cam.n"]
        if cam != dict(streams["cam.beside"], name="cam.n"):
            fail("a frame is refused whole", cam, streams["cam.beside"])
        if cam.get("refused", 0) < 20 or cam.get("paused", 0) < 30:
            fail("refused and paused", cam)
        if edges["cam.n -> a.n"].get("refused") != cam["refused"] or "refused" in edges["cam.beside -> b.n"]:
            fail("for whom it was refused", cam, *edges.values())
        if cam["firings"] != nodes["cam"]["firings"]:
            fail("firings", cam, nodes["cam"])
        if not {"published", "refused", "paused"} <= states <= {"published", "refused", "paused", "not_yet", "never", None}:
            fail("what became of frames", states)
        return looks
    finally:
        if program.poll() is None:
            program.kill()


seed = int(os.environ.get("ACCOUNT_SEED", time.time()))
random.seed(seed)
print("seed", seed)
looks = {"columns": columns, "killed": killed, "stopped": stopped, "crowded": crowded}[sys.argv[1]]()
print(looks, "looks, frames asked about:", asked)
if looks < 5:
    fail("hardly any looks")
