#!/usr/bin/env python3
"""Makes the figures that the tests of stdlib/signal compare with, by NumPy and SciPy (Debian: python3-scipy).

The tests read the files and need neither. A file has a line with the number of its columns, one with the parameters
of each (four numbers a column), and then the rows. `input.txt` has capture times (s), which jitter, and numbers.
"""
import os
import numpy as np
from scipy import signal

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 100.0  # Hz
ROWS = 240


def write(name, params, columns):
    with open(os.path.join(HERE, name + ".txt"), "w") as file:
        file.write("%d\n" % len(columns))
        for p in params:
            file.write(" ".join("%.17g" % x for x in list(p) + [0] * (4 - len(p))) + "\n")
        for row in zip(*columns):
            file.write(" ".join("%.13g" % x for x in row) + "\n")


rng = np.random.default_rng(14)
even = np.arange(ROWS) / RATE
times = np.round(even + rng.uniform(-0.003, 0.003, ROWS), 9)
x = 2.5 + np.sin(2 * np.pi * 3 * even) + 0.5 * np.sin(2 * np.pi * 21.3 * even) + rng.normal(0, 0.2, ROWS)
x[120:] += 1.5
x = np.array([float("%.12g" % v) for v in x])
times = np.array([float("%.12g" % v) for v in times])
write("input", [[], []], [times, x])


def filters(name, kind, cases):
    columns = []
    for order, low, high, steady in cases:
        at = [low, high] if high else low
        sos = signal.butter(order, at, kind, fs=RATE, output="sos")
        zi = signal.sosfilt_zi(sos) * (x[0] if steady else 0)
        columns.append(signal.sosfilt(sos, x, zi=zi)[0])
    write(name, cases, columns)


filters("lowpass", "lowpass", [(1, 8, 0, 1), (2, 8, 0, 0), (3, 30, 0, 1), (5, 12, 0, 1), (8, 10, 0, 1), (8, 49, 0, 0)])
filters("highpass", "highpass", [(1, 3, 0, 1), (2, 3, 0, 0), (4, 20, 0, 1), (7, 5, 0, 1)])
filters("bandpass", "bandpass", [(1, 0.5, 45, 1), (1, 2, 4, 0), (2, 5, 15, 1), (3, 5, 15, 1), (8, 10, 30, 0)])
filters("bandstop", "bandstop", [(1, 20, 23, 1), (2, 9, 11, 0), (3, 1, 40, 1), (4, 18, 25, 1)])


def windowed(name, function, sizes):
    write(name, [[n] for n in sizes], [[function(x[max(0, i - n + 1):i + 1]) for i in range(ROWS)] for n in sizes])


windowed("median", np.median, [1, 4, 5, 31])
windowed("rms", lambda w: np.sqrt(np.mean(w ** 2)), [1, 10, 100])
windowed("rms_centred", np.std, [2, 10, 100])


def slopes(t, n, degree):
    """The first row has none."""
    out = [0.0]
    for i in range(1, len(t)):
        at = slice(max(0, i - n + 1), i + 1)
        d = min(degree, len(t[at]) - 1)
        out.append(np.polynomial.Polynomial.fit(t[at], x[at], d).deriv()(t[i]))
    return out


cases = [(2, 1), (5, 1), (9, 2), (25, 4)]
write("derivative", cases, [slopes(times, *c) for c in cases])
# Of evenly spaced values, Savitzky and Golay's own coefficients.
golay = []
for n, degree in [(5, 1), (9, 2), (15, 3)]:
    weights = signal.savgol_coeffs(n, degree, deriv=1, delta=1 / RATE, pos=n - 1, use="dot")
    golay.append([0.0] * (n - 1) + [weights @ x[i - n + 1:i + 1] for i in range(n - 1, ROWS)])
write("savgol", [(5, 1), (9, 2), (15, 3)], golay)

N = 64
shapes = ["boxcar", "hann", "hamming", "blackman", "flattop"]
columns = []
for shape in shapes:
    w = signal.get_window(shape, N)
    part = x[16:16 + N]  # the second spectrum with hop 16
    bins = np.abs(np.fft.rfft((part - part.mean()) * w)) / w.sum()
    bins[1:-1] *= 2
    columns.append(bins)
write("fft", [[i] for i in range(len(shapes))], columns)

grid = times[0] + np.arange(int((times[-1] - times[0]) * 37) + 1) / 37
write("resample", [[37]], [np.interp(grid, times, x)])

decimated = [signal.resample_poly(x, 1, by, padtype="edge") for by in (2, 5, 12)]
for by, values in zip((2, 5, 12), decimated):
    write("decimate_%d" % by, [[by]], [values])


def one_euro(min_cutoff, beta, d_cutoff):
    """The algorithm of the paper, line by line."""
    def alpha(cutoff, te):
        tau = 1 / (2 * np.pi * cutoff)
        return 1 / (1 + tau / te)

    before, speed = x[0], 0.0
    out = [before]
    for i in range(1, ROWS):
        te = times[i] - times[i - 1]
        dx = (x[i] - before) / te
        a = alpha(d_cutoff, te)
        speed = a * dx + (1 - a) * speed
        a = alpha(min_cutoff + beta * abs(speed), te)
        before = a * x[i] + (1 - a) * before
        out.append(before)
    return out


cases = [(1.0, 0.0, 1.0), (1.0, 0.7, 1.0), (0.3, 0.05, 5.0)]
write("one_euro", cases, [one_euro(*c) for c in cases])
