#!/bin/sh
# nt4.* beside ntcore-ts-client, and beside a client and a robot's server that were written from the specification: rates,
# times, who is told what, what is kept, what is old, and peers that hang, leave, reboot or send nonsense.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
needs_node nt4.server
export PYTHONPATH="$e2e/lib:$e2e/nt4" PYTHONDONTWRITEBYTECODE=1

cp "$e2e/nt4/nt4.pkd" .
for program in served eyes forms reader formed camera tuned; do
	build nt4.pkd --pipeline $program -o $program
done
# Mostly they wait, so all at once.
parts='real_client protocol pages kept idle taken slow publisher silent_robot other_forms subscriber cameras parameters slider strangers mistakes'
for part in $parts; do
	mkdir $part
	(cd $part && ln -s ../served ../eyes ../forms ../reader ../formed ../camera ../tuned . &&
		at_most 60 python3 "$e2e/nt4/check.py" $part) >$part/out.py 2>&1 &
	started="${started:-} $!"
done
for pid in $started; do
	part=${parts%% *} parts=${parts#* }
	wait "$pid" || fail "$part" "$part/out.py"
	cat "$part/out.py"
done
