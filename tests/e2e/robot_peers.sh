#!/bin/sh
# A1: examples/robot beside real peers, all at once: FFmpeg as cameras, ntcore-ts-client as the dashboard, Chromium as what the
# driver looks at. `make peers` runs it, as it takes over a minute; A1_SECONDS=600 watches for ten minutes that nothing gets older.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream target.tapes nt4.server net.mjpeg draw.no_signal
needs python3 ffmpeg node chromium
NPM=$ROOT/build/npm
[ -d "$NPM/node_modules/playwright-core" ] && [ -d "$NPM/node_modules/ntcore-ts-client" ] ||
	skip 'playwright-core or ntcore-ts-client is not there (tests/setup.sh --tests)'
[ -n "${A1_SECONDS:-}" ] || skip 'make peers runs it'
export PYTHONPATH="$e2e/lib:$e2e/nt4:$e2e/robot" PYTHONDONTWRITEBYTECODE=1 NPM
PKD_DIR=$PWD/run
CHROMIUM=$(command -v chromium)
export PKD_DIR CHROMIUM

build "$ROOT/examples/robot/robot.pkd" -D USB=false -o eyes
build "$e2e/robot/server.pkd" -o server
build "$e2e/robot/slow.pkd" -o slow
"$PKDC" check --report -D USB=false "$ROOT/examples/robot/robot.pkd" >report 2>&1 || fail 'pkdc check --report' report
grep -Eq '^ *eye +network(, reads the file of --cam.ca)?$' report || fail 'the camera may do more than use the network' report
HOME=$PWD TMPDIR=$PWD at_most $((A1_SECONDS + 240)) python3 "$e2e/robot/a1.py" "$e2e/robot" ./server ./eyes ./slow >said 2>&1 ||
	fail 'A1' said
note "$(cat said)"
