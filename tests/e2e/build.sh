#!/bin/sh
# pkdc build: user nodes in C and C++, paths with spaces, rebuilding only what changed, mistakes
# that leave nothing behind.
set -u
fail() { echo "$*"; [ ! -s out ] || cat out; exit 1; }

mkdir -p 'my program/nodes'
cd 'my program' || exit 1

cat >nodes/math.pkd <<'END'
/// Counts from 1.
node count() -> (value: i32) {
    param end: i32 = 5 in 1..1000
    origin paced
    source "count.c"
}

node square(value: i32) -> (squared: i32) {
    source "square it.cpp"
}
END
cat >nodes/count.c <<'END'
#include "nodes/math.pkd.h"

struct math_count {
	int32_t n, end;
};

int math_count_init(struct math_count *self, const struct math_count_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->end = params->end;
	return PKD_OK;
}

int math_count_step(struct math_count *self, const struct math_count_in *in,
                    struct math_count_out *out, struct pkd_ctx *ctx)
{
	(void)in, (void)ctx;
	self->n++;
	if (out->value)
		*out->value = self->n;
	return self->n == self->end ? PKD_END : PKD_OK;
}

void math_count_finish(struct math_count *self)
{
	(void)self;
}

PKD_NODE(math_count);
END
cat >'nodes/square it.cpp' <<'END'
#include "nodes/math.pkd.h"
#include "factor.h"

struct math_square {
	char unused;
};

int math_square_init(struct math_square *, const struct math_square_params *, struct pkd_ctx *)
{
	return PKD_OK;
}

int math_square_step(struct math_square *, const struct math_square_in *in,
                     struct math_square_out *out, struct pkd_ctx *)
{
	if (out->squared)
		*out->squared = FACTOR * *in->value * *in->value;
	return PKD_OK;
}

void math_square_finish(struct math_square *)
{
}

PKD_NODE(math_square);
END
echo '#define FACTOR 1' >nodes/factor.h
cat >sums.pkd <<'END'
use "nodes/math.pkd" as math
use table

pipeline sums(end: i32 = 4 in 1..1000) {
    n = math.count(end: end)
    s = math.square(n)
    table.csv(s, path: "sums.csv")
}
END

build() { "$PKDC" build sums.pkd -v >out 2>&1; }
compiled() { grep -c ' -c -o ' out; }

build || fail 'the first build failed'
[ "$(compiled)" -eq 3 ] || fail "the first build compiled $(compiled) files, not 3"
[ -x sums ] || fail 'no executable in the current directory'
./sums >out 2>&1 || fail 'the program failed'
tail -n 1 sums.csv | grep -q '16$' || fail "the last row is $(tail -n 1 sums.csv)"
# But for the one where --serve finds what it has a page from.
! strings -a sums | grep "^$ROOT/" | grep -qvx ".*/lib" || fail 'a path of the library is in the program'

build || fail 'the second build failed'
[ "$(compiled)" -eq 0 ] || fail 'an unchanged program was compiled again'
! grep -q ' -o .*\.new ' out || fail 'an unchanged program was linked again'

sleep 0.01 # past one tick of the file system's clock
echo '#define FACTOR 2' >nodes/factor.h
build || fail 'the third build failed'
[ "$(compiled)" -eq 1 ] || fail "a changed header compiled $(compiled) files, not 1"
./sums --end 3 >out 2>&1 || fail 'the program failed'
tail -n 1 sums.csv | grep -q '18$' || fail "the last row is $(tail -n 1 sums.csv)"

# A header that would be found before the one that was, and other directories to search, count.
mkdir first second
echo '#define FACTOR 7' >first/apart.h
echo '#define FACTOR 8' >second/apart.h
cp 'nodes/square it.cpp' kept.cpp
sed -i 's/"factor.h"/<apart.h>/' 'nodes/square it.cpp'
export CPATH=second
build || fail 'it cannot be built with CPATH'
build || fail 'it cannot be built again with CPATH'
[ "$(compiled)" -eq 0 ] || fail "with the same CPATH, $(compiled) files were compiled again"
CPATH=first
build || fail 'it cannot be built with another CPATH'
[ "$(compiled)" -eq 3 ] || fail "with another CPATH, $(compiled) files were compiled, not 3"
CPATH=nowhere:first
build || fail 'it cannot be built with a CPATH of two'
mkdir nowhere
cp second/apart.h nowhere
build || fail 'it cannot be built with a header that takes the place of another'
[ "$(compiled)" -eq 1 ] || fail "a header before another compiled $(compiled) files, not 1"
./sums --end 3 >out 2>&1 || fail 'the program failed'
tail -n 1 sums.csv | grep -q '72$' || fail "the header before it was not taken: $(tail -n 1 sums.csv)"
unset CPATH
cp kept.cpp 'nodes/square it.cpp'
build || fail 'it cannot be built without CPATH'

sed -i 's/pipeline sums(end: i32 = 4/pipeline sums(end: i32 = 2/' sums.pkd
build || fail 'the fourth build failed'
[ "$(compiled)" -eq 1 ] || fail "a changed pipeline compiled $(compiled) files, not 1"

# An older file that takes the place of a source is compiled, whatever its time says.
sed 's/n == self->end/n >= self->end/' nodes/count.c >nodes/older.c
touch -d '2001-01-01' nodes/older.c
mv nodes/older.c nodes/count.c
build || fail 'it cannot be built again'
[ "$(compiled)" -eq 1 ] || fail "an older source compiled $(compiled) files, not 1"

# What has only become younger is not.
touch nodes/*.c nodes/*.cpp nodes/*.h sums.pkd "$PWD"/.pkd-cache/sums/*.c 2>/dev/null
build || fail 'it cannot be built with new times'
[ "$(compiled)" -eq 0 ] || fail "new times alone compiled $(compiled) files"

# A mistake in C: the compiler's own words, a closing line, the old program untouched.
cp sums before
sed -i 's/self->n++;/self->m++;/' nodes/count.c
build && fail 'a mistake in C went unnoticed'
grep -q "nodes/count.c:.*error" out || fail 'the C compiler did not speak'
grep -q "the C compiler rejects 'nodes/count.c'" out || fail 'no closing line'
cmp -s sums before || fail 'a failed build changed the program'
build && fail 'the mistake went unnoticed the second time'

# A declaration that C disagrees with.
sed -i 's/self->m++;/self->n++;/' nodes/count.c
sed -i 's/count() -> (value: i32)/count() -> (number: i32)/' nodes/math.pkd
build && fail 'a changed interface went unnoticed'
grep -q 'count.c:.*value' out || fail 'not at the line of the author'

# Nothing is written for a program that does not check.
echo 'pipeline p() { }' >bad.pkd
echo 'oops' >>bad.pkd
"$PKDC" build bad.pkd -o bad >out 2>&1
[ $? -eq 1 ] || fail 'a wrong program did not give status 1'
[ ! -e bad ] || fail 'a wrong program left an executable'

# Elsewhere: the output, the cache, the C.
sed -i 's/count() -> (number: i32)/count() -> (value: i32)/' nodes/math.pkd
mkdir elsewhere
PKD_CACHE=$PWD/elsewhere/cache "$PKDC" build sums.pkd -o elsewhere/program '--keep-c=elsewhere/c' \
	>out 2>&1 || fail 'building elsewhere failed'
[ -x elsewhere/program ] && [ -s elsewhere/c/sums.c ] && [ -s elsewhere/c/nodes/math.pkd.h ] ||
	fail 'not all is elsewhere'
! grep -q "$PWD" elsewhere/c/sums.c || fail 'the C holds an absolute path'

"$PKDC" run sums.pkd -- --end 6 >out 2>&1 || fail 'pkdc run failed'
tail -n 1 sums.csv | grep -q '72$' || fail "the last row is $(tail -n 1 sums.csv)"
exit 0
