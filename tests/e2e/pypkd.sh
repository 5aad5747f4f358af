#!/bin/sh
# pkd from Python: a program is built, run, asked, told and looked at, with NumPy and without it; what is wrong is an
# exception that says so.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
NUMPY=no at_most 60 python3 "$e2e/pypkd/asks.py" >out 2>&1 || fail 'without NumPy'
cat out
# That of the PATH need not be the one that Debian's packages are for.
for python in python3 /usr/bin/python3; do
	"$python" -c 'import numpy' 2>/dev/null || continue
	at_most 60 "$python" "$e2e/pypkd/asks.py" >out 2>&1 || fail 'with NumPy'
	cat out
	break
done
