#!/usr/bin/env python3
"""Damages videos at random and has video.open read them.

videos.py PROGRAM SECONDS FOUND CLIP...

PROGRAM is built from videos.pkd. However a file is damaged, the program ends by itself, with status 0
or 1, and no process of it is killed by a signal. What does otherwise is kept in the directory FOUND,
and its number is the seed: videos.py PROGRAM 0 FOUND CLIP... runs one whose seed is in FUZZ_SEED.
The clips are first brought into several containers by ffmpeg, two seconds of each.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time

CONTAINERS = {
    "avi": ["-c:v", "mpeg4"],
    "mp4": ["-c:v", "libx264", "-preset", "ultrafast"],
    "mkv": ["-c:v", "libx264", "-preset", "ultrafast"],
    "ts": ["-c:v", "mpeg2video"],
    "webm": ["-c:v", "libvpx", "-deadline", "realtime"],
    "y4m": ["-pix_fmt", "yuv420p", "-t", "0.2"],
    "gif": ["-t", "0.5"],
}
LIMIT_S = 60
KILLED = re.compile(rb"killed by signal|was killed|SIG[A-Z]+|Sanitizer|stack smashing|corrupted")


def make_seeds(directory, clips):
    """Bytes by container."""
    made = []
    for i, clip in enumerate(clips):
        for kind, options in CONTAINERS.items():
            path = os.path.join(directory, f"{i}.{kind}")
            command = ["ffmpeg", "-v", "error", "-y", "-i", clip, "-t", "2", "-an"]
            command += ["-vf", "scale=192:144", *options, path]
            if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0:
                with open(path, "rb") as file:
                    made.append((kind, file.read()))
    return made


def damage(chance, data):
    """One to twenty places: bits, bytes, runs of zeroes, pieces that are doubled, moved or gone, and an end."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        # The head decides most.
        at = chance.randrange(min(len(data), chance.choice((64, 4096, len(data)))))
        length = chance.choice((1, 4, 16, 188, 5000))
        piece = data[at : at + length]
        what = chance.randrange(7)
        if what == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[at : at + len(piece)] = chance.randbytes(len(piece))
        elif what == 2:
            data[at : at + len(piece)] = bytes(len(piece))
        elif what == 3:
            data[at : at + len(piece)] = b"\xff" * len(piece)
        elif what == 4:
            data[at:at] = piece
        elif what == 5:
            del data[at : at + length]
        else:
            del data[max(at, 1) :]
        if not data:
            return bytes(1)
    return bytes(data)


def complaint(program, path):
    """What the program did that it may not do, or None."""
    try:
        done = subprocess.run(
            [program, "--quiet", "--source", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"has not ended after {LIMIT_S} s"
    if done.returncode not in (0, 1):
        return f"status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}"
    found = KILLED.search(done.stderr)
    return f"says '{found[0].decode()}'" if found else None


def main():
    program, seconds, kept, *clips = sys.argv[1:]
    only = os.environ.get("FUZZ_SEED")
    until = time.monotonic() + float(seconds)
    seed = int(only) if only else random.SystemRandom().randrange(1 << 32)
    n = n_failed = 0
    with tempfile.TemporaryDirectory() as directory:
        seeds = make_seeds(directory, clips)
        if not seeds:
            sys.exit("videos.py: ffmpeg has made no clip")
        while n == 0 or (time.monotonic() < until and not only):
            chance = random.Random(seed)
            kind, data = chance.choice(seeds)
            path = os.path.join(directory, f"damaged.{kind}")
            with open(path, "wb") as file:
                file.write(damage(chance, data))
            wrong = complaint(program, path)
            if wrong:
                n_failed += 1
                os.makedirs(kept, exist_ok=True)
                os.replace(path, os.path.join(kept, f"video-{seed}.{kind}"))
                print(f"video-{seed}.{kind}: {wrong}", flush=True)
            n += 1
            seed = (seed + 1) % (1 << 32)
    print(f"{n} damaged videos, {n_failed} failed")
    sys.exit(n_failed > 0)


if __name__ == "__main__":
    main()
