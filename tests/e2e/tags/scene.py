# What a robot's camera sees of a field with AprilTags, by a renderer of its own: for each point of the
# picture, which tag it is on.
#
#   scene.py frames COUNT   shot0001.pgm …, field.json, camera.yml; prints the robot's places, a line each
#   scene.py picture FILE   one picture
#   scene.py check ROBOT TAGS    compares what the nodes have written with the places on standard input
import csv
import json
import math
import sys

W, H, F = 640, 480, 500.0
SIZE = 0.2  # of the black square, 8 of 10 bits
BITS = {
    1: "1111111111 1000000001 1011011001 1001011101 1011110001 1001100001 1010110101 1000100101 1000000001 1111111111",
    2: "1111111111 1000000001 1011011101 1001001001 1010000001 1000100101 1000010001 1000111001 1000000001 1111111111",
    3: "1111111111 1000000001 1011100101 1000011101 1010011101 1010100101 1011001001 1001100001 1000000001 1111111111",
    4: "1111111111 1000000001 1011101001 1011110001 1010111101 1000101001 1010000001 1010001001 1000000001 1111111111",
}
# Tags on the wall x = 0, and on y = 2.5: place, and which way they look (degrees).
TAGS = {1: (0.0, 1.0, 0.6, 0), 2: (0.0, 1.7, 0.8, 0), 3: (0.7, 2.5, 0.6, -90), 4: (0.0, 1.0, 1.0, 0)}
MOUNT = (0.1, -0.05, 0.7)  # of the camera on the robot; it looks ahead


def robot(i):
    return 1.6 + 0.08 * i, 1.2 + 0.04 * i, 165 - 2.5 * i


def axes(degrees):
    a = math.radians(degrees)
    return (math.cos(a), math.sin(a)), (-math.sin(a), math.cos(a))


class Camera:
    def __init__(self, x, y, yaw):
        ahead, left = axes(yaw)
        self.at = (x + ahead[0] * MOUNT[0] + left[0] * MOUNT[1], y + ahead[1] * MOUNT[0] + left[1] * MOUNT[1], MOUNT[2])
        self.ahead, self.left = ahead, left

    def sees(self, p):
        """A place of the field in pixels, and how far ahead it is."""
        dx, dy, dz = (p[k] - self.at[k] for k in range(3))
        z = dx * self.ahead[0] + dy * self.ahead[1]
        x = -(dx * self.left[0] + dy * self.left[1])
        return (x / z * F + W / 2, -dz / z * F + H / 2, z) if z > 0.1 else None

    def ray(self, u, v):
        x, y = (u - W / 2) / F, (v - H / 2) / F
        return (self.ahead[0] - x * self.left[0], self.ahead[1] - x * self.left[1], -y)


def draw(pixels, camera, tag, steps):
    x, y, z, yaw = TAGS[tag]
    out, _ = axes(yaw)
    right = (-out[1], out[0])  # of who looks at it
    whole = SIZE / 8 * 10
    rows = BITS[tag].split()
    corners = [camera.sees((x + s * right[0] * whole / 2, y + s * right[1] * whole / 2, z + t * whole / 2))
               for s in (-1, 1) for t in (-1, 1)]
    if not all(corners):
        return
    us, vs = [c[0] for c in corners], [c[1] for c in corners]
    for v in range(max(0, int(min(vs))), min(H, int(max(vs)) + 2)):
        for u in range(max(0, int(min(us))), min(W, int(max(us)) + 2)):
            light, n = 0, 0
            for k in range(steps * steps):
                ray = camera.ray(u + (k % steps + 0.5) / steps, v + (k // steps + 0.5) / steps)
                t = ray[0] * out[0] + ray[1] * out[1]
                if t >= 0:
                    continue
                t = ((x - camera.at[0]) * out[0] + (y - camera.at[1]) * out[1]) / t
                p = [camera.at[i] + t * ray[i] for i in range(3)]
                a = ((p[0] - x) * right[0] + (p[1] - y) * right[1]) / whole * 10 + 5
                b = (z - p[2]) / whole * 10 + 5
                if 0 <= a < 10 and 0 <= b < 10:
                    light += 235 if rows[int(b)][int(a)] == "1" else 20
                    n += 1
            if n:
                old = pixels[v * W + u]
                pixels[v * W + u] = (light + old * (steps * steps - n)) // (steps * steps)


def picture(path, place, steps):
    pixels = bytearray(150 + (u // 40 + v // 40) % 2 * 12 for v in range(H) for u in range(W))
    for tag in TAGS:
        draw(pixels, Camera(*place), tag, steps)
    with open(path, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (W, H) + pixels)


def frames(n):
    for i in range(n):
        picture("shot%04d.pgm" % (i + 1), robot(i), 3)
        print(*robot(i))
    tags = []
    for tag, (x, y, z, yaw) in TAGS.items():
        half = math.radians(yaw) / 2
        turn = {"W": math.cos(half), "X": 0.0, "Y": 0.0, "Z": math.sin(half)}
        tags.append({"ID": tag, "pose": {"translation": {"x": x, "y": y, "z": z}, "rotation": {"quaternion": turn}}})
    with open("field.json", "w") as file:
        json.dump({"tags": tags, "field": {"length": 8.0, "width": 4.0}}, file, indent=1)
    with open("camera.yml", "w") as file:
        # The middle of the first pixel is 0, 0 there.
        file.write("image_width: %d\nimage_height: %d\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
                   "  data: [%r, 0.0, %r, 0.0, %r, %r, 0.0, 0.0, 1.0]\n"
                   "distortion_model: plumb_bob\ndistortion_coefficients:\n  rows: 1\n  cols: 5\n"
                   "  data: [0.0, 0.0, 0.0, 0.0, 0.0]\n" % (W, H, F, W / 2 - 0.5, F, H / 2 - 0.5))


def check(robots, tags):
    wanted = [tuple(map(float, line.split())) for line in sys.stdin]
    rows = list(csv.DictReader(open(robots)))
    assert len(rows) == len(wanted), "%d rows of %d" % (len(rows), len(wanted))
    far = turned = 0.0
    for row, (x, y, yaw) in zip(rows, wanted):
        far = max(far, math.dist((x, y, 0), [float(row[k]) for k in "xyz"]))
        seen = math.degrees(2 * math.atan2(float(row["qz"]), float(row["qw"])))
        turned = max(turned, abs((seen - yaw + 180) % 360 - 180))
        assert int(row["used"]) >= 2, row
    apart, n = 0.0, 0
    for place, line in zip(wanted, open(tags)):
        camera = Camera(*place)
        for tag in json.loads(line)["tags"]:
            u, v, z = camera.sees(TAGS[tag["id"]][:3])
            apart = max(apart, abs(tag["pose"]["z"] - z) / z)
            assert math.dist((u / W, v / H), (tag["centre"]["x"], tag["centre"]["y"])) < 0.002, tag
            assert tag["family"] == "tag36h11" and tag["hamming"] == 0, tag
            assert 0 <= tag["ambiguity"] <= 1 and len(tag["corners"]) == 4, tag
            n += 1
    print("%d frames, %d tags: the robot within %.1f mm and %.2f degrees, tags within %.2f %%"
          % (len(rows), n, far * 1000, turned, apart * 100))
    assert far < 0.02 and turned < 0.5 and apart < 0.01 and n >= 2 * len(rows)


if sys.argv[1] == "frames":
    frames(int(sys.argv[2]))
elif sys.argv[1] == "picture":
    picture(sys.argv[2], (1.75, 1.35, 155), 4)
else:
    check(*sys.argv[2:])
