#!/bin/sh
# The nodes of `signal`, killed again and again: the same tables to the byte as without a kill.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
export PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1

cat >signals.pkd <<'END_PKD'
use signal
use table

type Axes { x: f64, y: f32, name: string<8> }

/// Two waves and a spike, at times that are not quite even; some numbers are none, and there is a gap.
node source() -> (axes: Axes) {
    origin paced
    persistent state n: u64
    step {=
        uint64_t n = ++state->n;
        int64_t jitter = (int64_t)(n * 7919 % 13) - 6;

        if (n > 4000)
            return PKD_SKIP;
        nanosleep(&(struct timespec){0, 200000}, NULL);
        out->axes->x = n % 701 == 0 ? NAN : sin(0.05 * (double)n) + 0.3 * sin(1.9 * (double)n);
        out->axes->y = n % 97 == 0 ? 9.0F : (float)cos(0.01 * (double)n);
        pkd_string_set(&out->axes->name, n % 2 ? "odd" : "even");
        pkd_set_time(ctx, (int64_t)n * 1000000 + jitter * 20000 + (n > 2500 ? 3000000000 : 0));
    =}
}

pipeline signals() {
    raw = source()
    low = signal.lowpass(raw, cutoff: 20Hz, rate: 1kHz, order: 5)
    high = signal.highpass(raw, cutoff: 5Hz, rate: 1kHz, order: 3, begin: zero)
    band = signal.bandpass(raw, low: 2Hz, high: 30Hz, rate: 1kHz, order: 8)
    stop = signal.bandstop(raw, low: 290Hz, high: 310Hz, rate: 1kHz)
    middle = signal.median(raw, N: 5)
    loud = signal.rms(raw, N: 40, centred: true)
    speed = signal.derivative(raw, N: 9, degree: 2)
    calm = signal.one_euro(raw, beta: 0.5)
    spectrum = signal.fft(raw.y, N: 128, hop: 20)
    even = signal.resample(raw, rate: 700Hz)
    few = signal.decimate(raw, BY: 8)
    t[0] = table.csv({ low: low, high: high, band: band, stop: stop }, path: "filters.csv")
    t[1] = table.csv({ middle: middle, loud: loud, calm: calm }, path: "windows.csv")
    t[2] = table.csv(speed, path: "speed.csv")
    t[3] = table.csv({ peak: spectrum.peak, all: spectrum.magnitudes }, path: "spectrum.csv")
    t[4] = table.csv(even, path: "even.csv")
    t[5] = table.csv(few, path: "few.csv")
}
deploy signals {
    on crash of raw, low, high, band, stop, middle, loud, speed, calm, spectrum, even, few { restart 1000 per 60s }
}
END_PKD
build signals.pkd -o signals

cat >kill.py <<'END_PY'
import glob, os, random, signal, subprocess, time
from console import children, title

NODES = {"low", "high", "band", "stop", "middle", "loud", "speed", "calm", "spectrum", "even", "few", "raw"}
random.seed(3)

def run(kills):
    program = subprocess.Popen(["./signals", "--quiet"], stderr=open("out", "w"))
    killed = set()
    n = 0
    while program.poll() is None:
        nodes = [pid for pid in children(program.pid) if title(pid) in NODES]
        if nodes and n < kills:
            pid = random.choice(nodes)
            killed.add(title(pid))
            try:
                os.kill(pid, signal.SIGKILL)
                n += 1
            except ProcessLookupError:
                pass
        time.sleep(random.random() * 0.01)
    assert program.returncode == 0, open("out").read()
    return n, killed, {name: open(name).read() for name in sorted(glob.glob("*.csv"))}

_, _, wanted = run(0)
assert len(wanted) == 6 and len(wanted["filters.csv"].splitlines()) == 4001
n, killed, found = run(150)
for name in wanted:
    if found[name] != wanted[name]:
        pairs = zip(wanted[name].splitlines(), found[name].splitlines())
        raise SystemExit(f"{name}: " + "\n".join(next(p for p in pairs if p[0] != p[1])))
print(f"{n} kills of {', '.join(sorted(killed))}: the same, {len(wanted['even.csv'].splitlines()) - 1} values at 700 Hz")
END_PY
at_most 60 python3 kill.py >out.py 2>&1 || fail 'the tables are not the same' out.py
cat out.py
exit 0
