"""Looks at a live playlist for a while by the rules of RFC 8216: rules.py URL SECONDS [AFTER]. AFTER is a playlist of the run
before: what comes now has higher numbers. Writes the last playlist to standard output."""
import math, re, sys, time, urllib.error, urllib.request

url, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
base, _, query = url.partition("?")


def number(text, tag):
    found = re.findall(rf"^#EXT-X-{tag}:(\d+)$", text, re.M)
    assert len(found) == 1, f"{tag}: {found}"
    return int(found[0])


def read(text):
    """The target, and of each segment: number, discontinuity number, duration, address, map."""
    assert text.startswith("#EXTM3U\n"), text
    assert number(text, "VERSION") >= 6, "EXT-X-MAP needs version 6"
    target, sequence = number(text, "TARGETDURATION"), number(text, "MEDIA-SEQUENCE")
    apart, first, duration, segments = number(text, "DISCONTINUITY-SEQUENCE"), None, None, []
    for line in text.splitlines():
        if line == "#EXT-X-DISCONTINUITY":
            apart += 1
        elif line.startswith("#EXT-X-MAP:"):
            first = re.fullmatch(r'#EXT-X-MAP:URI="([^"]+)"', line)[1]
        elif line.startswith("#EXTINF:"):
            duration = float(re.fullmatch(r"#EXTINF:(\d+\.\d+),", line)[1])
            assert math.floor(duration + 0.5) <= target, f"{duration} s of {target}"
        elif line and not line.startswith("#"):
            assert first and duration is not None, f"{line}: without a duration or a map"
            segments.append((sequence + len(segments), apart, duration, line, first))
            duration = None
    return target, segments


seen, targets, before, text = {}, set(), None, ""
if len(sys.argv) > 3:
    old = read(open(sys.argv[3]).read())[1]
    before = old[-1][0], old[-1][1]
    assert read(urllib.request.urlopen(url).read().decode())[1][0][0] > before[0], "a number was used before"
    assert read(urllib.request.urlopen(url).read().decode())[1][0][1] > before[1], "a discontinuity was numbered before"
while time.monotonic() < end:
    text = urllib.request.urlopen(url).read().decode()
    target, segments = read(text)
    targets.add(target)
    assert not before or segments[0][0] >= before[0], "the media sequence goes back"
    assert not before or segments[0][1] >= before[1], "the discontinuity sequence goes back"
    before = segments[0][:2]
    for segment in segments:
        assert seen.setdefault(segment[0], segment) == segment, f"{segment} was {seen[segment[0]]}"
    for path in {segments[0][3], segments[-1][3], segments[0][4]}:
        urllib.request.urlopen(base.rpartition("/")[0] + "/" + path).read()
    time.sleep(0.2)
assert len(targets) == 1, f"the target changes: {targets}"
assert sorted(seen) == list(range(min(seen), max(seen) + 1)), "numbers are missing"
assert len({segment[3] for segment in seen.values()}) == len(seen), "two segments have one address"
print(text, end="")
print(f"{len(seen)} segments, {len({s[1] for s in seen.values()})} parts, target {targets.pop()} s", file=sys.stderr)
