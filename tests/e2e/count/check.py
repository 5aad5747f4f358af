"""Counts once more what street.csv says, from its objects and tracks alone, and in other ways."""
import csv
import json
import math
import statistics
import sys

NAN = float("nan")
csv.field_size_limit(1 << 24)
rows = list(csv.DictReader(open(sys.argv[1])))
wrong = []
seen = {"crossings": 0, "stays": 0, "ended": 0, "in zones": 0, "near": 0, "groups": 0}


def same(row, what, a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        if abs(a - b) <= 1e-6 * max(1, abs(b)):
            return
    elif a == b:
        return
    wrong.append(f"frame {row['frame']}: {what} is {a}, not {b}")


def cut(box):
    """The part of a box within the frame, as left, top, right, bottom; None for none."""
    x, y, w, h = (box[k] for k in "xywh")
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, 1), min(y + h, 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def feet(box):
    part = cut(box)
    return part and ((part[0] + part[2]) / 2, min(part[3], 1 - 1e-9))


def winds(zone, p):
    """Whether an outline goes round a point: the sum of the angles under which it sees the edges."""
    angle = 0
    for (ax, ay), (bx, by) in zip(zone, zone[1:] + zone[:1]):
        ax, ay, bx, by = ax - p[0], ay - p[1], bx - p[0], by - p[1]
        angle += math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    return abs(angle) > math.pi


def clip(zone, part):
    """A zone cut to a box, edge by edge (Sutherland and Hodgman), and its area."""
    for axis, sign, bound in (0, 1, part[0]), (1, 1, part[1]), (0, -1, part[2]), (1, -1, part[3]):
        cut_zone = []
        for a, b in zip(zone, zone[1:] + zone[:1]):
            da, db = sign * (a[axis] - bound), sign * (b[axis] - bound)
            if da >= 0:
                cut_zone.append(a)
            if da * db < 0:
                t = da / (da - db)
                cut_zone.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        zone = cut_zone
        if not zone:
            return 0
    return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(zone, zone[1:] + zone[:1]))) / 2


PIXELS = [[(0, 0), (384, 0), (384, 576), (0, 576)], [(100, 300), (700, 250), (768, 400), (60, 450)]]
ZONES = [[(x / 768, y / 576) for x, y in zone] for zone in PIXELS]
CONVEX = [(0, 0), (0.5, 0.1), (0.9, 0.6), (0.3, 0.9)]
MIDDLE = [(0.25, 0), (0.75, 0), (0.75, 1), (0.25, 1)]

sides = [{}, {}]            # of each line: the side where an id was last clear of it
left, right = [0, 0], [0, 0]
visits, previous = {}, None  # of each id: first and last time; the frame's time before
events, numbers, times = [], [], []

for row in rows:
    found, tracks = json.loads(row["found"]), json.loads(row["tracks"])
    now = round(float(row["time_s"]) * 1e9)

    # ---- Zones ----
    inside = [[winds(zone, feet(o["box"])) if feet(o["box"]) else False for zone in ZONES] for o in found]
    same(row, "zones", json.loads(row["zones"]), [sum(i[k] for i in inside) for k in range(2)])
    due = [(k + 1, o["box"]["x"]) for o, i in zip(found, inside) for k in range(2) if i[k]]
    same(row, "inside", [(i["zone"], i["x"]) for i in json.loads(row["inside"])], due)
    seen["in zones"] += len(due)
    parts = [cut(t["object"]["box"]) for t in tracks]
    same(row, "overlap", int(row["overlap"]), sum(1 for part in parts if part and clip(CONVEX, part) > 1e-12))

    # ---- Lines: one is level at y = 0.6, one upright at x = 0.5 and goes down, so that its right is at x < 0.5 ----
    crossings = []
    for track in tracks:
        ident, p = track["object"]["id"], feet(track["object"]["box"])
        if not ident or track["state"] != "seen" or not p:
            continue
        for k, off in enumerate((p[1] - 0.6, 0.5 - p[0])):
            before = sides[k].get(ident)
            side = 1 if off > 0 else -1
            if abs(off) <= 0.005:
                continue
            sides[k][ident] = side
            if before is not None and side != before:
                crossings.append((k + 1, ident, "right" if side > 0 else "left"))
                (right if side > 0 else left)[k] += 1
    same(row, "crossings", [(c["line"], c["id"], c["to"]) for c in json.loads(row["crossings"])], crossings)
    same(row, "left", json.loads(row["left"]), left)
    same(row, "right", json.loads(row["right"]), right)
    seen["crossings"] += len(crossings)

    # ---- Stays: an absence of at most half a second does not end one ----
    ended = []
    here = [t["object"]["id"] for t in tracks if t["object"]["id"] and t["state"] == "seen"
            and feet(t["object"]["box"]) and winds(MIDDLE, feet(t["object"]["box"]))]
    for ident in list(visits):
        first, last = visits[ident]
        if now - last > 500_000_000 and not (ident in here and last == previous):
            ended.append((ident, (last - first) / 1e9))
            del visits[ident]
    for ident in here:
        visits[ident] = (visits.get(ident, (now, now))[0], now)
    due = sorted((i, round((now - visits[i][0]) / 1e9, 6)) for i in here)
    got = sorted((s["id"], round(float(s["time"]), 6)) for s in json.loads(row["stays"]))
    same(row, "stays", got, due)
    got = sorted((s["id"], round(float(s["time"]), 6)) for s in json.loads(row["ended"]))
    same(row, "ended", got, sorted((i, round(t, 6)) for i, t in ended))
    seen["stays"] += len(here)
    seen["ended"] += len(ended)
    previous = now

    # ---- Numbers over time ----
    times.append(now)
    if len(times) > 1:
        events.append((now, len(crossings)))
    passed = min(3_000_000_000, now - times[0])
    recent = sum(n for at, n in events if now - at < 3_000_000_000)
    same(row, "rate", float(row["rate"]), recent / (passed / 1e9) if passed else -1)
    over = min(10, len(times) - 1)
    same(row, "fps", float(row["fps"]), over * 1e9 / (now - times[-1 - over]) if over else -1)
    same(row, "mean", float(row["mean"]), (len(times) - 1) * 1e9 / (now - times[0]) if over else -1)
    numbers.append(len(found))
    last = sorted(numbers[-20:])
    for name, some in ("all", numbers), ("recent", last):
        same(row, name + ".n", int(row[name + ".n"]), len(some))
        same(row, name + ".min", float(row[name + ".min"]), min(some))
        same(row, name + ".max", float(row[name + ".max"]), max(some))
        same(row, name + ".mean", float(row[name + ".mean"]), statistics.fmean(some))
        same(row, name + ".deviation", float(row[name + ".deviation"]), statistics.pstdev(some))
    same(row, "recent.median", float(row["recent.median"]), statistics.median(last))
    at = 0.95 * (len(last) - 1)
    low = last[math.floor(at)]
    same(row, "recent.quantile", float(row["recent.quantile"]), low + (at - math.floor(at)) * (last[math.ceil(at)] - low))

    # ---- Places ----
    places = [((b["x"] + b["w"] / 2 - 0.5) * 2.5 / b["h"], (b["y"] + b["h"] / 2 - 0.5) * 2.5 / b["h"],
               1.14 * 2.5 / b["h"]) for b in (o["box"] for o in found)]
    for got, place in zip(json.loads(row["places"]), places):
        for axis, value in zip("xyz", place):
            same(row, "a place", got[axis], value)
    near = [any(math.dist(a, b) < 2 for k, b in enumerate(places) if k != i) for i, a in enumerate(places)]
    same(row, "near", json.loads(row["near"]), near)
    groups = []
    for i in range(len(places)):
        joined = [g for g in groups if any(math.dist(places[i], places[k]) <= 3 for k in g)]
        groups = [g for g in groups if g not in joined] + [sum(joined, []) + [i]]
    groups.sort(key=min)
    same(row, "groups", json.loads(row["groups"]), [next(n + 1 for n, g in enumerate(groups) if i in g)
                                                     for i in range(len(places))])
    same(row, "sizes", json.loads(row["sizes"]), [len(g) for g in groups])
    same(row, "large", json.loads(row["large"]), [n + 1 for n, g in enumerate(groups) if len(g) > 1])
    seen["near"] += sum(near)
    seen["groups"] += sum(len(g) > 1 for g in groups)

print(len(rows), "rows:", ", ".join(f"{n} {what}" for what, n in seen.items()))
wrong += [f"nothing was seen of {what}" for what, n in seen.items() if n == 0]
if len(rows) != int(sys.argv[2]):
    wrong.append(f"{len(rows)} rows, not {sys.argv[2]}")
print("\n".join(wrong[:20]))
sys.exit(bool(wrong))
