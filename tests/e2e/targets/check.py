"""The rows of targets.csv: what was measured beside what was drawn. usage: check.py WHAT

all: within 2 % and half a degree, and none where none was; the worst of each is printed.
none: no pair in any row."""

import csv
import math
import sys

with open("targets.csv") as table:
    rows = [{name: float({"true": 1, "false": 0}.get(value, value)) for name, value in row.items()}
            for row in csv.DictReader(table)]

if sys.argv[1] == "none":
    assert rows and all(row["distance"] == -1 and row["offset"] == -1 for row in rows), "a pair"
    sys.exit()

worst = {"distance": 0.0, "offset": 0.0, "by_width": 0.0, "yaw": 0.0}
n_seen = n_centred = 0
for row in rows:
    if row["z"] < 0:
        assert row["distance"] == -1 and row["targets"] == 0, row
        continue
    angle = math.degrees(math.atan2(row["x"], row["z"]))
    n_seen += 1
    assert row["distance"] > 0 and row["targets"] == 1, row
    for name, truth in (("distance", row["z"]), ("by_width", row["z"])):
        worst[name] = max(worst[name], abs(row[name] / truth - 1))
    for name in ("offset", "yaw"):
        worst[name] = max(worst[name], abs(row[name] - angle))
    if abs(abs(angle) - 0.84) > 0.1:
        assert bool(row["centred"]) == (abs(angle) < 0.84), row
        n_centred += bool(row["centred"])
assert n_seen > len(rows) / 2 and n_seen < len(rows) and n_centred, (n_seen, n_centred)
assert worst["distance"] <= 0.02 and worst["offset"] <= 0.5, worst
assert worst["by_width"] <= 0.03 and worst["yaw"] <= 0.5, worst
print(f"{n_seen} of {len(rows)} seen; distance within {100 * worst['distance']:.2f} %, "
      f"offset {worst['offset']:.3f} degrees; by the width {100 * worst['by_width']:.2f} %")
