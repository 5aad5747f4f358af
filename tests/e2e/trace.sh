#!/bin/sh
# A trace has what happened, on one clock, in a file that is valid whatever the program came to: every firing that
# is in the account, arrows from who made a value to who took it, drops, deaths, commands, and says what it has lost.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1 PATH="$B:$PATH"
build "$e2e/trace/traced.pkd" --pipeline traced -o traced
build "$e2e/trace/traced.pkd" --pipeline fast --deploy together -o together

# ---- A file that cannot be ----
mkfifo pipe
mkdir directory
for path in nowhere/x.json directory pipe ''; do
	expect 1 "traced: --trace: cannot write '$path': .*" ./traced --frames 1 --trace "$path"
	[ "$(wc -l <out)" -eq 1 ] || fail "more than one line for '$path'" out
done
expect 2 'traced: --trace may be given only once' ./traced --trace a --trace b
expect 2 'traced: --trace needs a value' ./traced --trace
expect 1 "fast: --trace: cannot write 'rows.csv': node 'csv' (.*) has it as well" \
	./together --frames 1 --trace rows.csv
[ ! -e a ] && [ ! -e rows.csv ] || fail 'a file was made'

# ---- An old file stays until the new one is whole ----
echo old >old.json
at_most 60 ./traced --quiet --frames 3 --trace old.json --grace x >out 2>&1
[ "$(cat old.json)" = old ] || fail 'a wrong command line changes the old file'
ln -s old.json link.json
at_most 60 ./traced --quiet --frames 3 --trace link.json >out 2>&1 || fail 'three frames' out
[ -L link.json ] || fail 'the link is replaced'
python3 "$e2e/trace/check.py" old.json >out 2>&1 || fail 'the new file' out

at_most 200 python3 "$e2e/trace/drive.py" >out 2>&1 || fail 'traces' out
note "$(cat out)"
