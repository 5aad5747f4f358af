#!/bin/sh
# The project builds and tests itself in a directory with a space and a quote in its name, without git, and
# with a compiler of two words.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs make flex bison

case "${CFLAGS:-} ${LDFLAGS:-}" in
*-fsanitize*) skip 'the plain build shows it' ;;
esac
place="$PWD/a user's place"
mkdir -p "$place" bin
for part in Makefile compiler runtime stdlib docs examples tests; do
	cp -r "$ROOT/$part" "$place/"
done
rm -rf "$place"/*/*/.pkd-cache
cat >bin/ccache <<'END_SH'
#!/bin/sh
echo "$1" >>"$COUNTED"
exec "$@"
END_SH
printf '#!/bin/sh\nexit 127\n' >bin/git
chmod +x bin/*
COUNTED=$PWD/counted
PATH=$PWD/bin:$PATH
real=${CC:-cc}
CC="ccache $real"
export CC PATH COUNTED
unset MAKEFLAGS MAKELEVEL MFLAGS B

make -C "$place" -j2 OPT=-O0 CC="$CC" >out 2>&1 || fail 'make fails'
! grep -q 'warning' out || fail 'make warns'
[ "$(wc -l <counted)" -gt 100 ] || fail 'the compiler of two words was not taken'

# A string of the program must not name the place either.
! grep -q "user's place" "$place/build/lib/libpkd.a" || fail 'the directory is in libpkd.a'

cat >one.pkd <<'END_PKD'
use table
node one() -> (n: u8) {
    origin paced
    step {=
        if (pkd_number(ctx) > 1)
            return PKD_SKIP;
        *out->n = 7;
    =}
}
pipeline program() {
    a = one()
    table.csv(a, path: "one.csv")
}
END_PKD
cp one.pkd "$place/"
: >counted
(cd "$place" && build/pkdc build one.pkd -o one && ./one --quiet) >out 2>&1 || fail 'a program does not build or run there'
grep -q ',7$' "$place/one.csv" || fail 'it has another table'
[ -s counted ] || fail 'pkdc does not take the compiler of two words'

(cd "$place" && unset PKDC ROOT MEDIA RUN_ALL RUN_WORDS && tests/run lint/ check/E01 e2e/overwrite) >out 2>&1 ||
	fail 'its tests fail there'
grep -Eq '^[1-9][0-9]* passed, 0 failed$' out || fail 'no tests were run there'
