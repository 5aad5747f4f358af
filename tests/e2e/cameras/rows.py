"""What the analysers and the shared detector have written: rows.py CAMS ANALYSERS_THAT_DIED MOVES.csv SEEN.csv LOG."""
import csv
import re
import sys

cams, died = int(sys.argv[1]), {int(which) for which in sys.argv[2].split(",") if which}
# On a busy machine a camera may have sent nothing for a while: then there was nothing to look at.
with open(sys.argv[5], encoding="utf-8") as log:
    died |= {int(which) for which in re.findall(r"cam\[(\d+)\]: (?:stalled|offline|the camera's time stamps)", log.read())}


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


moves, seen = rows(sys.argv[3]), rows(sys.argv[4])
looked = {(row["camera"], row["frame"], row["at"]) for row in moves}

# Each analyser has one frame a second, the first of each second of its camera, and no second is without one. Who died
# may have lost one.
for camera in range(cams):
    at = [float(row["at"]) for row in moves if row["camera"] == str(camera)]
    periods = [int(time - at[0] + 1e-6) for time in at]
    missing = set(range(periods[-1] + 1)) - set(periods)
    assert len(periods) == len(set(periods)), f"camera {camera}: two frames within a second: {at}"
    assert len(missing) <= (10 if camera in died else 0), f"camera {camera}: nothing in seconds {sorted(missing)}: {at}"

# Each answer is about a frame that was looked at, once, and no camera has many more than another.
last = {}
for row in seen:
    which = row["camera"], row["frame"], row["at"]
    assert which in looked or int(row["camera"]) in died or which[2] > max(l[2] for l in looked), f"nobody has seen {row}"
    assert int(row["frame"]) > last.get(row["camera"], 0), f"twice, or out of order: {row}"
    last[row["camera"]] = int(row["frame"])
counts = [sum(row["camera"] == str(camera) for row in seen) for camera in range(cams)]
assert min(counts) > 0 and max(counts) - min(counts) <= 3 + max(counts) // 20, f"the detector is not fair: {counts}"
print(f"{len(moves)} looks, answers: {counts}")
