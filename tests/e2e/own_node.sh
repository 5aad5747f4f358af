#!/bin/sh
# What can go wrong while a user's own nodes are built, and what is left then; build.sh has the rest.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

mkdir 'my own' 'my own/nodes'
cd 'my own' || exit 1
cat >nodes/x.pkd <<'END_PKD'
type Pair { a: u32, b: u32 }

node make() -> (pair: Pair) {
    param end: u32 = 3 in 1..100
    origin paced
    source "make.c"
}
END_PKD
cat >swap.pkd <<'END_PKD'
use "nodes/x.pkd" as x
use table

node swap(pair: x.Pair) -> (swapped: x.Pair) {
    source "swap.cpp"
}

pipeline swapped() {
    pairs = x.make()
    swaps = swap(pairs)
    table.csv(swaps, path: "swap.csv")
}
END_PKD
cat >nodes/make.c <<'END_C'
#include "nodes/x.pkd.h"

struct x_make {
	uint32_t end;
};

int x_make_init(struct x_make *self, const struct x_make_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->end = params->end;
	return PKD_OK;
}

int x_make_step(struct x_make *self, const struct x_make_in *in, struct x_make_out *out,
                struct pkd_ctx *ctx)
{
	uint32_t n = (uint32_t)pkd_number(ctx);

	(void)in;
	if (out->pair)
		*out->pair = (struct x_Pair){n, 10 * n};
	return n == self->end ? PKD_END : PKD_OK;
}

void x_make_finish(struct x_make *self)
{
	(void)self;
}

PKD_NODE(x_make);
END_C
cat >swap.cpp <<'END_CPP'
#include "swap.pkd.h"
#include <utility>

struct swap {
	std::pair<uint32_t, uint32_t> last;
};

int swap_init(struct swap *, const struct swap_params *, struct pkd_ctx *)
{
	return PKD_OK;
}

int swap_step(struct swap *self, const struct swap_in *in, struct swap_out *out, struct pkd_ctx *)
{
	self->last = {in->pair->b, in->pair->a};
	if (out->swapped)
		*out->swapped = {self->last.first, self->last.second};
	return PKD_OK;
}

void swap_finish(struct swap *)
{
}

PKD_NODE(swap);
END_CPP

# refused PATTERN ARGUMENT...: status 1 and such a line.
refused() {
	wanted=$1
	shift
	"$PKDC" "$@" >out 2>&1
	status=$?
	[ "$status" -eq 1 ] || fail "pkdc $*: status $status, not 1"
	grep -Eq -- "$wanted" out || fail "pkdc $*: no line with '$wanted'"
}
nothing_made() {
	[ ! -e program ] || fail "$1: a program is left"
	find . -maxdepth 1 -name 'program*' | grep . && fail "$1: a part of a program is left"
	return 0
}

# ---- Mistakes before there is a program ----

mv nodes/make.c kept
refused "^nodes/x.pkd:6:12: error\[E0701\]: .*'make.c'" build swap.pkd -o program
nothing_made 'no source'
refused 'E0701' run swap.pkd
mv kept nodes/make.c

sed 's/(void)self;/(void)sefl;/' nodes/make.c >wrong.c
mv nodes/make.c kept
mv wrong.c nodes/make.c
refused '^nodes/make.c:27:.*error.*sefl' build swap.pkd -o program
! grep -q -e '\.pkd-cache' -e '/cache/' out || fail 'a message shows generated code'
nothing_made 'a mistake in C'
refused "the C compiler rejects 'nodes/make.c'" run swap.pkd
[ ! -e swap.csv ] || fail 'pkdc run has started a program that is wrong'

sed 's/^PKD_NODE.*//' kept >nodes/make.c
refused 'x_make_methods' build swap.pkd -o program
nothing_made 'no PKD_NODE'
cp kept nodes/make.c

sed 's/return PKD_OK;/return "no";/' swap.cpp >wrong.cpp
mv swap.cpp kept
mv wrong.cpp swap.cpp
refused '^swap.cpp:[0-9]*:.*error' build swap.pkd -o program
nothing_made 'a mistake in C++'
cp kept swap.cpp

# ---- Right ----

build swap.pkd -o program
expect 0 'swapped: 3 frames in .*' ./program
[ "$(sed 's/,[^,]*,/ /' swap.csv | tail -n 1)" = '3 30,3' ] || fail 'wrong rows' swap.csv

# pkdc run: in this directory, with options, with the program's status.
"$PKDC" run swap.pkd -- --pairs.end 7 >out 2>&1 || fail "pkdc run: status $?"
[ "$(wc -l <swap.csv)" -eq 8 ] || fail 'pkdc run has not handed the option on'
"$PKDC" run swap.pkd -- --pairs.end 0 >out 2>&1
[ $? -eq 2 ] || fail 'pkdc run hides the status of the program'

# The C that is kept needs no pkdc any more.
"$PKDC" build swap.pkd -o program --keep-c=c >out 2>&1 || fail '--keep-c failed'
rm -rf swap.csv cache
set -- -Ic -I"$ROOT/runtime/include" -I"$B/include"
# shellcheck disable=SC2086 # words
{
	${CC:-cc} -std=gnu11 -Wall -Wextra -Werror ${CFLAGS:-} "$@" -c -o main.o c/swap.c &&
		${CC:-cc} -std=gnu11 -Wall -Wextra -Werror ${CFLAGS:-} "$@" -c -o make.o nodes/make.c &&
		${CXX:-c++} -std=gnu++17 ${CFLAGS:-} "$@" -c -o swap.o swap.cpp &&
		${CXX:-c++} ${LDFLAGS:-} -o by-hand main.o make.o swap.o "$B/lib/libpkd_nodes.a" \
			"$B/lib/libpkd.a" -pthread -lm
} >out 2>&1 || fail 'the kept C does not compile by hand'
[ ! -s out ] || fail 'the kept C gives warnings'
expect 0 'swapped: 3 frames in .*' ./by-hand
[ "$(wc -l <swap.csv)" -eq 4 ] || fail 'wrong rows' swap.csv

# ---- Nowhere to write ----

rm -f program
refused "cannot write 'none/program': No such file" build swap.pkd -o none/program
mkdir directory
refused "'directory' is there already and is no program" build swap.pkd -o directory
expect 1 "swapped: node 'csv' \(.*\): cannot write 'none/x.csv': its directory does not exist" \
	./by-hand --csv.path none/x.csv
expect 1 "swapped: node 'csv' \(.*\): cannot write '/dev/full': No space left on device" \
	./by-hand --csv.path /dev/full

# Disks of this test's own, where that is allowed.
unshare -rm true 2>/dev/null || {
	note 'not allowed to mount: no full disk, no read-only one'
	exit 0
}
mkdir small read-only
cat >inside <<'END_INSIDE'
mount -t tmpfs -o size=32m,mode=700 none small && mount -t tmpfs -o ro,mode=700 none read-only || exit 9
head -c 40000000 /dev/zero >small/filling 2>/dev/null
truncate -s -64K small/filling
"$PKDC" build swap.pkd -o small/program
echo "full disk: $? $(ls small)"
"$PKDC" build swap.pkd -o read-only/program
echo "read-only: $?"
PKD_CACHE=small "$PKDC" build swap.pkd -o program
echo "full cache: $?"
rm small/filling
PKD_CACHE=small "$PKDC" build swap.pkd -o small/program
echo "with room again: $?"
PKD_CACHE=read-only "$PKDC" build swap.pkd -o program
echo "read-only cache: $?"
./by-hand --csv.path read-only/x.csv
echo "read-only table: $?"
END_INSIDE
at_most 60 unshare -rm sh ./inside >out 2>&1 || fail 'the test itself failed'
for line in "pkdc: cannot write 'small/program': No space left on device" 'full disk: 1 filling' \
	"pkdc: cannot write 'read-only/program': Read-only file system" 'read-only: 1' \
	'full cache: 1' 'with room again: 0' \
	'pkdc: PKD_CACHE=DIRECTORY chooses another one' 'read-only cache: 1' 'read-only table: 1'; do
	grep -Fxq -- "$line" out || fail "no line '$line'"
done
nothing_made 'no room'
