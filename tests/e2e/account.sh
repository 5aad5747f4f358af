#!/bin/sh
# The account: every value of every edge is in one column, at any moment and at the end, and each number is what it
# must be, also through kills of nodes and of the console, pauses and stops.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
build "$e2e/account/account.pkd" --pipeline columns -o columns
build "$e2e/account/account.pkd" --pipeline crowded -o crowded
for way in columns killed stopped crowded; do
	at_most 20 python3 "$e2e/account/account.py" $way >out 2>&1 || fail "$way" out
	note "$way: $(grep -v seed out | tr '\n' ' ')"
done

# Where it cannot be written is known at the start.
expect 1 "columns: --account: cannot write 'no/where': its directory does not exist" \
	./columns --account no/where --frames 1
mkfifo fifo
expect 1 "columns: --account: cannot write 'fifo': it is no regular file" \
	./columns --account fifo --frames 1
# Nor does it take the place of the trace, or of what the program has read.
ln -s trace.json link
expect 1 "columns: --account: cannot write 'link': --trace writes it; nothing was changed" \
	./columns --trace trace.json --account link --frames 1
touch trace.json
expect 1 "columns: --account: cannot write 'link': --trace writes it; nothing was changed" \
	./columns --trace trace.json --account link --frames 1
echo '# mine' >own.conf
ln -s own.conf own
for option in account trace; do
	expect 1 "columns: --$option: cannot write 'own': --config reads it; nothing was changed" \
		./columns --config own.conf --$option own --frames 1
done
echo '# mine' | cmp -s - own.conf || fail 'the configuration was replaced' own.conf
[ -z "$(find . -name '*.sock')" ] || fail 'it was started'
