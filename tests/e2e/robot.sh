#!/bin/sh
# examples/robot in a match, in short: a robot that serves NetworkTables, a dashboard, cameras with a target whose
# distance is known, lights at a serial port, and processes that stop. e2e/robot_peers has real peers, and all processes.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream target.tapes nt4.server net.mjpeg draw.no_signal
needs python3 ffmpeg
export PYTHONPATH="$e2e/lib:$e2e/nt4:$e2e/robot" PYTHONDONTWRITEBYTECODE=1
PKD_DIR=$PWD/run
export PKD_DIR
example=$ROOT/examples/robot

build "$example/robot.pkd" -D USB=false -o eyes
build "$e2e/robot/server.pkd" -o server
for node in cam mask pair aim say shown drive_cam led; do
	grep -q ">$node" "$example/graph.svg" || fail "graph.svg is older than the program: it has no $node"
done

at_most 60 python3 "$e2e/robot/scenario.py" ./server ./eyes >said 2>&1 || fail 'the match' said
note "$(cat said)"
