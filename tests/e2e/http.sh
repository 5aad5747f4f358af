#!/bin/sh
# The module http against a server that fails in every way: order, retries, limits, redirects, credentials, and what
# becomes of all of it when nodes are killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
pkg-config --exists libcurl || skip 'the module http is left out: libcurl is missing'

for program in get unread unordered post gaps download walk; do
	build "$e2e/http/$program.pkd" -o "$program"
done
for part in get unordered post download walk secrets; do
	mkdir "in-$part" && cd "in-$part" || fail 'no directory'
	ln -s ../get ../unread ../unordered ../post ../gaps ../download ../walk .
	python3 "$e2e/http/$part.py" "$B/pkd" >out 2>&1 || fail "$part: $(tail -n 1 out)"
	note "$part: $(tail -n 1 out)"
	cd .. || fail 'no way back'
done

# While the C library looks a name up, which nothing interrupts.
at_most 20 unshare -rnm sh "$e2e/http/lookup.sh" >lookup 2>&1
case $? in
0) ;;
9) note 'a server of names that does not answer: not here, without a network of its own' ;;
*) grep -q '^unshare: ' lookup || fail 'while a name is looked up' lookup ;;
esac
