#!/bin/sh
# How the time of `pkdc check` grows with the number of nodes, for pipelines of several shapes; of
# `written` that of `pkdc build --c-only`, of `parts` that of a build, with the C compiler's.
#
#   tests/bench/compiler.sh [SHAPE...]      with PKDC, SIZES ("10 100 1000 10000"), RUNS (5) and
#                                           COMMAND ("check", or "fmt --check" …), for all shapes
#
# A row is the median of the CPU's milliseconds for each size. The exponent is that of the last step
# up in size, less what an empty pipeline takes: 1 is linear, 2 quadratic. Nothing is asserted.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
PKDC=${PKDC:-$root/build/pkdc}
SIZES=${SIZES:-10 100 1000 10000}
RUNS=${RUNS:-5}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pkd-bench.XXXXXX")
export tmp
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# median SHAPE N: of the CPU's time, in microseconds, for other programs may run beside. The status
# counts for nothing: some shapes are full of mistakes.
median() {
	python3 "$root/tests/bench/pipelines.py" "$1" "$2" >"$tmp/p.pkd"
	command=${COMMAND:-check}
	[ "$1" = written ] && command=${COMMAND:-build --c-only --keep-c=$tmp/c}
	[ "$1" = parts ] && command=${COMMAND:-build -o $tmp/parts}
	# shellcheck disable=SC2086 # words
	python3 -c 'import os, subprocess, sys, tempfile
times = []
for _ in range(int(sys.argv[1])):
    os.environ["PKD_CACHE"] = tempfile.mkdtemp(dir=os.environ["tmp"]) # nothing is built yet
    child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    usage = os.wait4(child.pid, 0)[2]
    times.append(usage.ru_utime + usage.ru_stime)
print(int(sorted(times)[len(times) // 2] * 1e6))' "$RUNS" "$PKDC" $command "$tmp/p.pkd"
}

# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(python3 "$root/tests/bench/pipelines.py")
empty=$(median chain 3)
printf '%-10s' ms
for size in $SIZES; do printf '%10s' "$size"; done
printf '%10s\n' exponent
for shape in "$@"; do
	printf '%-10s' "$shape"
	rows=
	for size in $SIZES; do
		time=$(median "$shape" "$size")
		awk -v t="$time" 'BEGIN { printf "%10.1f", t / 1000 }'
		rows="$rows $size $time"
	done
	echo "$rows" | awk -v empty="$empty" '{
		small = $(NF - 2) - empty; large = $NF - empty
		if (NF < 4 || small <= 0 || large <= 0)
			printf "%10s\n", "-"
		else
			printf "%10.2f\n", log(large / small) / log($(NF - 1) / $(NF - 3))
	}'
done
