"""Decoding, drawing and encoding a clip, by pkd, ffmpeg and GStreamer: the CPU's time of all processes and
the wall clock, runs of all of them in turn."""
import os
import re
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


def people(n_frames):
    """A clip of people, 1280x720, or None."""
    made_of = lab.HERE.parent.parent / "build/media/vtest.avi"
    if not made_of.exists():
        return lab.skip("people: no build/media/vtest.avi (tests/setup.sh --media)")
    path = lab.OUT / f"people-{n_frames}.mp4"
    if not path.exists():
        words = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", "1", "-i", str(made_of)]
        words += ["-frames:v", str(n_frames), "-vf", "scale=1280:720,setpts=N/30/TB", "-r", "30"]
        words += ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-f", "mp4", str(path) + ".part"]
        subprocess.run(words, check=True)
        os.replace(str(path) + ".part", path)
    return str(path)


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


WITH_PEOPLE = "decode, resize, find people, draw, encode"
STAGES = "decode, ten small stages"
# Beside whom, and how many times their CPU and wall clock at most; for others it is ffmpeg and 1.05.
LIMITS = {WITH_PEOPLE: (("OpenCV", "GStreamer"), (1.05, 1.0)), STAGES: (("OpenCV",), (1.15, 1.0))}


def commands_with_people(source):
    """The same stages in one OpenCV program, by its FFmpeg and by its GStreamer."""
    peer = lab.Peer("people", "people.cpp", header="opencv2/videoio.hpp", package="libopencv-dev", packages="opencv4")
    copy = str(lab.OUT / "copy.mp4")
    found = {"pkd": [build("people"), "--source", source, "--copy", copy]}
    command = lab.command_of(peer)
    if command:
        found["OpenCV"] = [*command, "opencv", source, copy]
        found["GStreamer"] = [*command, "gstreamer", source, copy]
    return {WITH_PEOPLE: found}


def commands_of_stages(source):
    """The same calls in one loop of an OpenCV program."""
    peer = lab.Peer("stages", "stages.cpp", header="opencv2/videoio.hpp", package="libopencv-dev", packages="opencv4")
    found = {"pkd": [build("stages"), "--source", source]}
    command = lab.command_of(peer)
    if command:
        found["OpenCV"] = [*command, source]
    return {STAGES: found}


def ages(n_frames):
    """[(stage, median, 99th percentile)], ns after the frame was decoded, at the pace of a camera."""
    source = people(n_frames)
    if not source:
        return []
    words = [build("aged"), "--source", source, "--copy", str(lab.OUT / "copy.mp4")]
    report = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    return [
        (stage, int(half) * 1000, int(most) * 1000)
        for stage, half, most in re.findall(r"age (\w+) (\d+) (\d+)", report)
    ]


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
    all_commands = {**commands(str(clip(seconds))), **commands_of_stages(str(clip(seconds)))}
    with_people = people(seconds * 30)
    if with_people:
        all_commands.update(commands_with_people(with_people))
    for what, peers in all_commands.items():
        for who in list(peers):
            if who != "pkd" and not shutil.which(peers[who][0]):
                lab.skip(f"{who}: {peers[who][0]} is not installed")
                del peers[who]
        for i in range(2 if quick else 6):
            for who, words in list(peers.items()):
                result = measure(words)
                if not result:
                    del peers[who]  # said once
                if result and i > 0:  # the first fills the caches
                    found.setdefault((what, who), []).append(result)
    return found, seconds * 30
