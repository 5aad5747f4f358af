"""A page of what a notebook shows of pkd: usage: page.py FILE."""

import os
import sys
from check import PATIENCE, pkd, true, within

here = os.path.dirname(os.path.abspath(__file__))
parts = []


def put(name, found):
    parts.append(f"<h3>{name}</h3><div class='cell' id='{name}'>{found._repr_html_()}</div>")


told = pkd.build(os.path.join(here, "told.pkd"))
shots = pkd.build(os.path.join(here, "shots.pkd"), define={"WIDTH": 64, "HEIGHT": 48})
people = pkd.build(os.path.join(os.environ["ROOT"], "examples", "processes", "processes.pkd"))
put("program", told)
put("larger", people)
put("report", told.report())
with told.run(frames=200, period="1ms") as run:
    within(10, lambda: run.status().nodes["see"].firings > 20, "it fires")
    put("run", run)
    put("status", run.status())
    put("describe", run.describe())
    put("why", run.why(2))
    put("gray16", run.show("m.gray"))
    put("account", run.wait(60 * PATIENCE))
with shots.run() as run:
    frame, view = run.read("s.picture", 5 * PATIENCE)
    put("plain", pkd.Picture(view, frame.format))
rows = [bytearray() for _ in range(20)]
for y, row in enumerate(rows):
    for x in range(30):
        row += bytes((255 if x < 10 else 0, 255 if 10 <= x < 20 else 0, 255 if x >= 20 else 0))
bands = memoryview(b"".join(rows)).cast("B", [20, 30, 3])
put("bgr24", pkd.Picture(bands, "bgr24"))
put("rgb24", pkd.Picture(bands, "rgb24"))
try:
    import numpy
except ImportError:
    numpy = None
if numpy is not None:
    luma = numpy.full((20, 30), 81, numpy.uint8)
    planes = luma, numpy.full((10, 15), 90, numpy.uint8), numpy.full((10, 15), 240, numpy.uint8)
    put("i420", pkd.Picture(planes, "i420"))
    put("grayf32", pkd.Picture(numpy.linspace(0, 1, 600, dtype=numpy.float32).reshape(20, 30), "grayf32"))
true(all("cell" in part for part in parts), "cells")
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(
        "<!doctype html><meta charset='utf-8'><style>body{font-family:sans-serif;margin:12px}"
        "table{border-collapse:collapse;font-size:13px}td,th{padding:2px 8px}"
        "#bgr24 img,#rgb24 img,#i420 img,#grayf32 img,#gray16 img,#plain img{image-rendering:pixelated}</style>"
        + "".join(parts)
    )
