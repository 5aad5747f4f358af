#!/bin/sh
# Nodes in Python at full speed, which are killed by SIGKILL one after the other: no reader sees parts of two frames, and
# state and outputs are those of a run without deaths, byte for byte.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

program=
trap '[ -z "$program" ] || kill -KILL "$program" 2>/dev/null' EXIT

build "$e2e/python_hammer/shots.pkd" -o hammer
./hammer --quiet >out 2>&1 || fail "hammer: status $?"
cut -d, -f1,3- digest.csv >wanted
[ "$(wc -l <wanted)" -eq 5001 ] || fail "not 5000 rows" wanted

./hammer --quiet >out 2>&1 &
program=$!
"$PKD_PYTHON" "$e2e/python_hammer/kill.py" "$program" "${PKD_KILLS:-8}" >killed 2>&1 || fail "kill.py" killed
wait "$program" || fail "hammer under kills: status $?"
program=
[ "$(tail -n 1 killed)" -gt 0 ] || fail "nothing was killed" killed
cut -d, -f1,3- digest.csv >got
cmp -s got wanted || fail "other outputs than without deaths" got
note "$(cat killed) killed"
