#!/bin/sh
# C compilers that do not work are told from mistakes of the program and of pkdc; what a program is
# called.
here=$(dirname "$0")
. "$here/lib/lib.sh"

cat >here.pkd <<'END'
node a() { step {= return PKD_END; =} }
pipeline there() { a() }
END
cat >two.pkd <<'END'
node a() { source "a.c" }
node b() -> (x: u64) { source "a.c" }
pipeline two() { a() }
pipeline other() { a() }
END

# ---- Compilers ----

# Like ccache: it wants the compiler as its first word.
mkdir bin
cat >bin/wrapper <<'END'
#!/bin/sh
case $1 in -*) echo 'wrapper: give me a compiler' >&2; exit 1 ;; esac
exec "$@"
END
printf '#!/bin/sh\necho "cannot compile that" >&2; exit 3\n' >bin/broken
chmod +x bin/*
PATH=$PWD/bin:$PATH

# refuses CC WORDS...
refuses() {
	cc=$1
	CC=$cc "$PKDC" build here.pkd >out 2>&1 && fail "CC='$cc' builds"
	! grep -q 'mistake of pkdc\|step that stands' out || fail "CC='$cc': somebody else is blamed"
	shift
	for words; do
		grep -Fq -- "$words" out || fail "CC='$cc': no '$words'"
	done
}
refuses wrapper 'wrapper: give me a compiler' "'wrapper' compiles no C here"
refuses broken 'cannot compile that' 'CC=COMMAND'
refuses 'cc -include none.h' 'none.h' "'cc -include none.h' compiles no C here"
refuses true "'true' compiles no C here"
refuses nowhere "cannot start 'nowhere'" 'CC=COMMAND'
CC='wrapper cc' build here.pkd
rm -r cache
if [ -z "${CFLAGS:-}" ]; then # the archives of a sanitizer need its flags
	env -i PKD_CACHE="$PWD/cache" "$PKDC" build here.pkd >out 2>&1 ||
		fail 'it does not build without an environment'
fi

# One message, not one for each source.
touch a.c
refused=$(CC=broken "$PKDC" build two.pkd 2>&1 | grep -c '^pkdc')
[ "$refused" -eq 1 ] || fail "$refused messages"

# A mistake of a source stays one.
echo 'int x = y;' >a.c
"$PKDC" build two.pkd >out 2>&1 && fail 'a mistake is taken'
grep -Fq "the C compiler rejects 'a.c'" out || fail 'the source is not named'

# ---- Names ----

rm -f here there
build here.pkd
[ -x here ] && [ ! -e there ] || fail 'the program is not named after its file'
./here --version | grep -q '^there ' || fail 'it does not know its pipeline'
sed -i 's/node a() { source "a.c" }/node a() { step {= return PKD_END; =} }/' two.pkd
build two.pkd
build two.pkd --pipeline other
[ -x two ] && [ -x other ] || fail 'two programs of one file have one name'
exit 0
