"""The rows of packets.pkd: check.py ROWS.csv [stalled]. Numbers grow by one, a session begins with a key frame, times grow and are those
of now, key frames have their sets. `stalled`: some came two seconds late, and are 40 ms apart nevertheless."""
import csv, sys

rows = [row for row in csv.DictReader(open(sys.argv[1])) if int(row["number"])]
is_stalled, before = "stalled" in sys.argv[2:], None
for row in rows:
    at, number, session = float(row["at"]), int(row["number"]), int(row["session"])
    key, late = row["key"] in ("1", "true"), float(row["late"])
    assert row["state"] == "online", row
    assert -0.001 < late < (5 if is_stalled else 1.5), f"its time is not that of now: {row}"
    assert not key or row["sets"] in ("1", "true"), f"a key frame without sets: {row}"
    if before:
        assert at > before[0] and number == before[1] + 1, f"{before}: {row}"
        assert session in (before[2], before[2] + 1), row
    if not before or session != before[2]:
        assert key, f"a session begins with no key frame: {row}"
        assert not before or row["discontinuity"] in ("1", "true"), f"nothing says that some are missing: {row}"
    assert not is_stalled or number < 20 or 0.02 < at - before[0] < 0.06, f"{before}: {row}"
    before = at, number, session
assert not is_stalled or any(float(row["late"]) > 1.2 for row in rows), "nothing was late"
keys = sum(row["key"] in ("1", "true") for row in rows)
print(f"{len(rows)} packets, {keys} key frames, {before[2] + 1} sessions,"
      f" {1000 * max(float(row['late']) for row in rows):.0f} ms late at most")
