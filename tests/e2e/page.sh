#!/bin/sh
# The page of --serve in Chromium, all of it: the graph and its rates, pictures with their objects, parameters, commands,
# pauses and restarts, the log, the keyboard, both colour schemes, a phone, and the end and the next run of the program.
# Words of the program that would be markup stay words.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs node chromium
[ -e "$B/lib/libpkd_web.so" ] || skip 'libpkd_web.so is left out: a library of it is missing'
[ -d "$ROOT/build/npm/node_modules/playwright-core" ] || skip 'playwright-core is not there (tests/setup.sh --tests)'

export PKD_DIR="$PWD/place"
build "$e2e/page/page.pkd" -o page
(umask 077 && echo page-page-page-page-1 >token)
mkdir pictures
run() { start ./page --quiet --serve "$1" --serve-token-file token; }
is_serving() { grep -q 'serving http' out; }
run 0
within 10 is_serving || fail 'it does not serve'
port=$(sed -n 's,.*serving http://127.0.0.1:\([0-9]*\)/.*,\1,p' out)
first=$pid

CHROMIUM=$(command -v chromium) HOME=$PWD TMPDIR=$PWD \
	at_most 90 node "$e2e/page/browser.js" "$ROOT/build/npm" "http://127.0.0.1:$port/?token=$(cat token)" "$B/pkd" \
	"$PWD/pictures" >seen 2>said &
browser=$!
has_ended() { is_gone "$first" || is_gone "$browser"; }
within 60 has_ended || fail 'it goes on' said
if ! is_gone "$browser"; then
	wait "$first" || fail "status $? when the page stops it"
	mv out out.1
	run "$port"
fi
wait "$browser" || fail 'the page' said
note "$(tr '\n' ' ' <seen)"
is_gone "$first" || fail 'it was not stopped'
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "status $status"
