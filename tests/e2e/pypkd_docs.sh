#!/bin/sh
# Every block of docs/python-client.md.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PATH="$B:$PATH"
at_most 60 python3 "$e2e/pypkd/page_blocks.py" "$ROOT/docs/python-client.md" >out 2>&1 || fail 'docs/python-client.md'
