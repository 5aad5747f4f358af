#!/bin/sh
# pkdc fmt: which files it writes, how, and what it refuses.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- The project's own files are laid out ----

"$PKDC" fmt --check "$ROOT"/stdlib/*/*.pkd "$ROOT"/examples/*/*.pkd >out 2>&1 ||
	fail 'not laid out:'

# ---- Files are replaced, all at once, and stay what they were ----

bad='const A=1'
good='const A = 1'
echo "$bad" >bad.pkd
echo "$good" >good.pkd
chmod 750 bad.pkd
ln -s bad.pkd link.pkd
touch -d 2001-01-01 good.pkd

"$PKDC" fmt --check good.pkd bad.pkd link.pkd >out 2>&1
[ $? -eq 1 ] || fail 'fmt --check: not status 1'
[ "$(cat out)" = 'bad.pkd
link.pkd' ] || fail 'fmt --check names other files'
[ "$(cat bad.pkd)" = "$bad" ] || fail 'fmt --check writes'

"$PKDC" fmt good.pkd link.pkd >out 2>&1 || fail 'fmt failed'
[ ! -s out ] || fail 'fmt says something'
[ "$(cat bad.pkd)" = "$good" ] || fail 'the file behind a link is not laid out'
[ -L link.pkd ] || fail 'the link is gone'
[ "$(stat -c %a bad.pkd)" = 750 ] || fail 'other bits of the mode'
[ "$(stat -c %Y good.pkd)" = "$(date -d 2001-01-01 +%s)" ] || fail 'an equal file is written'
"$PKDC" fmt --check good.pkd bad.pkd link.pkd >out 2>&1 || fail 'still not laid out'
set -- *
[ "$*" = 'bad.pkd good.pkd link.pkd out' ] || fail "left behind: $*"

# ---- From stdin ----

[ "$(echo "$bad" | "$PKDC" fmt)" = "$good" ] || fail 'fmt of stdin'
[ "$(echo "$bad" | "$PKDC" fmt -)" = "$good" ] || fail 'fmt -'
[ "$(echo "$bad" | "$PKDC" fmt --check -)" = '<stdin>' ] || fail 'fmt --check -'
echo "$good" | "$PKDC" fmt --check - >out 2>&1 || fail 'fmt --check - of a good text'

# ---- What cannot be read is left alone, and the others are laid out ----

printf 'const  A = = 1\n' >syntax.pkd
printf 'const  A = 1 $\n' >byte.pkd
printf 'const  A = 1 /* \n' >comment.pkd
cp syntax.pkd before.pkd
echo "$bad" >bad.pkd
"$PKDC" fmt syntax.pkd byte.pkd comment.pkd none.pkd bad.pkd >out 2>&1
[ $? -eq 1 ] || fail 'mistakes, and not status 1'
grep -q 'E0103' out || fail 'no word of the syntax error'
grep -q 'E0101' out || fail 'no word of the byte'
grep -q 'E0102' out || fail 'no word of the comment'
grep -q "cannot read 'none.pkd'" out || fail 'no word of the file that is missing'
cmp -s before.pkd syntax.pkd || fail 'a file with mistakes was written'
[ "$(cat bad.pkd)" = "$good" ] || fail 'a file after one with mistakes is not laid out'
