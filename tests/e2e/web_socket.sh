#!/bin/sh
# --serve: the files of the page, and the console's protocol over WebSockets: who is answered, several clients, limits,
# the end, and a program without libpkd_web.so.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
[ -e "$B/lib/libpkd_web.so" ] || skip 'libpkd_web.so is left out: a library of it is missing'

export PKD_DIR="$PWD/place"
awk '/^```pkd$/ { takes = !done; next } /^```$/ { if (takes) done = 1; takes = 0 } takes' \
	"$ROOT/docs/protocol.md" >blink.pkd
build blink.pkd -o blink
PYTHONPATH=$e2e/web at_most 20 python3 -B "$e2e/web/web_socket.py" >said 2>&1 || fail 'web_socket.py' said
