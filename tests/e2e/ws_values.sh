#!/bin/sh
# net.ws_values: each value as JSON for who reads, the newest for who comes late or reads slowly.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node net.ws_values
needs python3

build "$e2e/ws_values/ws_values.pkd" -o ws_values
echo ours >token
start ./ws_values --token @token
is_listening() { grep -q 'the values are at' out; }
within 10 is_listening || fail 'it does not listen'
grep -q '/ws/values?token=…$' out || fail 'the token is shown, or none is asked for'
address=$(sed -n 's,.*the values are at ws://\([0-9.:]*\)/.*,\1,p' out)
at_most 30 python3 "$e2e/ws_values/clients.py" "$e2e/ws_video/ws.py" "$address" >said 2>&1 || fail 'a client' said
note "$(cat said)"
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "status $status"
