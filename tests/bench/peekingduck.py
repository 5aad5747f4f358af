#!/usr/bin/env python3
"""PeekingDuck's own design, a process per node over a Manager().dict(), beside what one makes of it in Python, and pkd: the
same clip, detector and stages.

    tests/bench/peekingduck.py CLIP [FRAMES]

Each runs twice: with the clip as a camera of 30 frames a second, and again with its model killed on the way.
"""
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
B = Path(os.environ.get("B", HERE.parent.parent / "build")).resolve()
WORK = B / "bench-peekingduck"
PYTHON = "/usr/bin/python3"  # Debian's: python3-opencv is for it
CLIP_RATE = 10.0
RATE = 30.0
LOOK_S = 0.1  # from one look at the processes to the next
PATIENCE_S = 3  # so long after the last frame a program may take to end
SLOW = 3  # so many times as long as the clip it may take
KILLED_AFTER_S = 4
FRAMES_KILLED = 300
KINDS = ["manager", "queue", "shared-memory", "pkd"]
TITLES = ["S0: `Manager().dict()`", "`Queue`", "`shared_memory`, lock", "pkd"]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Run:
    taken: dict = field(default_factory=dict)  # frame -> when the camera took it, ns
    shown: list = field(default_factory=list)  # (when, frame, the frame of its boxes or 0, torn)
    rows: int = 0  # different frames in the table
    cpu_s: float = 0.0
    pss: int = 0
    ended_s: float = None  # after the last frame was taken; None: it was ended
    status: int = None
    killed_ns: int = None
    said: str = ""


# ---- Processes ----


def tree(pid):
    """The process and all below it."""
    found, rest = [], [pid]
    while rest:
        process = rest.pop()
        found.append(process)
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                rest += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def pss_bytes(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def find(kind, root, name, folder):
    """The process of a stage, by what the peer has written or by its name."""
    try:
        if kind != "pkd":
            lines = (folder / "processes").read_text().split()
            return int(lines[lines.index(name) + 1])
        for pid in tree(root):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                return pid
    except (OSError, ValueError):
        pass
    return None


# ---- A run ----


def command(kind, clip, folder):
    if kind == "pkd":
        return [str(WORK / "pkd"), "--source", str(clip), "--speed", str(RATE / CLIP_RATE)]
    return [PYTHON, str(HERE / "peers/peekingduck.py"), kind, str(clip), str(RATE), str(folder)]


def has_taken_all(kind, process, folder, n_frames):
    if kind == "pkd":
        return is_gone(process)
    return (folder / "camera.log").exists() and (folder / "camera.log").read_text().count("\n") >= n_frames


def watch(child, kind, folder, run, n_frames, kill):
    """Looks at the processes until they have gone, or until they had their time after the last frame."""
    ticks, start, process, camera_gone = {}, None, None, None
    camera = "capture" if kind == "pkd" else "camera"
    while child.poll() is None:
        pss = 0
        for pid in tree(child.pid):
            try:
                ticks[pid] = cpu_ticks(pid)
                pss += pss_bytes(pid)
            except (OSError, IndexError):
                pass
        run.pss = max(run.pss, pss)
        if process is None:
            process, start = find(kind, child.pid, camera, folder), time.monotonic()
        elif kill and run.killed_ns is None and time.monotonic() - start > KILLED_AFTER_S:
            run.killed_ns = time.monotonic_ns()
            os.kill(find(kind, child.pid, "model", folder), signal.SIGKILL)
        if process and camera_gone is None and has_taken_all(kind, process, folder, n_frames):
            camera_gone = time.monotonic()
        if process and time.monotonic() - start > SLOW * n_frames / RATE:
            break
        if camera_gone and time.monotonic() - camera_gone > PATIENCE_S:
            break
        time.sleep(LOOK_S)
    else:
        run.ended_s = time.monotonic() - (camera_gone or time.monotonic())
    if run.ended_s is None:
        for pid in reversed(tree(child.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
    run.status = child.wait()
    run.cpu_s = sum(ticks.values()) / TICK


def read(kind, folder, run, output):
    rows = (folder / "rows.csv").read_text().splitlines()
    run.rows = len({line.split(",")[0] for line in rows if line[:1].isdigit()})
    if kind == "pkd":
        lines = [line.split() for line in output.splitlines()]
        taken = [words[1:] for words in lines if words and words[0] == "camera"]
        shown = [words[1:] for words in lines if words and words[0] == "shown"]
    else:
        taken = [line.split() for line in (folder / "camera.log").read_text().splitlines()]
        shown = [line.split() for line in (folder / "shown.log").read_text().splitlines()]
    run.taken = {int(words[0]): int(words[1]) for words in taken if len(words) == 2}
    run.shown = [tuple(map(int, words)) for words in shown if len(words) == 4]


def measure(kind, clip, n_frames, kill=False):
    folder = WORK / "runs" / (kind + ("-killed" if kill else ""))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run = Run()
    with open(folder / "output", "w") as out, open(folder / "errors", "w") as err:
        child = subprocess.Popen(
            command(kind, clip, folder), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        watch(child, kind, folder, run, n_frames, kill)
    read(kind, folder, run, (folder / "output").read_text())
    run.said = (folder / "errors").read_text()
    return run


# ---- What comes out ----


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def show_ms(values):
    if not values:
        return "–"
    return " / ".join(f"{quantile(values, share) / 1e6:.0f} ms" for share in (0.5, 0.95))


def firsts(run):
    """Each frame as it was shown first."""
    seen = {}
    for at, number, of, torn in run.shown:
        seen.setdefault(number, (at, of, torn))
    return seen


def rows_of(run, killed, n_frames):
    first = firsts(run)
    span_s = (max(run.taken.values()) - min(run.taken.values())) / 1e9
    with_boxes = {number: seen for number, seen in first.items() if seen[1]}
    read_answers = sum(1 for shown in run.shown if shown[2])
    torn = sum(shown[3] for shown in run.shown)
    ages = [at - run.taken[of] for at, of, _ in with_boxes.values() if of in run.taken]
    late = [at - run.taken[number] for number, (at, _, _) in first.items() if number in run.taken]
    behind = [1e9 / RATE * (number - of) for number, (_, of, _) in with_boxes.items()]
    yield "frames that the camera took a second", f"{(len(run.taken) - 1) / span_s:.1f}"
    yield "different frames shown a second", f"{len(first) / span_s:.1f}"
    yield "frames shown again, of all", f"{100 - 100 * len(first) / max(1, len(run.shown)):.0f} %"
    yield "answers of the model a second", f"{len({shown[2] for shown in run.shown if shown[2]}) / span_s:.1f}"
    yield "answers read torn", f"{torn} of {read_answers}" + (f" ({100 * torn / read_answers:.1f} %)" if torn else "")
    yield "a frame when it is shown, p50 / p95", show_ms(late)
    yield "its boxes then, since their frame was taken", show_ms(ages)
    yield "boxes older than their frame", show_ms(behind)
    yield f"frames in the table, of {n_frames}", str(run.rows)
    yield "CPU", f"{run.cpu_s:.1f} s"
    yield "memory (PSS, most)", f"{run.pss / 2**20:.0f} MiB"
    ends = "never" if run.ended_s is None else f"after {run.ended_s:.1f} s, status {run.status}"
    yield "at the end of the clip it ends", ends
    yield "model killed: new boxes again", again(killed)
    yield "… frames shown after that", str(len({n for at, n, _, _ in killed.shown if at > killed.killed_ns}))
    yield "… and the program", outcome(killed)


def again(run):
    """How long after the kill the first boxes are shown that were found after it."""
    for at, _, of, _ in run.shown:
        if at > run.killed_ns and of and run.taken.get(of, 0) > run.killed_ns:
            return f"after {(at - run.killed_ns) / 1e9:.1f} s"
    return "never"


def outcome(run):
    names = [line for line in run.said.splitlines() if "found" in line and "kill" in line.lower()]
    says = "names what died" if names else "says nothing"
    ends = "hangs" if run.ended_s is None else f"ends with status {run.status}"
    return f"{says}, {ends}"


def table(columns):
    header = ["", *TITLES]
    cells = [[rows[i][0] for rows in columns][:1] + [rows[i][1] for rows in columns] for i in range(len(columns[0]))]
    widths = [max(len(row[k]) for row in [header, *cells]) for k in range(len(header))]

    def line(row):
        first = row[0].ljust(widths[0])
        return "| " + " | ".join([first, *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:]))]) + " |"

    rule = "|" + "-" * (widths[0] + 2) + "|" + "|".join("-" * (w + 1) + ":" for w in widths[1:]) + "|"
    return "\n".join([line(header), rule, *map(line, cells)])


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown CPU"


def cut(clip, n_frames):
    path = WORK / f"clip-{n_frames}.avi"
    words = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, "-frames:v", str(n_frames), "-c", "copy", str(path)]
    subprocess.run(words, check=True)
    return path


def main():
    clip, n_frames = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 795
    if not os.path.exists(clip):
        sys.exit(f"there is no {clip} (tests/setup.sh --media)")
    if subprocess.run([PYTHON, "-c", "import cv2"], stderr=subprocess.DEVNULL).returncode:
        sys.exit("python3-opencv is not installed")
    WORK.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "PKD_CACHE": str(WORK / "cache")}
    program = HERE / "programs/peekingduck.pkd"
    subprocess.run([str(B / "pkdc"), "build", str(program), "-o", str(WORK / "pkd")], check=True, env=env)
    whole, part = cut(clip, n_frames), cut(clip, FRAMES_KILLED)
    load, release = os.getloadavg()[0], os.uname().release
    columns = []
    for kind in KINDS:
        run, killed = measure(kind, whole, n_frames), measure(kind, part, FRAMES_KILLED, kill=True)
        columns.append(list(rows_of(run, killed, n_frames)))
    print(f"{time.strftime('%-d %B %Y')}; {cpu_model()}, {os.cpu_count()} CPUs; Linux {release}; load at the start: {load:.1f}\n")
    print(table(columns))


main()
