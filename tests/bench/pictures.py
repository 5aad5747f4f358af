"""Decoding, drawing and encoding a clip, by pkd, ffmpeg and GStreamer: the CPU's time of all processes and
the wall clock, runs of all of them in turn."""
import os
import shutil
import subprocess
import time

import lab

CLIP = "-f lavfi -i testsrc2=s=1920x1080:r=30:d={} -vf noise=alls=6:allf=t -c:v libx264 -preset fast -crf 24"
X264 = "-c:v libx264 -preset veryfast -tune zerolatency -crf 23"
FOUR = "".join(f" -map [{name}] -f null -" for name in "abcd")
GST_FOUR = " ".join("t. ! queue ! fakesink sync=false" for _ in range(4))


def clip(seconds):
    path = lab.OUT / f"clip-{seconds}.mp4"
    if not path.exists():
        lab.OUT.mkdir(parents=True, exist_ok=True)
        words = ["ffmpeg", "-v", "error", "-y", *CLIP.format(seconds).split()]
        words += ["-pix_fmt", "yuv420p", "-f", "mp4", str(path) + ".part"]
        subprocess.run(words, check=True)
        os.replace(str(path) + ".part", path)
    return path


def build(pipeline):
    path = lab.OUT / ("pictures-" + pipeline)
    source = str(lab.HERE / "programs/pictures.pkd")
    env = {**os.environ, "PKD_CACHE": str(lab.OUT / "cache")}
    words = [str(lab.PKDC), "build", source, "--pipeline", pipeline, "-o", str(path)]
    subprocess.run(words, check=True, env=env)
    return str(path)


def measure(words):
    """(CPU, wall) in ns."""
    start = time.monotonic_ns()
    child = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    report = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic_ns() - start
    if child.returncode:
        lab.skip(f"{words[0]}: status {child.returncode}: {report.decode()[-200:].strip()}")
        return None
    return (usage.ru_utime + usage.ru_stime) * 1e9, wall


def commands(source):
    """{what: {who: words}}"""
    copy = str(lab.OUT / "copy.mp4")
    ffmpeg = ["ffmpeg", "-v", "error", "-y", "-i", source]
    split = "[0:v]format=bgr24,split=4[a][b][c][d]"
    box = "format=bgr24,drawbox=x=480:y=270:w=480:h=540:t=2:color=red,format=yuv420p"
    gst = ["gst-launch-1.0", "-q", "filesrc", f"location={source}"]
    gst += "! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=BGR".split()
    gst_copy = "! videoconvert ! video/x-raw,format=I420 ! x264enc speed-preset=veryfast tune=zerolatency"
    gst_copy += f" pass=quant quantizer=23 ! h264parse ! mp4mux ! filesink location={copy}"
    return {
        "decode to BGR for four readers": {
            "pkd": [build("readers"), "--source", source],
            "ffmpeg": [*ffmpeg, "-filter_complex", split, *FOUR.split()],
            "GStreamer": [*gst, "!", "tee", "name=t", *GST_FOUR.split()],
        },
        "decode, draw on BGR, encode": {
            "pkd": [build("copy"), "--source", source, "--copy", copy],
            "ffmpeg": [*ffmpeg, "-vf", box, *X264.split(), copy],
            "GStreamer": [*gst, *gst_copy.split()],
        },
    }


def run(quick):
    """{(what, who): [(CPU, wall), …]}, and how many frames."""
    seconds = 4 if quick else 20
    found = {}
    for what, peers in commands(str(clip(seconds))).items():
        for who in list(peers):
            if who != "pkd" and not shutil.which(peers[who][0]):
                lab.skip(f"{who}: {peers[who][0]} is not installed")
                del peers[who]
        for i in range(2 if quick else 6):
            for who, words in peers.items():
                result = measure(words)
                if result and i > 0:  # the first fills the caches
                    found.setdefault((what, who), []).append(result)
    return found, seconds * 30
