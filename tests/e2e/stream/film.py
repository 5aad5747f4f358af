"""Raw gray pictures to standard output, the n-th of which shows n: film.py N"""
import sys

for number in range(int(sys.argv[1])):
    row = b"".join((b"\xff" if number >> bit & 1 else b"\x00") * 8 for bit in range(16))
    sys.stdout.buffer.write(row * 16)
