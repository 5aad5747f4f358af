#!/bin/sh
# A program that is looked at slowly, or by who does not read at all, makes, delivers and loses what it does alone; no
# picture is torn.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
at_most 60 python3 "$e2e/pypkd/slow.py" >out 2>&1 || fail 'a slow tap'
note "$(cat out)"
