#!/bin/sh
# The parts of pkd from Python by themselves: values of hostile bytes, and programs that say what none says.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

NUMPY=no at_most 30 python3 "$e2e/pypkd/unit.py" >out 2>&1 || fail 'without NumPy'
for python in python3 /usr/bin/python3; do
	"$python" -c 'import numpy' 2>/dev/null || continue
	at_most 30 "$python" "$e2e/pypkd/unit.py" >out 2>&1 || fail 'with NumPy'
	break
done
