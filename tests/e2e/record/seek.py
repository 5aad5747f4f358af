"""seek.py TIME: that time, since 1970, as record.read takes it. seek.py TIME ALL PLAYED: whether what was played
begins with the last key frame before it, and ends half a second after it."""
import csv
import datetime
import sys


def read(name):
    with open(name, newline="") as file:
        return list(csv.DictReader(file))


at = float(sys.argv[1])
if len(sys.argv) == 2:
    print(datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat(timespec="milliseconds"))
    sys.exit()
at = int(at * 1000) / 1000
everything, played = read(sys.argv[2]), read(sys.argv[3])
begin = [row for row in everything if row["key"] == "true" and float(row["wall"]) <= at][-1]
end = [row for row in everything if float(row["wall"]) <= at + 0.5][-1]
assert played[0]["wall"] == begin["wall"], (played[0], begin)
assert played[-1]["wall"] == end["wall"], (played[-1], end)
