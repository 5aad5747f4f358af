"""damage.py RING: flips bits of it, the same ones each time."""
import random
import sys

random.seed(5)
with open(sys.argv[1], "r+b") as ring:
    for _ in range(40):
        at = random.randrange(4096, 3 << 20)
        ring.seek(at)
        byte = ring.read(1)[0]
        ring.seek(at)
        ring.write(bytes([byte ^ 1 << random.randrange(8)]))
