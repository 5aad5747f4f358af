#!/usr/bin/env python3
"""How fast the runtime is, beside its peers and the floor, all measured in one run:

    tests/bench/bench.py [--quick] [TABLE...]

Prints the tables, and writes them to build/bench.md. A target is met or missed; nothing fails by it.
"""
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import datetime
from statistics import median

sys.dont_write_bytecode = True  # nothing is made outside of build/
import lab
import pictures as clips
from lab import BY_NAME, PEERS, Missing, Result, merge

SMALL, RECORD, PAGE, HD, UHD = 64, 56, 4096, 1920 * 1080 * 3, 3840 * 2160 * 3
SIZES = {RECORD: "56 B", SMALL: "64 B", PAGE: "4 KiB", HD: "6.2 MB", UHD: "25 MB"}
MODES = {
    "poll": "polling, on two CPUs",
    "same": "asleep, on the same CPU",
    "across": "asleep, on two CPUs",
}
CLOSE = ("floor", "pkd-queue", "pkd-latest", "iceoryx")  # measured in more rounds
NOT_FROZEN = "pkd program, --freeze=off"
OURS = ("pkd-queue", "pkd-latest", "pkd program", NOT_FROZEN)
COPY = "one memcpy"
FLOORS = ("floor", COPY)
HEAD_BYTES = 12  # of a Message before its rest

quick = False
lines = []
targets = []


# ---- Paper ----


def say(text=""):
    lines.append(text)
    print(text, flush=True)


def show_ns(ns):
    if ns is None:
        return "–"
    for unit, factor in (("ns", 1), ("µs", 1e3), ("ms", 1e6)):
        if ns < 999.5 * factor or unit == "ms":
            value = ns / factor
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def show_rate(per_second):
    if per_second is None:
        return "–"
    for unit, factor in ((" M", 1e6), (" k", 1e3), ("", 1)):
        if per_second >= factor or not unit:
            return f"{per_second / factor:.3g}{unit}"


def show_ratio(value, base):
    return f"{value / base:.2f}" if value and base else "–"


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]

    def line(row):
        cells = [
            f"{str(cell):<{width}}" if i == 0 else f"{str(cell):>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths))
        ]
        return "| " + " | ".join(cells) + " |"

    say(line(header))
    say("|" + "|".join("-" * (w + 1) + ("-" if i == 0 else ":") for i, w in enumerate(widths)) + "|")
    for row in rows:
        say(line(row))
    say()


def target(text, value, limit, shown):
    """A target is met where value <= limit."""
    if value is None or limit is None:
        line = f"{text}: not measured"
    else:
        line = f"{text}: {shown}: {'met' if value <= limit else 'missed'}"
    targets.append(line)
    say("- " + line)


def best_peer(found):
    """(name, ns) of the fastest that is neither pkd nor the floor."""
    others = {n: v for n, v in found.items() if v and n not in OURS + FLOORS}
    return min(others.items(), key=lambda item: item[1]) if others else (None, None)


def rounds(name):
    if quick:
        return 1
    return 5 if name in CLOSE else 1


# ---- 1: latency ----


def program_latency(mode, size, *options):
    deploy = {"poll": "spin", "same": "same", "across": "across"}[mode]
    defines = {"SIZE": size - HEAD_BYTES}
    if mode == "poll":
        defines["SPIN"] = "100ms"  # longer than any pause here
    path = lab.build_program("chain", deploy, **defines)
    period, frames = ("20us", 10000) if mode == "poll" else ("200us", 2000)
    if options and not lab.has_option(path, "freeze"):
        raise Missing
    words = ["--frames", frames, "--period", period, "--quiet", *options]
    runs = [lab.run_program(path, *words, seconds=4) for _ in range(1 if quick else 3)]
    found = [run.results["oneway"] for run in runs if "oneway" in run.results]
    if not found:
        raise Missing
    return merge(found)


def measure_latency():
    """{(mode, what, size): {name: median}}; rounds one after the other, peers side by side."""
    budget_ms = 50 if quick else 100
    found = {}
    for peer in PEERS:
        lab.command_of(peer)
    for i in range(max(rounds(peer.name) for peer in PEERS)):
        for mode in MODES:
            for size in SIZES:
                for peer in PEERS:
                    if i >= rounds(peer.name) or (size == RECORD and peer.name not in CLOSE):
                        continue
                    try:
                        results = lab.run_peer(peer, mode, size, budget_ms, "latency")
                    except Missing:
                        continue
                    for what, result in results.items():
                        found.setdefault((mode, what, size), {}).setdefault(
                            peer.name, []
                        ).append(result)
    for mode in MODES:
        for size in SIZES:
            for name, options in (("pkd program", ()), (NOT_FROZEN, ("--freeze=off",))):
                try:
                    result = program_latency(mode, size, *options)
                except Missing:
                    continue
                found.setdefault((mode, "oneway", size), {})[name] = [result]
    copies = {size: lab.run_memory(size, budget_ms)["copy"] for size in SIZES}
    for key, names in found.items():
        names[COPY] = [copies[key[2]]]
    return {
        key: {name: merge(results).median for name, results in names.items()}
        for key, names in found.items()
    }


def floor_of(found, mode, what):
    """It has no size, but depends by a third on where in the cache its one line happens to be: the median
    of all its runs, as the others use many lines."""
    floors = [names.get("floor") for key, names in found.items() if key[:2] == (mode, what)]
    floors = [floor for floor in floors if floor]
    return median(floors) if floors else None


def latency_table(found, mode, what, title):
    floor = floor_of(found, mode, what)
    names = [peer.name for peer in PEERS]
    names.insert(1, COPY)
    at = names.index("iceoryx")
    names[at:at] = ["pkd program", NOT_FROZEN]
    say(f"**{title}, {MODES[mode]}**")
    say()
    rows = []
    for name in names:
        cells = [found.get((mode, what, size), {}).get(name) for size in SIZES]
        if not any(cells):
            continue
        by_size = dict(zip(SIZES, cells))
        rows.append(
            [name, *map(show_ns, cells)]
            + [show_ratio(by_size[size], floor) for size in (SMALL, HD)]
        )
    best = [best_peer(found.get((mode, what, size), {}))[1] for size in SIZES]
    own = [found.get((mode, what, size), {}).get("pkd-queue") for size in SIZES]
    rows.append(
        ["best peer / pkd-queue", *(show_ratio(b, o) for b, o in zip(best, own)), "", ""]
    )
    table(["", *SIZES.values(), "64 B / floor", "6.2 MB / floor"], rows)


def latency():
    say("## Latency")
    say()
    say("From one process to another: half the round trip of a ping-pong; and one way, with the clock read at")
    say("both ends. pkd, iceoryx and a GStreamer queue pass values in place, so size costs them nothing; the")
    say("others pay for copies. `pkd-queue` and `pkd-latest` are the runtime's channels without nodes,")
    say("`pkd program` is a whole program of two C nodes, one way: with the default `--freeze=auto` it also")
    say("write-protects large values before they become visible. A value of 56 B is the largest that fits on one")
    say("cache line with its seq. Ratios are to the median of the floor's runs: its one line takes up to a third")
    say("more or less, depending on where it lies in the cache.")
    say()
    for peer in PEERS:
        if peer.note:
            say(f"- {peer.name}: {peer.note}")
    say(f"- {COPY}: of the size, within one process")
    say()
    with lab.roudi():
        found = measure_latency()
    for mode in MODES:
        latency_table(found, mode, "pingpong", "Ping-pong / 2")
        latency_table(found, mode, "oneway", "One way")

    def get(mode, what, size, name):
        return found.get((mode, what, size), {}).get(name)

    def near_floor(text, mode, size, limit, what="pingpong", name="pkd-queue"):
        value, floor = get(mode, what, size, name), floor_of(found, mode, what)
        shown = f"{show_ns(value)} / {show_ns(floor)} = {show_ratio(value, floor)}"
        target(text, value, floor and limit * floor, shown)

    for name in ("pkd-queue", "pkd-latest"):
        for size in (SMALL, PAGE, HD, UHD):
            text = f"{name}, {SIZES[size]}, polling, within 2 of the cache line"
            near_floor(text, "poll", size, 2, name=name)
        near_floor(f"{name}, 56 B, polling, within 1.15", "poll", RECORD, 1.15, name=name)
        text = f"{name}, 64 B, asleep on one CPU, within 1.25 of the futex"
        near_floor(text, "same", SMALL, 1.25, name=name)
    small = get("poll", "pingpong", SMALL, "pkd-queue")
    large = get("poll", "pingpong", UHD, "pkd-queue")
    target(
        "pkd-queue, 25 MB as fast as 64 B, within 1.1, polling",
        large,
        small and 1.1 * small,
        f"{show_ns(large)} / {show_ns(small)} = {show_ratio(large, small)}",
    )
    near_floor("program, 64 B, polling, within 2", "poll", SMALL, 2, "oneway", "pkd program")
    text = "program, 64 B, asleep on one CPU, within 1.25"
    near_floor(text, "same", SMALL, 1.25, "oneway", "pkd program")
    say()


# ---- 2: CPU and throughput ----


def cpu_once(path, few, many, *arguments):
    """The CPU's time of all processes for each frame, without what start and end take, and the longer run."""
    first = lab.run_program(path, "--frames", few, "--quiet", *arguments)
    second = lab.run_program(path, "--frames", many, "--quiet", *arguments)
    if first.cut or second.cut:
        lab.skip(f"{path.name}: no end")
        raise Missing
    return (second.cpu_ns - first.cpu_ns) / (many - few), second


def cpu_per_frame(path, few, many, *arguments):
    """The same: the median of three."""
    runs = [cpu_once(path, few, many, *arguments) for _ in range(1 if quick else 3)]
    cost, last = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
    if cost <= 0:
        lab.skip(f"{path.name}: start and end took more CPU time in the shorter run")
        raise Missing
    return cost, last


def throughput():
    say("## CPU time and throughput")
    say()
    say("Messages of 64 B. A hop is a send and a receive in one thread: what the calls cost while nobody sleeps.")
    say("A rate is that of the median window of 8192 messages at the receiver; CPU is the CPU time of both sides")
    say("for each message, polling included. A program's hop is two firings in one process.")
    say()
    budget_ms = 100 if quick else 300
    hops, rows, rates = {}, [], {}
    with lab.roudi():
        for peer in PEERS:
            if peer.name == "floor" or lab.command_of(peer) is None:
                continue
            cells = {}
            for mode in ("poll", "across") if peer.lossless else ():
                try:
                    found = lab.run_peer(peer, mode, SMALL, budget_ms, "throughput")
                    cells[mode] = found["gap"].median, found["cpu"].median
                    rates[peer.name] = max(rates.get(peer.name, 0), 1e9 / found["gap"].median)
                except Missing:
                    continue
            if peer.name in ("pkd-queue", "pkd-latest", "iceoryx", "unix-stream"):
                try:
                    found = lab.run_peer(peer, "poll", SMALL, budget_ms, "hop")
                    hops[peer.name] = found["hop"].median
                except Missing:
                    pass
            if not cells and peer.name not in hops:
                continue
            row = [peer.name, show_ns(hops.get(peer.name))]
            for mode in ("poll", "across"):
                gap, cpu = cells.get(mode, (None, None))
                row += [show_rate(gap and 1e9 / gap), show_ns(cpu)]
            rows.append(row)
    together = program_rows(rows, rates)
    table(["", "hop", "polling: messages/s", "CPU each", "asleep: messages/s", "CPU each"], rows)
    for name in ("pkd-queue", "pkd-latest"):
        hop = hops.get(name)
        target(f"{name}: a hop takes less than 150 ns of CPU", hop, 150, show_ns(hop))
    text = "program: a hop (two firings in one process) takes less than 150 ns"
    target(text, together, 150, show_ns(together))
    peers = {n: r for n, r in rates.items() if not n.startswith("pkd")}
    if peers:
        name, rate = max(peers.items(), key=lambda item: item[1])
        for own in ("pkd-queue", "pkd program", "pkd program, queue(255)"):
            value = rates.get(own)
            target(
                f"{own}: more small messages a second than every peer",
                rate,
                value,
                f"{show_rate(value)}, {name} {show_rate(rate)}",
            )
    say()


def program_rows(rows, rates):
    """The same for whole programs; returns the CPU's time of a hop within one process."""
    few, many = (20000, 200000) if quick else (100000, 1000000)
    first = None
    for name, pipeline, suffix in (
        ("pkd program", "chain", ""),
        ("pkd program, queue(255)", "buffered", "_buffered"),
    ):
        try:
            path = lab.build_program(pipeline, "together" + suffix)
            together, _ = cpu_per_frame(path, few, many, "--stamped=false")
        except Missing:
            together = None
        first = first or together
        cells = []
        for deploy, defines in (("spin", {"SPIN": "100ms"}), ("across", {})):
            try:
                path = lab.build_program(pipeline, deploy + suffix, **defines)
                cpu, last = cpu_per_frame(path, few // 10, many // 10, "--stamped=false")
                gap = last.results["gap"].median
                rates[name] = max(rates.get(name, 0), 1e9 / gap)
                cells += [show_rate(1e9 / gap), show_ns(cpu)]
            except Missing:
                cells += ["–", "–"]
        rows.append([name, show_ns(together), *cells])
    return first


# ---- 3: chains and fans ----


def graphs():
    say("## Chains and fans")
    say()
    say("Programs whose nodes forward 64 B, each in its own process, asleep when it has nothing to do. With few")
    say("CPUs the wall-clock time says little, so this is the CPU time of all processes for one hop, without")
    say("start and end: at full speed, and at 1 kHz, where each hop is a wake.")
    say()
    few, many = (500, 2500) if quick else (2000, 20000)
    slow = (200, 700) if quick else (500, 2000)
    rows, costs = [], {}
    shapes = [(f"chain of {n}", "chain", {"STAGES": n}, n - 1) for n in (2, 8, 32)]
    shapes += [(f"fan 1 → {n}", "fan", {"FAN": n}, n) for n in (1, 16)]
    for name, pipeline, defines, hops in shapes:
        try:
            path = lab.build_program(pipeline, **defines)
            fast, _ = cpu_per_frame(path, few, many, "--stamped=false")
            paced, last = cpu_per_frame(path, *slow, "--period", "1ms")
        except Missing:
            continue
        costs[name] = fast / hops
        age = last.results["oneway"].median
        rows.append([name, hops, show_ns(fast / hops), show_ns(paced / hops), show_ns(age)])
    table(["", "hops", "a hop, at full speed", "a hop, at 1 kHz", "one way to the end, at 1 kHz"], rows)
    for small, large in (("chain of 2", "chain of 32"), ("fan 1 → 1", "fan 1 → 16")):
        a, b = costs.get(small), costs.get(large)
        text = f"{large}: a hop as cheap as in {small}, within 1.25"
        target(text, b, a and 1.25 * a, f"{show_ns(b)} / {show_ns(a)} = {show_ratio(b, a)}")
    say()


# ---- 4: a thousand channels ----


def watch_idle(path, seconds, patience_s):
    """Starts a program that makes one frame and then nothing. (processes, CPU %, ms until the origin
    has made it, ms until it has come through, ms to stop)"""
    with open(lab.OUT / "out", "w+") as out:
        start_ns = time.monotonic_ns()
        child = subprocess.Popen(
            [str(path), "--quiet"], stdout=out, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        # The origin begins when all have started; nothing tells from outside when that is.
        settled, before = 0, -1
        until = time.monotonic() + patience_s
        while settled < 3 and time.monotonic() < until:
            time.sleep(0.5)
            n = len(lab.children_of(child.pid))
            settled = settled + 1 if n == before else 0
            before = n
        pids = [child.pid, *lab.children_of(child.pid)]
        used, from_ns = lab.cpu_ms_of(pids), time.monotonic_ns()
        time.sleep(seconds)
        busy = (lab.cpu_ms_of(pids) - used) / ((time.monotonic_ns() - from_ns) / 1e6) * 100
        stop_ns = time.monotonic_ns()
        child.send_signal(signal.SIGTERM)
        lab.stop(child, patience_s)
        stopped = (time.monotonic_ns() - stop_ns) / 1e6
        out.seek(0)
        others = lab.read_lines(out.read())[1]
    if not int(others.get("first", 0)):
        lab.skip(f"{path.name}: no frame in {patience_s} s")
        return len(pids), None, None, None, stopped
    first, came = ((int(others[key]) - start_ns) / 1e6 for key in ("first", "came"))
    return len(pids), busy, first, came, stopped


def channels():
    say("## A thousand channels")
    say()
    say("A chain of 1000 nodes between a source and a sink. Start is from the exec to the first step of the")
    say("source, which waits for every `init`; idle is the CPU time of all processes over five seconds in which")
    say("nothing happens, in percent of one CPU.")
    say()
    rows, found = [], {}
    for name, deploy, links in (
        ("100 in 98 processes", "", 12),
        ("1000 in 10 processes", "grouped", 125),
        ("1000 in 1002 processes", "", 125),
    ):
        try:
            path = lab.build_program("many", deploy, LINKS=links)
            # The first run also has the machine find memory for it.
            runs = [watch_idle(path, 2 if quick else 5, 15) for _ in range(1 if quick else 3)]
            runs.sort(key=lambda run: run[2] or float("inf"))
            n, busy, first, came, stopped = runs[len(runs) // 2]
        except Missing:
            rows.append([name, "–", "–", "–", "–", "–"])
            continue
        found[name] = busy, first
        if first is None:
            rows.append([name, n, "not yet", "–", "–", f"{stopped:.0f} ms"])
            found[name] = None, float("inf")
            continue
        rows.append([name, n, f"{first:.0f} ms", f"{came:.0f} ms", f"{busy:.1f} %", f"{stopped:.0f} ms"])
    table(["", "processes", "start", "first frame through", "idle", "stop"], rows)
    for name in ("1000 in 10 processes", "1000 in 1002 processes"):
        busy, first = found.get(name, (None, None))
        shown = "not at all" if first == float("inf") else first and f"{first:.0f} ms"
        target(f"{name}: starts within a second", first, 1000, shown)
        target(f"{name}: idles at less than 1 %", busy, 1, f"{busy} %" if busy is None else f"{busy:.1f} %")
    say()


# ---- 5: the slowest stage ----


def camera():
    say("## A 1080p pipeline with one slow stage")
    say()
    say("A source and five stages, each in its own process; every stage copies the image (6.2 MB), the third")
    say("also waits. The pipeline should run at that stage's rate.")
    say()
    rows = []
    worst, shown = None, ""
    for takes in (10, 25):
        try:
            path = lab.build_program("stages")
            run = lab.run_program(path, "--frames", 60 if quick else 200, "--takes", f"{takes}ms")
        except Missing:
            continue
        words = [line.split() for line in run.report.splitlines()]
        step = next(line for line in words if line[:1] == ["third"])
        step_ns, gap_ns = float(step[4]) * 1e6, float(run.others["mean"])
        rows.append(
            [f"{takes} ms", show_ns(step_ns), show_ns(gap_ns)]
            + [f"{1e9 / step_ns:.1f}", f"{1e9 / gap_ns:.1f}", show_ratio(gap_ns, step_ns)]
        )
        if worst is None or gap_ns / step_ns > worst:
            worst, shown = gap_ns / step_ns, show_ratio(gap_ns, step_ns)
    table(["the third waits", "its step, mean", "a frame every, mean", "its fps", "fps", "ratio"], rows)
    target("frames come at the pace of the slowest stage, within 1.05", worst, 1.05, shown)
    say()


# ---- 6: snapshots ----


def freeze():
    say("## What it costs to write-protect what is published")
    say()
    say("A slot in a memfd: protecting it and making it writable again (`mprotect`), and what filling it costs")
    say("after that, compared with filling it at all and copying it.")
    say()
    sizes = {SMALL: "64 B", PAGE: "4 KiB", 1 << 16: "64 KiB", 1 << 18: "256 KiB", 1 << 20: "1 MiB"}
    sizes |= {HD: "6.2 MB", UHD: "25 MB"}
    fills, rows = {}, []
    for size, name in sizes.items():
        found = lab.run_memory(size, 100 if quick else 400)
        ns = {what: result.median for what, result in found.items()}
        fills[size] = ns["fill"]
        pair = ns["protect"] + ns["open"] + max(0, ns["refill"] - ns["fill"])
        cells = [show_ns(ns[what]) for what in ("fill", "copy", "protect", "open", "refill")]
        rows.append([name, *cells, show_ratio(pair, ns["fill"])])
    table(["", "fill", "copy", "protect", "open", "fill after that", "all / fill"], rows)
    programs_freeze(sizes, fills)


def programs_freeze(sizes, fills):
    path = lab.build_program("chain", "together")
    if not lab.has_option(path, "freeze"):
        say("The generated programs have no option `--freeze` yet.")
        say()
        return
    say("In a program of two nodes in one process: the CPU time for a frame that is filled, with each value of")
    say("`--freeze`.")
    say()
    rows = []
    for size, name in sizes.items():
        path = lab.build_program("chain", "together", SIZE=size - HEAD_BYTES)
        few = max(20, min(40000, int(2e8 / (fills[size] + 5000))))
        costs = {}
        for how in ("off", "auto", "all"):
            try:
                options = ["--fill", "--stamped=false", f"--freeze={how}"]
                costs[how], _ = cpu_per_frame(path, few // 4, few, *options)
            except Missing:
                costs[how] = None
        off, everything = costs["off"], costs["all"]
        extra = everything - off if off and everything else None
        rows.append(
            [name, *(show_ns(costs[how]) for how in ("off", "auto", "all"))]
            + [show_ns(max(extra, 0)) if extra is not None else "–"]
            + [show_ratio(extra and max(extra, 0), fills[size])]
        )
    table(["", "off", "auto", "all", "all − off", "of a fill"], rows)


# ---- 7: spinning ----


def spin():
    say("## Spinning before sleep")
    say()
    say("Two nodes on two CPUs, 64 B, one frame per period, or at full speed: how old a frame is when it")
    say("arrives, and the CPU time of both processes for each frame.")
    say()
    rows = []
    for wait in ("sleep", "20us", "50us", "200us"):
        row = [wait if wait == "sleep" else f"spin {wait}"]
        deploy, defines = ("across", {}) if wait == "sleep" else ("spin", {"SPIN": wait})
        path = lab.build_program("chain", deploy, **defines)
        for period, few, many in (("1ms", 200, 2200), ("33ms", 5, 95)):
            if quick:
                many = few + (many - few) // 4
            try:
                first = lab.run_program(path, "--frames", few, "--period", period, "--quiet")
                last = lab.run_program(path, "--frames", many, "--period", period, "--quiet")
                cpu = max(0, (last.cpu_ns - first.cpu_ns) / (many - few))
                age = last.results["oneway"]
                row += [show_ns(age.median), show_ns(age.p90), show_ns(cpu)]
            except Missing:
                row += ["–"] * 3
        try:
            few, many = (1000, 20000) if quick else (5000, 50000)
            cpu, last = cpu_per_frame(path, few, many, "--stamped=false")
            gap = last.results.get("gap")
            row += [show_rate(gap and 1e9 / gap.median), show_ns(cpu)]
        except Missing:
            row += ["–", "–"]
        rows.append(row)
    header = ["wait"]
    for rate in ("1 kHz", "30 Hz"):
        header += [f"{rate}: one way", "p90", "CPU a frame"]
    table(header + ["full speed: frames/s", "CPU a frame"], rows)


# ---- 8: expressions ----


def expressions():
    say("## Expressions")
    say()
    say("A controller of ten lines over one stream, which look back at three of their own values, beside the")
    say("same arithmetic written by hand in one node in C: the CPU time of a whole program, source, controller")
    say("and sink in one process, for one frame. The runs of the two take turns; the median of the ratios counts.")
    say()
    paths = {name: lab.build_program(name, file="control.pkd") for name in ("expressions", "in_c")}
    few, many = (20000, 100000) if quick else (100000, 600000)
    costs, ratios = {name: [] for name in paths}, []
    for _ in range(3 if quick else 9):
        for name, path in paths.items():
            costs[name].append(cpu_per_frame(path, few, many)[0])
        ratios.append(costs["expressions"][-1] / costs["in_c"][-1])
    table(["", "CPU a frame"], [[name, show_ns(median(costs[name]))] for name in paths])
    ratio = median(ratios)
    target("a controller of expressions: at most 1.2 times the CPU of its C", ratio, 1.2, show_ratio(ratio, 1))


# ---- 9: being watched ----


def look(console, pids):
    """The frame that the first node has finished, and the CPU time of all processes when it was asked."""
    before = lab.cpu_ns_of(pids)
    lines = [line["parameters"] for line in console.ask("status")]
    frame = next(line["node"]["frame"] for line in lines if "node" in line)
    return frame, (before + lab.cpu_ns_of(pids)) / 2


def cost(console, pids, frames, rate):
    """The CPU time for each of so many frames, which come at about that rate."""
    time.sleep(0.05)  # whoever watches has begun to
    begin = now = look(console, pids)
    until = time.monotonic() + lab.TIMEOUT_S
    while now[0] < begin[0] + frames:
        if time.monotonic() > until:
            lab.skip("being watched: it does not come to run")
            raise Missing
        time.sleep(max(0.002, (begin[0] + frames - now[0]) / rate))
        now = look(console, pids)
    return (now[1] - begin[1]) / (now[0] - begin[0])


@contextlib.contextmanager
def watching(console, top):
    """While `pkd top`, which is stopped otherwise, looks, and a trace runs."""
    top.send_signal(signal.SIGCONT)
    console.ask("trace", on=True)
    try:
        yield
    finally:
        console.ask("trace", on=False)
        top.send_signal(signal.SIGSTOP)


def watch_and_not(path, *arguments):
    """CPU times of a frame in windows of as many frames, which take turns: [unwatched], of which there is
    one more, and [watched]."""
    plain, seen = [], []
    with lab.running(path, *arguments) as (child, console):
        pids = [child.pid, *lab.children_of(child.pid)]
        first = look(console, pids)[0]
        time.sleep(1)
        rate = max(1, look(console, pids)[0] - first)
        frames = rate / 5  # `pkd top` looks once in each window, behind the look that it begins with
        words = [lab.B / "pkd", "top", str(child.pid), "--json", "--delay", "0.2"]
        env = {**os.environ, "PKD_DIR": str(lab.PLACE)}
        top = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
        try:
            top.send_signal(signal.SIGSTOP)
            plain.append(cost(console, pids, frames, rate))
            for _ in range(6 if quick else 100):
                with watching(console, top):
                    seen.append(cost(console, pids, frames, rate))
                plain.append(cost(console, pids, frames, rate))
        finally:
            top.kill()
            top.wait()
    return plain, seen


def beside(plain, others):
    """[(the mean of the two unwatched windows around it, a window)]: what changes slowly is in both."""
    return [((a + b) / 2, c) for a, b, c in zip(plain, plain[1:], others)]


def spread(values):
    """The median, its 95 % interval and the quartiles, by rank: nothing is assumed, and nothing left out."""
    ranked, n = sorted(values), len(values)
    low = max(0, int(n / 2 - 0.98 * n**0.5))
    return median(ranked), (ranked[low], ranked[n - 1 - low]), (ranked[n // 4], ranked[n - 1 - n // 4])


def show_range(pair):
    return "{:.3f} to {:.3f}".format(*pair)


RATIO_HEADER = ["ratio", "95 % interval", "half of them"]


def ratio_cells(pairs):
    """The median of the ratios of pairs, and what a table says of it."""
    ratio, interval, quartiles = spread([b / a for a, b in pairs])
    cells = [show_ns(median(column)) for column in zip(*pairs)]
    return ratio, interval, [*cells, f"{ratio:.3f}", show_range(interval), show_range(quartiles)]


def watched():
    say("## Being watched")
    say()
    say("A chain of eight at full speed, each node in its own process: the CPU time of all processes, the")
    say("console's with them, for each frame, while nobody looks, and while `pkd top` looks five times a second")
    say("and a trace runs. Windows of as many frames, a fifth of a second long, take turns in one run of the")
    say("program, each watched one beside the mean of the two around it; the median of 100 ratios counts, and none")
    say("is left out. The second row is what comes out where nobody looks in either.")
    say()
    rows, ratio, shown = [], None, None
    try:
        plain, seen = watch_and_not(lab.build_program("chain", STAGES=8), "--stamped=false")
        ratio, interval, cells = ratio_cells(beside(plain, seen))
        rows = [["chain of 8", *cells]]
        rows.append(["unwatched", *ratio_cells(beside(plain[::2], plain[1::2]))[2]])
        shown = f"{ratio:.3f} ({show_range(interval)})"
    except Missing:
        pass
    table(["", "CPU a frame", "watched", *RATIO_HEADER], rows)
    target("watched, a frame of a chain of eight takes at most 1.03 times the CPU", ratio, 1.03, shown)
    say()


# ---- 10: being asked ----


def answer_times(n, ask):
    """Until each of so many answers, in ns."""
    times = []
    for i in range(n):
        begin = time.monotonic_ns()
        lines = ask(i)
        times.append(time.monotonic_ns() - begin)
        if not lines or "error" in lines[-1]:
            lab.skip(f"being asked: no answer but {lines and lines[-1]}")
            raise Missing
    return times


def ask_row(name, times, limit_ms=None):
    """A row, the time in which 99 of 100 were answered, and what this should be."""
    p99 = sorted(times)[(len(times) * 99 - 1) // 100]
    return [name, len(times), *map(show_ns, (median(times), p99, max(times)))], p99, limit_ms


def asked():
    say("## Being asked")
    say()
    say("From a request to its answer at the client. `ping`: every process answers, which is in no step; in a")
    say("chain of 100 nodes in 98 processes, of 1000 in 10, and in one of eight that works at 1 kHz. `set`: a")
    say("parameter that 1000 nodes in 10 processes read, at 100 frames a second: until the answer says from which")
    say("frame on, and until all nodes have come to it.")
    say()
    rows, n = [], 20 if quick else 500
    for name, words, options in (
        ("100 nodes in 98 processes", ("many", "", 12), ()),
        ("1000 nodes in 10 processes", ("many", "grouped", 125), ()),
        ("8 nodes at 1 kHz", ("chain", "", 125), ("--period", "1ms")),
    ):
        try:
            defines = {"LINKS": words[2], "STAGES": 8}
            with lab.running(lab.build_program(*words[:2], **defines), *options) as (_, console):
                times = answer_times(n, lambda i: console.ask("ping"))
        except Missing:
            continue
        rows.append(ask_row(f"ping, {name}", times, 5))
    try:
        path = lab.build_program("tunable", "grouped_tunable", LINKS=125)
        with lab.running(path) as (_, console):
            def change(i, wait_ms):
                return console.ask("set", values={"gain": i}, wait_ms=wait_ms)

            said, came = [], []
            for i in range(n // 5):
                said += answer_times(1, lambda _: change(2 * i, 0))
                came += answer_times(1, lambda _: change(2 * i + 1, 10000))
        rows.append(ask_row("set on 1000 nodes, said", said, 50))
        rows.append(ask_row("set on 1000 nodes, there", came))
    except Missing:
        pass
    table(["", "times", "median", "99 of 100", "longest"], [row for row, *_ in rows])
    for row, p99, limit_ms in rows:
        if limit_ms:
            target(f"{row[0]}: 99 of 100 within {limit_ms} ms", p99, limit_ms * 1e6, row[3])
    say()


# ---- 11: the account ----


def lossy_state(console):
    """Of each process the CPU time; values made and taken, and those dropped of the first edge."""
    lines = [line["parameters"] for line in console.ask("status")]
    processes, nodes = ({line[kind]["name"]: line[kind] for line in lines if kind in line}
                        for kind in ("process", "node"))
    dropped = sum(line["edge"]["dropped"] for line in lines if "edge" in line)
    cpu_ns = [lab.cpu_ns_of([processes[name]["pid"]]) for name in ("makes", "takes")]
    return [*cpu_ns, nodes["made"]["firings"], nodes["last"]["firings"], dropped]


def lossy_costs(path, *arguments):
    """The CPU time for a value that is made, and for one that is taken to the end; how many were dropped."""
    with lab.running(path, *arguments) as (_, console):
        time.sleep(0.2)
        before = lossy_state(console)
        time.sleep(0.5)
        makes_ns, takes_ns, made, taken, dropped = (
            b - a for a, b in zip(before, lossy_state(console)))
    if min(made, taken) <= 0:
        lab.skip(f"{path.name}: it does not come to run")
        raise Missing
    return makes_ns / made, takes_ns / taken, dropped / made


def account():
    say("## The account")
    say()
    say("A chain of eight with `latest` edges: the source in one process, which does not wait, all others in")
    say("another one, on another CPU. The CPU time of the first for each value that it makes, and of the second")
    say("for each that comes to the end, which is seven firings and the account of what was dropped before it.")
    say("The account is always kept; `--why 0` keeps no ranges of frames for `pkd why`. The runs take turns; the")
    say("medians of the ratios of 20 pairs.")
    say()
    rows = []
    try:
        path = lab.build_program("lossy", "lossy", STAGES=8)
        pairs = [[lossy_costs(path, *words) for words in (("--why", "0"), ())]
                 for _ in range(3 if quick else 20)]
        share = median(run[2] for pair in pairs for run in pair)
        for i, name in enumerate(("a value made", "a value taken")):
            rows.append([name, *ratio_cells([[run[i] for run in pair] for pair in pairs])[2]])
    except Missing:
        pass
    table(["", "`--why 0`", "as it is", *RATIO_HEADER], rows)
    if rows:
        say(f"Of the values made, {100 * share:.1f} % were dropped.")
        say()


# ---- 12: pictures ----


def pictures():
    say("## Pictures")
    say()
    say("A clip of 1920x1080 in H.264, as fast as it goes: time for one frame, the CPU's of all processes")
    say("and by the clock. ffmpeg and GStreamer make the same pixels, with the same encoder; GStreamer")
    say("draws nothing. Then people are found in a clip of 1280x720, made small: the same stages in one program")
    say("of OpenCV, which decodes and encodes by FFmpeg or by GStreamer; and ten small stages follow each other, as")
    say("nodes and as calls in one loop of an OpenCV program.")
    say()
    found, n_frames = clips.run(quick)
    rows, medians = [], {}
    for (what, who), runs in found.items():
        cpu, wall = (median(values) / n_frames for values in zip(*runs))
        medians[what, who] = (cpu, wall)
        base = medians.get((what, "pkd"))
        ratios = [show_ratio(ours, theirs) for ours, theirs in zip(base, (cpu, wall))] if base else ["–"] * 2
        rows.append([f"{what}: {who}", show_ns(cpu), show_ns(wall), *ratios])
    table(["", "CPU a frame", "wall a frame", "pkd / this, CPU", "pkd / this, wall"], rows)
    for what in dict.fromkeys(what for what, _ in found):
        peers, most = clips.LIMITS.get(what, (("ffmpeg",), (1.05, 1.05)))
        for peer in peers:
            ours, theirs = (medians.get((what, who), (None, None)) for who in ("pkd", peer))
            for i, kind in enumerate(("CPU", "wall")):
                limit = theirs[i] and most[i] * theirs[i]
                shown = f"{show_ns(ours[i])} / {show_ns(theirs[i])} = {show_ratio(ours[i], theirs[i])}"
                target(f"{what}: {kind} at most {most[i]} times {peer}'s", ours[i], limit, shown)
    say()
    say("How long after a frame was decoded each stage has published what it made of it, at 30 frames a second:")
    say()
    table(["stage", "median", "99 % within"], [[stage, show_ns(half), show_ns(most)]
                                               for stage, half, most in clips.ages(120 if quick else 600)])
    say()


# ---- All of it ----

TABLES = {
    "latency": latency,
    "throughput": throughput,
    "graphs": graphs,
    "channels": channels,
    "camera": camera,
    "freeze": freeze,
    "spin": spin,
    "expressions": expressions,
    "watched": watched,
    "asked": asked,
    "account": account,
    "pictures": pictures,
}


def cpu_model():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    global quick
    words = sys.argv[1:]
    quick = "--quick" in words
    words = [word for word in words if word != "--quick"]
    unknown = [word for word in words if word not in TABLES]
    if unknown:
        sys.exit(f"bench.py: no table {unknown[0]}; there are: {' '.join(TABLES)}")
    if len(lab.CPUS) < 2:
        sys.exit("bench.py: needs two CPUs")
    # So that what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    start = time.monotonic()
    say("# How fast the runtime is")
    say()
    command = "make bench" + (f" BENCH='{' '.join(words)}'" if words else "")
    command += " QUICK=1" if quick else ""
    machine = f"{cpu_model()}, {len(lab.CPUS)} CPUs; Linux {platform.release()}"
    say(f"`{command}`, {datetime.now():%d %B %Y}; {machine}.")
    say(f"Load at the start: {os.getloadavg()[0]:.1f}. Times are medians.")
    say()
    for name in words or TABLES:
        TABLES[name]()
    say("## Targets")
    say()
    for line in targets:
        say("- " + line)
    say()
    for line in lab.skipped:
        say(f"- skip: {line}")
    say()
    say(f"The run took {time.monotonic() - start:.0f} s; load at the end: {os.getloadavg()[0]:.1f}.")
    (lab.B / "bench.md").write_text("\n".join(lines) + "\n")


main()
