#!/bin/sh
# A short campaign of kills; and that a campaign finds it when recovery is broken, in one way or
# another. A long one is `make torture`.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# campaign FOLDER KILLS GRAPH...: what it says in `out`; all graphs where none is named.
campaign() {
	TORTURE_FOLDER=$PWD/$1 TORTURE_KILLS=$2
	shift 2
	TORTURE_GRAPHS=$*
	export TORTURE_FOLDER TORTURE_KILLS TORTURE_GRAPHS PKDC
	"$ROOT/tests/torture/torture.sh" >out 2>&1
}

campaign short 400 || fail 'there are differences'
note "$(cat out)"

[ "$(grep -c ' 0 differences$' out)" -eq 22 ] || fail 'not 21 graphs'

# From here on, a process likes to rest at the moments that matter: before and after the commit of a
# firing, and before all of it is said to be applied.
original=$ROOT
mkdir slow
cp -r "$ROOT/runtime" slow/
ln -s "$ROOT/stdlib" "$ROOT/docs" slow/
cat >slow/order <<'END_C'
	static uint32_t n;

	if (++n % 31 == 0)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
END_C
sed -i -e '/^	atomic_signal_fence/r slow/order' -e '1i#define _GNU_SOURCE\n#include <time.h>' \
	slow/runtime/node/record.c
ROOT=$PWD/slow
pkdc_with slow -O1
slow=$tree
ROOT=$original
PKDC=$pkdc
campaign resting 40 state nested || fail 'there are differences with a process that rests'
note "resting: $(last_line)"

# broken NAME FILE SED GRAPH SIGN KILLS: with that change of a file of runtime/node, so many kills find a difference, of this sign.
broken() {
	tree=$PWD/with-$1
	cp -r "$slow" "$tree"
	PKDC=$tree/build/pkdc
	sed "$3" "slow/runtime/node/$2" >"slow/broken-$2"
	! cmp -s "slow/runtime/node/$2" "slow/broken-$2" || fail "$1: nothing was changed"
	# shellcheck disable=SC2086 # words
	${CC:-cc} -std=gnu11 -O1 -Islow/runtime -Islow/runtime/include ${CFLAGS:-} -c \
		-o "$tree/obj/node-$2.o" "slow/broken-$2" >out 2>&1 || fail "$1: it does not compile"
	rm "$tree/build/lib/libpkd.a"
	ar qcs "$tree/build/lib/libpkd.a" "$tree"/obj/*.o
	! TORTURE_DIFFERENCES=1 campaign "$1" "$6" "$4" || fail "$1: no difference was found"
	grep -q "$5" out || fail "$1: another difference was found"
	note "$1: $(grep -m 1 "$5" out)"
}

broken no-redo node.c 's/if (atomic_load(&record->committed) !=/if (0 \&\& atomic_load(\&record->committed) !=/' \
	state 'the same up to line' 300
broken one-copy record.c 's/states\[(committed + 1) % 2\]/states[committed % 2]/' \
	state 'the same up to line\|a command was forgotten' 300
# That processes die with their supervisor has more than one reason now: unit/program and its mutants take
# them out one by one.
