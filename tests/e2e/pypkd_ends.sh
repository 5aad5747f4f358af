#!/bin/sh
# A program that Python has started leaves nothing behind: Python ends, is killed, is interrupted, or forks; the program
# dies, is killed, hangs or loses its console.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
at_most 60 python3 "$e2e/pypkd/ends.py" >out 2>&1 || fail 'an end'
cat out
