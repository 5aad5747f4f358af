#!/bin/sh
# What a notebook shows of pkd, in Chromium: graphs whose boxes are apart and hold their words, pictures whose pixels
# have their colours, reports and tables.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 node chromium
[ -d "$ROOT/build/npm/node_modules/playwright-core" ] || skip 'playwright-core is not there (tests/setup.sh --tests)'

export PKD_DIR="$PWD/place"
for python in /usr/bin/python3 python3; do
	"$python" -c 'import numpy' 2>/dev/null && break
done
# Without NumPy there is no picture of 16 bits.
"$python" -c 'import numpy' 2>/dev/null || skip 'NumPy is not installed'
at_most 60 "$python" "$e2e/pypkd/page.py" page.html >out 2>&1 || fail 'the page'
CHROMIUM=$(command -v chromium) HOME=$PWD TMPDIR=$PWD \
	at_most 60 node "$e2e/pypkd/page.js" "$ROOT/build/npm" page.html "${PICTURE:-page.png}" >seen 2>out || fail 'what is shown'
