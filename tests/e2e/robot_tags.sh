#!/bin/sh
# examples/robot/tags.pkd: a camera sees a tag whose place is known, and the robot hears where it is, as a Pose3d.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream detect.tags target.scene nt4.server net.mjpeg draw.no_signal
needs python3
export PYTHONPATH="$e2e/lib:$e2e/nt4" PYTHONDONTWRITEBYTECODE=1
PKD_DIR=$PWD/run
export PKD_DIR

build "$ROOT/examples/robot/tags.pkd" -D USB=false -o eyes
build "$e2e/robot/server.pkd" -o server
build "$e2e/robot/tag.pkd" -o tag
at_most 30 python3 "$e2e/robot/tags.py" ./server ./tag ./eyes >said 2>&1 || fail 'the pose' said
note "$(cat said)"
