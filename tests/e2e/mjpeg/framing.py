"""Which picture a browser shows: framing.py MADE.csv SEEN. With the header ahead it is the newest, else the one before:
the picture is shown when the next one has come. Both medians are printed, in ms and in pictures."""
import csv, statistics, sys

made = {int(row["number"]): float(row["at"]) for row in csv.DictReader(open(sys.argv[1]))}
late = {"ahead": [], "classic": []}
for line in open(sys.argv[2]):
    way, number, at = line.split()
    number, at = int(number), float(at)
    if number in made and number + 1 in made:
        late[way].append((at - made[number], sum(1 for n, t in made.items() if n > number and t < at)))
for way, seen in late.items():
    del seen[:3]  # while it begins
    assert len(seen) >= 5, f"{way}: {len(seen)} pictures are seen"
    print(f"{way}: {1000 * statistics.median(s for s, n in seen):.1f} ms, {statistics.median(n for s, n in seen):g} behind,"
          f" {len(seen)} pictures")
assert statistics.median(n for s, n in late["ahead"]) == 0, "with the header ahead it is not the newest that is shown"
assert statistics.median(n for s, n in late["classic"]) >= 1, "the other way it is the newest, too: nothing is tested"
