"""What a browser shows: seen.py MADE.csv SEEN SECONDS. Each way shows pictures that were made, in order and none that is
old; the medians are printed."""
import csv, statistics, sys

made = {int(row["number"]): float(row["at"]) for row in csv.DictReader(open(sys.argv[1]))}
keys = [int(row["number"]) for row in csv.DictReader(open(sys.argv[1])) if row["key"] in ("1", "true")]
seconds = float(sys.argv[3])
seen, told = {}, {}
for line in open(sys.argv[2]):
    way, number, value = line.split()
    if number.isdigit():
        seen.setdefault(way, []).append((int(number), float(value)))
    else:
        told[way, number] = value
assert set(seen) == {"webcodecs", "mse", "jpeg"}, seen.keys()
for way, pictures in seen.items():
    first = pictures[0][0]
    numbers = [n for n, _ in pictures]
    assert numbers == sorted(set(numbers)), f"{way}: pictures are not in order: {numbers}"
    assert all(n in made for n in numbers), f"{way}: pictures are shown that were never made: {numbers}"
    # What it joins with may be old; what follows is not.
    late = [t - made[n] for n, t in pictures if t > pictures[0][1] + 1]
    assert len(late) > 5 * seconds, f"{way}: {len(late)} pictures are seen"
    if way != "jpeg":
        assert told[way, "codec"].startswith("avc1."), told
    if way == "mse":
        assert float(told[way, "clock"]) > seconds / 2, f"the time of the video stands: {told}"
    assert statistics.median(late) < 1, f"{way}: pictures are {statistics.median(late):.3f} s old"
    print(f"{way}: first picture after {told[way, 'first']} ms, number {first}, key frames {[k for k in keys if k <= first][-1:]};"
          f" lag {1000 * statistics.median(late):.0f} ms, {1000 * sorted(late)[int(0.95 * len(late))]:.0f} ms (p95), {len(late)} pictures")
