#!/bin/sh
# net.mjpeg in Chromium: a page reads the number of each picture from its own pixels. With the next part's header sent
# ahead it is the newest picture; sent as other clients expect it, the one before. The first must be so, and the second
# shows that the test can tell.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node net.mjpeg
needs python3 node chromium
[ -d "$ROOT/build/npm/node_modules/playwright-core" ] || skip 'playwright-core is not there (tests/setup.sh --tests)'

build "$e2e/mjpeg/mjpeg.pkd" -o mjpeg
start ./mjpeg --film.period 200ms
is_listening() { grep -q 'the pictures are at' out; }
within 10 is_listening || fail 'it does not listen'
address=$(sed -n 's,.*the pictures are at \(http://[0-9.:]*/\)$,\1,p' out)
CHROMIUM=$(command -v chromium) HOME=$PWD TMPDIR=$PWD \
	at_most 60 node "$e2e/mjpeg/browser.js" "$ROOT/build/npm" "$address" 3 >seen 2>said || fail 'the browser does not show it' said
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "status $status"
python3 "$e2e/mjpeg/framing.py" made.csv seen >said 2>&1 || fail 'what is shown' said
note "$(cat said)"
