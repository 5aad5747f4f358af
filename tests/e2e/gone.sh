#!/bin/sh
# Clients that do not stay: what they asked for before they went is done, also before they were accepted; who has
# only closed its sending side has its answers.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
build "$e2e/line/line.pkd" --pipeline line -o line
cat >ask.py <<'END'
import glob, socket, sys

client = socket.socket(socket.AF_UNIX)
client.settimeout(60)
client.connect(glob.glob("place/*.sock")[0])
how, lines = sys.argv[1], sys.argv[2:]
if how == "late":
    client.recv(1)
client.sendall("".join(line + "\n" for line in lines).encode())
if how == "half":
    client.shutdown(socket.SHUT_WR)
    text = b""
    while piece := client.recv(65536):
        text += piece
    sys.stdout.write(text.decode())
client.close()
END
pause() { echo "{\"method\":\"pause\",\"parameters\":{\"nodes\":[\"$1\"]}}"; }
paused() { "$B/pkd" status --json 2>/dev/null | grep -q "\"name\":\"$1\".*\"paused\":true" ; }
n_paused() { "$B/pkd" status --json | grep -o '"paused":true' | wc -l; }
are_paused() { [ "$(n_paused)" -eq "$1" ]; }

start ./line --quiet
within 20 test -e "place/$pid.sock" || fail 'there is no socket'
"$B/pkd" ping >out 2>&1 || fail 'it does not answer'
within 20 named "$pid" console || fail 'there is no console'

# Gone before it is accepted, with one request and with three.
kill -STOP "$child"
python3 ask.py now "$(pause after)" || fail 'no connection'
kill -CONT "$child"
within 10 are_paused 1 || fail 'what is asked before the accept is lost'
kill -STOP "$child"
python3 ask.py now "$(pause middle)" "$(pause before)" "$(pause rows)" || fail 'no connection'
kill -CONT "$child"
within 10 are_paused 4 || fail "of three requests before the accept, $(($(n_paused) - 1)) were done"

# Gone with requests behind the first.
python3 ask.py late '{"method":"ping"}' '{"method":"resume"}' "$(pause rows)" || fail 'no connection'
within 10 are_paused 1 || fail 'requests behind the first are lost'

# Half closed: all are answered.
python3 ask.py half '{"id":1,"method":"ping"}' '{"id":2,"method":"resume"}' '{"id":3,"method":"status"}' >out ||
	fail 'half closed: no answers'
for id in 1 2 3; do
	grep -q "^{\"id\":$id,\"parameters\":.*[^e]}$" out || fail "half closed: no answer to request $id"
done
kill -TERM "$pid"
finish 5
[ "$status" -eq 0 ] || fail "status $status"
