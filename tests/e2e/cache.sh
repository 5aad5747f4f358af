#!/bin/sh
# The cache directory: pkdc runs what lies in it, so nobody else can have put it there.
here=$(dirname "$0")
. "$here/lib/lib.sh"
unset PKD_CACHE

cat >hello.pkd <<'END'
node once() -> (x: i32) {
    touches nothing
    step {= *out->x = 1; return PKD_END; =}
}

node see(x: i32) {
    touches nothing
    step {= (void)in; =}
}

pipeline hello() {
    see(once())
}
END
sed -i 's/see(once())/x = once()\n    see(x)/' hello.pkd

run() { "$PKDC" run hello.pkd -- --quiet >out 2>&1; }

# refused WORDS: pkdc says so in one line, makes nothing and runs nothing.
refused() {
	run && fail "a cache directory was used: $1"
	grep -Fq "$1" out || fail "it does not say '$1'"
	[ "$(wc -l <out)" -eq 1 ] || fail 'more than one line'
	[ ! -e ran ] || fail "a planted program ran: $1"
}

# plant DIRECTORY: a program that tells that it ran, younger than all.
plant() {
	mkdir -p "$1/hello"
	printf '#!/bin/sh\n: >"%s/ran"\n' "$PWD" >"$1/hello/hello"
	chmod 755 "$1/hello/hello"
	touch -d '2099-01-01' "$1/hello/hello"
}

# ---- Ours ----

(umask 0 && run) || fail 'it cannot be built and run'
[ "$(stat -c %a .pkd-cache .pkd-cache/hello | sort -u)" = 700 ] || fail 'the cache is open to others'
run || fail 'it cannot be run from its cache'

plant .pkd-cache
run || fail 'it cannot be built again'
[ ! -e ran ] || fail 'a program was taken for the one that was built'
cp .pkd-cache/hello/hello kept
printf '\0' >>.pkd-cache/hello/hello
run || fail 'it cannot be built again'
cmp -s kept .pkd-cache/hello/hello || fail 'a damaged program was run'

# ---- Planted ----

chmod 770 .pkd-cache
refused "'.pkd-cache': it can be written to by other users"
chmod 702 .pkd-cache
refused "'.pkd-cache': it can be written to by other users"
chmod 700 .pkd-cache
chmod 707 .pkd-cache/hello
refused "'.pkd-cache/hello': it can be written to by other users"
rm -r .pkd-cache

plant elsewhere
ln -s elsewhere .pkd-cache
refused "'.pkd-cache': it is a symbolic link"
rm .pkd-cache
mkdir -m 700 .pkd-cache
ln -s ../elsewhere/hello .pkd-cache/hello
refused "'.pkd-cache/hello': it is a symbolic link"
rm -r .pkd-cache
: >.pkd-cache
refused "'.pkd-cache': it is not a directory"
rm .pkd-cache

# ---- PKD_CACHE ----

export PKD_CACHE=one/two
run || fail 'PKD_CACHE cannot be made'
[ "$(stat -c %a one one/two | sort -u)" = 700 ] || fail 'PKD_CACHE is open to others'
ln -s one/two mine
PKD_CACHE=$PWD/mine run || fail 'a link of our own is refused'
chmod 755 one/two
run || fail 'a directory that others can only read is refused'
chmod 777 one
refused "'one' on its way can be written to by other users"
chmod 1777 one
run || fail 'a directory that is ours in a sticky one is refused'
chmod 777 one/two
refused 'it can be written to by other users'
chmod 700 one one/two
ln -s loop loop
PKD_CACHE=loop run && fail 'a link to itself is used'
grep -Fq "'$PWD/loop'" out || fail 'the link is not named'

# ---- Of another user ----

[ "$(id -u)" -eq 0 ] || {
	note 'not root: no files of another user'
	exit 0
}
mkdir -m 1777 sticky
cp hello.pkd sticky/
cd sticky || exit 1
unset PKD_CACHE
plant .pkd-cache
chown -R 65534 .pkd-cache
refused "'.pkd-cache': it belongs to another user"
rm -r .pkd-cache
mkdir -m 700 .pkd-cache
plant .pkd-cache
chown -R 65534 .pkd-cache/hello
refused "'.pkd-cache/hello': it belongs to another user"
rm -r .pkd-cache

mkdir -m 700 target
ln -s "$PWD/target" link
chown -h 65534 link
PKD_CACHE=$PWD/link
export PKD_CACHE
refused "'link' on its way is a link that another user made"
mkdir -p theirs/cache
chown 65534 theirs
PKD_CACHE=$PWD/theirs/cache
refused "'theirs' on its way belongs to another user"
exit 0
