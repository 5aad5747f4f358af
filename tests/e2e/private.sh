#!/bin/sh
# A private stream, and what is computed from it, is seen by nobody from outside: not in an answer of the console,
# nor in the memory of the console's process, so that who takes that over has nothing, either.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
export PATH="$B:$PATH"
cp "$e2e/private/private.pkd" .
build private.pkd -o marked
place=$(awk '/^    private hidden/ { print NR ":5" }' private.pkd)
at_most 60 python3 "$e2e/private/private.py" "$place" >out 2>&1 || fail 'what is seen' out
cat out
