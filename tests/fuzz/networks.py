#!/usr/bin/env python3
"""Damages networks, their text files and pictures at random and has detect.dnn and detect.cascade read them.

networks.py PROGRAM SECONDS FOUND MODELS PICTURE

PROGRAM is built from networks.pkd, MODELS the folder where `make models` writes, which need not be
there. However a file is damaged, the program ends by itself, with status 0 or 1, and no process of it is
killed by a signal and no sanitizer complains. What does otherwise is kept in the directory FOUND, under
its seed: networks.py PROGRAM 0 FOUND MODELS PICTURE runs one whose seed is in FUZZ_SEED.

OpenCV's own reader of ONNX is not ours to mend: where it dies of a damaged network (the process of the
node alone does, and the program says so), that is counted and not kept.
"""

import glob
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

LIMIT_S = 120
SANITIZER = re.compile(rb"Sanitizer|runtime error:|stack smashing")
KILLED = re.compile(rb"was killed by SIG[A-Z]+")
HEADS = ("centernet", "yolov5", "yolov8", "ssd", "plain", "movenet", "nothing")


# ---- Small networks, byte by byte: Protocol Buffers by onnx.proto ----

def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def number(field, value):
    return varint(field << 3) + varint(value)


def message(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def port(field, name, dims):
    shape = b"".join(message(1, number(1, d) if d else message(2, "n")) for d in dims)
    return message(field, message(1, name) + message(2, message(1, number(1, 1) + message(2, shape))))


def network(dims_in, dims_out, said_out):
    """The picture's numbers in another shape; it may claim a third one."""
    sizes = struct.pack("<%dq" % len(dims_out), *dims_out)
    node = message(1, "picture") + message(1, "sizes") + message(2, "rows") + message(4, "Reshape")
    tensor = number(1, len(dims_out)) + number(2, 7) + message(8, "sizes") + message(9, sizes)
    graph = message(1, node) + message(5, tensor) + port(11, "picture", dims_in) + port(12, "rows", said_out)
    return number(1, 6) + message(7, graph) + message(8, message(1, "") + number(2, 11))


def damage(chance, data):
    """One to eight places: bits, bytes, runs of one byte, pieces that are doubled or gone, and an end."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        if not data:
            break
        at = chance.randrange(min(len(data), chance.choice((64, 400, len(data)))))
        length = chance.choice((1, 4, 16, 200))
        piece = data[at : at + length]
        what = chance.randrange(6)
        if what == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[at : at + len(piece)] = chance.randbytes(len(piece))
        elif what == 2:
            data[at : at + len(piece)] = chance.choice((b"\0", b"\xff", b"9", b"\n")) * len(piece)
        elif what == 3:
            data[at:at] = piece
        elif what == 4:
            del data[at : at + length]
        else:
            del data[max(at, 1) :]
    return bytes(data)


def sidecar(chance, width, height, n_labels):
    """What may stand in a text file, most of it right."""
    lines = [f"input {width} {height}", f"head {chance.choice(HEADS)}"]
    lines.append("labels " + ", ".join("label%d" % i for i in range(n_labels)))
    if chance.randrange(2):
        lines.append("fit " + chance.choice(("letterbox", "stretch")))
    if chance.randrange(3) == 0:
        lines.append("layout " + chance.choice(("nchw", "nhwc")))
    for key in ("pad", "mean", "scale", "overlap"):
        if chance.randrange(3) == 0:
            values = ("0", "1", "0.5", "255", "-1", "1e6", "1e-6", "nan", "inf", "1e400", "0x10", "")
            lines.append(f"{key} {chance.choice(values)}")
    chance.shuffle(lines)
    return ("\n".join(lines) + "\n").encode()


def small(chance):
    """A network and its text file, which fit, or nearly."""
    width, height = chance.choice(((6, 4), (8, 8), (1, 1), (64, 3), (12, 10)))
    n = 3 * width * height
    columns = chance.choice((5, 6, 7, 8, 1, n, 2))
    dims = [1, n // columns or 1, columns] if chance.randrange(2) else [1, columns, n // columns or 1]
    if chance.randrange(3) == 0:
        dims = [1, 3, height, width]
    said = [d if chance.randrange(4) else chance.choice((0, 1, 1 << 31, d + 1)) for d in dims]
    return network([1, 3, height, width], dims, said), sidecar(chance, width, height, max(columns - 5, 1))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def make_case(chance, folder, models, cascades, picture):
    """Files of one run in `folder`; the options that give them."""
    pick = chance.random()
    if models and pick < 0.2:
        model = chance.choice(models)
        net, text = read(model), read(model[: -len("onnx")] + "txt")
    else:
        net, text = small(chance)
    what = chance.randrange(5)
    if what in (1, 3):
        net = damage(chance, net)
    if what in (2, 3):
        text = damage(chance, text)
    write(os.path.join(folder, "net.onnx"), net)
    write(os.path.join(folder, "net.txt"), text)
    cascade = read(chance.choice(cascades)) if cascades else b"<none/>"
    write(os.path.join(folder, "net.xml"), damage(chance, cascade) if chance.randrange(4) else cascade)
    frame = read(picture)
    write(os.path.join(folder, "frame.png"), damage(chance, frame) if what == 4 else frame)
    return chance.choice(("best", "opencv"))


def run(program, folder, engine):
    """What the program did that it may not do, or None; and whether OpenCV alone has died."""
    command = [program, "--quiet", "--source", os.path.join(folder, "frame.png")]
    command += ["--folder", folder + "/", "--cascade", os.path.join(folder, "net.xml"), "--engine", engine]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"has not ended after {LIMIT_S} s", False
    said = done.stdout + done.stderr
    if done.returncode not in (0, 1):
        return f"status {done.returncode}: {said[-500:].decode(errors='replace')}", False
    if SANITIZER.search(said) and b"libopencv_dnn" not in said and b"libonnxruntime" not in said:
        return "sanitizer: " + said[-3000:].decode(errors="replace"), False
    killed = KILLED.search(said)
    if not killed:
        return None, False
    # Of the node of the network: the libraries' readers run there.
    if b"'found'" in said:
        return None, True
    return "says '%s': %s" % (killed[0].decode(), said[-500:].decode(errors="replace")), False


def main():
    program, seconds, kept, models, picture = sys.argv[1:]
    models = [m for m in sorted(glob.glob(os.path.join(models, "*.onnx"))) if "pose" not in m]
    cascades = sorted(glob.glob("/usr/share/opencv4/*cascades/*.xml"))
    only = os.environ.get("FUZZ_SEED")
    until = time.monotonic() + float(seconds)
    seed = int(only) if only else random.SystemRandom().randrange(1 << 32)
    n = n_failed = n_died = 0
    with tempfile.TemporaryDirectory() as folder:
        frame = os.path.join(folder, "seed.png")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", picture, "-frames:v", "1", "-vf", "scale=96:64", frame],
                       stdin=subprocess.DEVNULL, check=True)
        while n == 0 or (time.monotonic() < until and not only):
            engine = make_case(random.Random(seed), folder, models, cascades, frame)
            wrong, died = run(program, folder, engine)
            n_died += died
            if wrong:
                n_failed += 1
                os.makedirs(kept, exist_ok=True)
                shutil.copytree(folder, os.path.join(kept, f"network-{seed}"), dirs_exist_ok=True)
                print(f"network-{seed} (--engine {engine}): {wrong}", flush=True)
            n += 1
            seed = (seed + 1) % (1 << 32)
    print(f"{n} damaged networks, {n_failed} failed; a library has died of {n_died}")
    sys.exit(n_failed > 0)


if __name__ == "__main__":
    main()
