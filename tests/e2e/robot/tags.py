"""examples/robot/tags.pkd beside a scene with a tag whose place on the field is known. Arguments: the robot's program,
that of the scene, that of the eyes."""

import json
import math
import struct
import subprocess
import sys
import time

import nt

WIDTH, HEIGHT = 1280, 720
F = WIDTH / 2 / math.tan(math.radians(30))
# The tag stands at 3, 2 on the field, turned by 140 degrees: a robot that sees it turned by 40, two metres straight
# ahead, is at 1, 2, and looks along x. Of one that it faced it could not tell how it is turned.
TAG = {"ID": 1, "pose": {"translation": {"x": 3.0, "y": 2.0, "z": 0.5},
                         "rotation": {"quaternion": {"W": math.cos(math.radians(70)), "X": 0.0, "Y": 0.0,
                                                     "Z": math.sin(math.radians(70))}}}}
TRUTH = (1.0, 2.0, 0.5)

with open("field.json", "w") as file:
    json.dump({"tags": [TAG], "field": {"length": 16.5, "width": 8.1}}, file)
with open("camera.json", "w") as file:
    json.dump({"resolution": {"width": WIDTH, "height": HEIGHT},
               "cameraIntrinsics": {"rows": 3, "cols": 3, "type": 6,
                                    "data": [F, 0, WIDTH / 2 - 0.5, 0, F, HEIGHT / 2 - 0.5, 0, 0, 1]},
               "distCoeffs": {"rows": 1, "cols": 5, "type": 6, "data": [0, 0, 0, 0, 0]}}, file)

port, camera, view = nt.free_port(), nt.free_port(), nt.free_port()
log = open("log", "w")
programs = [subprocess.Popen(command, stderr=log) for command in (
    [sys.argv[1], "--quiet", "--port", str(port)],
    [sys.argv[2], "--quiet", "--port", str(camera)],
    [sys.argv[3], "--quiet", "--server", "127.0.0.1", "--port", str(port), "--listen", "127.0.0.1",
     "--view_port", str(view), "--camera", f"http://127.0.0.1:{camera}/stream.mjpg"])]
try:
    until = time.monotonic() + 60
    while True:
        try:
            client = nt.Client(port, "estimator")
            break
        except OSError:
            assert time.monotonic() < until, "no server"
            time.sleep(0.05)
    client.subscribe("/vision/", "/.schema/", prefix=True, all=True, periodic=0.01)
    client.wait(lambda: len(client.of("/vision/front/pose")) >= 20, 60)
    kinds = {params["name"]: params["type"] for method, params in client.said if method == "announce"}
    assert kinds["/vision/front/pose"] == "struct:Pose3d", kinds
    assert "/.schema/struct:Pose3d" in kinds, kinds
    x, y, z, qw, qx, qy, qz = struct.unpack("<7d", client.of("/vision/front/pose")[-1][3])
    off = max(abs(a - b) for a, b in zip((x, y, z), TRUTH))
    turned = 2 * math.degrees(math.acos(min(1, abs(qw))))
    assert off < 0.03 and turned < 1, (x, y, z, qw, qx, qy, qz)
    client.wait(lambda: client.of("/vision/front/tags"), 10)
    assert client.of("/vision/front/tags")[-1][3] == 1
    print(f"a pose {1000 * off:.0f} mm and {turned:.2f} degrees from the truth, two metres before a tag")
except BaseException:
    log.flush()
    print(open("log").read()[-3000:])
    raise
finally:
    for program in programs:
        program.kill()
        program.wait()
