#!/bin/sh
# Every example of docs/protocol.md, asked of the program that stands there.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
awk '/^```pkd/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/protocol.md" >blink.pkd
build blink.pkd -o blink
cat >ask.py <<'END'
import glob, json, os, re, socket, subprocess, sys, time

def examples(path):
    """Each block of the page, as pairs: what is sent, and what comes back."""
    for block in re.findall(r"^```\n([→←…].*?)^```", open(path).read(), re.M | re.S):
        asked = None
        for line in block.splitlines():
            if line.startswith("→ "):
                if asked:
                    yield asked
                asked = (line[2:], [])
            elif line.startswith("← ") and asked:
                asked[1].append(line[2:])
            elif line == "…":
                asked[1].append(None)
            elif not line.startswith("← "):
                sys.exit(f"what is this line: {line}")
        yield asked

def alike(wanted, got):
    """Numbers may differ, except for the exit status."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and list(wanted) == list(got) and all(
            wanted[k] == got[k] if k == "status" else alike(wanted[k], got[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(wanted) == len(got) and all(map(alike, wanted, got))
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return isinstance(got, (int, float)) and not isinstance(got, bool)
    return wanted == got

def without_place(text):
    """The pipeline is at other lines in the page, and who runs may wait."""
    line = json.loads(text)
    process = line.get("parameters", {}).get("process")
    if process:
        process.pop("calling", None), process.pop("since_ns", None), process.pop("for_ns", None)
    return line

program = subprocess.Popen(["./blink", "--quiet"], stderr=open("said", "w"))
try:
    deadline = time.monotonic() + 30
    while not glob.glob("place/*.sock"):
        if time.monotonic() > deadline or program.poll() is not None:
            sys.exit("the program has no socket")
        time.sleep(0.01)
    time.sleep(0.5)
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    client.connect(glob.glob("place/*.sock")[0])
    lines = client.makefile("r", newline="\n")
    greeting = json.loads(lines.readline())
    assert greeting["pkd"] == 1 and greeting["program"] == "blink" and greeting["pid"] == program.pid
    n, last = 0, []
    for asked, answers in examples(sys.argv[1]):
        if '"stop"' in asked and '"now"' not in asked:
            last.append((asked, answers))
            continue
        client.sendall(asked.encode() + b"\n")
        got = []
        while not got or got[-1].get("more"):
            got.append(without_place(lines.readline()))
        wanted = list(answers)
        for line in got:
            if wanted and wanted[0] is None and len(wanted) > 1 and \
                    alike(without_place(wanted[1]), line):
                wanted.pop(0)
            if wanted and wanted[0] is None:
                continue
            if not wanted or not alike(without_place(wanted[0]), line):
                sys.exit(f"{asked}\nwanted {wanted[:1]}\ngot {json.dumps(line)}")
            wanted.pop(0)
        if wanted:
            sys.exit(f"{asked}\nleft over: {wanted}")
        n += 1
    for asked, answers in last:
        client.sendall(asked.encode() + b"\n")
        for answer in answers:
            line = lines.readline()
            if not alike(json.loads(answer), json.loads(line)):
                sys.exit(f"{asked}\nwanted {answer}\ngot {line}")
        n += 1
    if lines.readline() or program.wait(30) != 0 or glob.glob("place/*.sock"):
        sys.exit("no clean end")
    print(n, "examples")
    sys.exit(n < 12)
finally:
    if program.poll() is None:
        program.kill()
END
python3 ask.py "$ROOT/docs/protocol.md" >out 2>&1 || fail 'an example' out
