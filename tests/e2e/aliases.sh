#!/bin/sh
# What a file is called in C depends on its own name alone: not on the name after `as`, nor on the path by
# which it is used. Files of one name keep apart, or are refused.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- One file under several names, by several ways ----

mkdir nodes deep deep/er
cat >nodes/maths.pkd <<'END_PKD'
type Pair { a: i32, b: i32 }
enum Size { s, l }
node count() -> (pair: Pair, size: Size) {
    param end: i32 = 3
    source "count.c"
}
node add(pair: Pair) -> (sum: i32) { step {= *out->sum = in->pair->a + in->pair->b; =} }
END_PKD
cat >nodes/count.c <<'END_C'
#include "maths.pkd.h"

struct maths_count {
	int32_t end;
};

int maths_count_init(struct maths_count *self, const struct maths_count_params *params,
                     struct pkd_ctx *ctx)
{
	(void)ctx;
	self->end = params->end;
	return PKD_OK;
}

int maths_count_step(struct maths_count *self, const struct maths_count_in *in,
                     struct maths_count_out *out, struct pkd_ctx *ctx)
{
	int32_t n = (int32_t)pkd_number(ctx);

	(void)in;
	*out->pair = (struct maths_Pair){n, 10 * n};
	*out->size = maths_Size_l;
	return n == self->end ? PKD_END : PKD_OK;
}

void maths_count_finish(struct maths_count *self)
{
	(void)self;
}

PKD_NODE(maths_count);
END_C
pipeline() {
	cat <<END_PKD
use table
use "$1" as $2
pipeline $3() {
    pairs = $2.count()
    sum = $2.add(pairs.pair)
    table.csv({ sum: sum, size: pairs.size }, path: "$3.csv")
}
END_PKD
}
pipeline nodes/maths.pkd m >first.pkd first
pipeline ../nodes/maths.pkd calc >deep/second.pkd second
pipeline ./../nodes/../nodes/maths.pkd maths >nodes/third.pkd third
for program in first deep/second nodes/third; do
	name=${program##*/}
	build "$program.pkd" -o "$name"
	at_most 30 "./$name" --quiet >out 2>&1 || fail "$name: status $?"
	[ "$(tail -n 1 "$name.csv" | cut -d, -f3-)" = 33,l ] || fail "$name: wrong rows" "$name.csv"
done
"$PKDC" header nodes/maths.pkd >maths.pkd.h || fail 'no header'
grep -q '^struct maths_count_params {' maths.pkd.h || fail 'pkdc header has other names' maths.pkd.h

# C that has the name after `as`.
sed 's/maths_/m_/g' nodes/count.c >other.c
cp nodes/count.c kept.c
cp other.c nodes/count.c
"$PKDC" build first.pkd >out 2>&1 && fail 'C of another name is taken'
grep -q "^pkdc: in C, the node 'm.count' of 'nodes/maths.pkd' is 'maths_count'$" out || fail 'its name is not said'
cp kept.c nodes/count.c

# Two who use it in one program pass each other its values.
cat >deep/er/more.pkd <<'END_PKD'
use "../../nodes/maths.pkd" as x
node turn(pair: x.Pair) -> (turned: x.Pair) {
    step {= out->turned->a = in->pair->b; out->turned->b = -in->pair->a; =}
}
END_PKD
cat >both.pkd <<'END_PKD'
use table
use "nodes/maths.pkd" as m
use "deep/er/more.pkd" as more
pipeline both() {
    pairs = m.count(end: 2)
    t     = more.turn(pairs.pair)
    sum   = m.add(t)
    table.csv({ sum: sum }, path: "both.csv")
}
END_PKD
build both.pkd
at_most 30 ./both --quiet >out 2>&1 || fail "both: status $?"
[ "$(tail -n 1 both.csv | cut -d, -f3-)" = 18 ] || fail 'both: wrong rows' both.csv

# ---- Files of one name, and one name for two files ----

mkdir left right
cat >left/util.pkd <<'END_PKD'
type Point { x: i32 }
node here() -> (p: Point) { step {= out->p->x = 7; return PKD_END; =} }
END_PKD
cat >right/util.pkd <<'END_PKD'
type Place { name: string<8>, y: f64 }
node there() -> (p: Place) { source "there.c" }
END_PKD
cat >right/there.c <<'END_C'
#include "util.pkd.h"

struct util_there {
	char unused;
};

int util_there_init(struct util_there *self, const struct util_there_params *params,
                    struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int util_there_step(struct util_there *self, const struct util_there_in *in,
                    struct util_there_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)ctx;
	pkd_string_set(&out->p->name, "there");
	out->p->y = 2.5;
	return PKD_END;
}

void util_there_finish(struct util_there *self)
{
	(void)self;
}

PKD_NODE(util_there);
END_C
cat >left/left.pkd <<'END_PKD'
use "util.pkd" as util
pipeline left() -> (p: util.Point) {
    v = util.here()
    out p = v
}
END_PKD
cat >right/right.pkd <<'END_PKD'
use "util.pkd" as util
pipeline right() -> (p: util.Place) {
    v = util.there()
    out p = v
}
END_PKD
cat >sides.pkd <<'END_PKD'
use table
use "left/left.pkd" as left
use "right/right.pkd" as right
pipeline sides() {
    l = left.left()
    r = right.right()
    table.csv(l, path: "l.csv")
    table.csv(r, path: "r.csv")
}
END_PKD
build sides.pkd
at_most 30 ./sides --quiet >out 2>&1 || fail "sides: status $?"
[ "$(head -qn 2 l.csv r.csv | cut -d, -f3- | paste -sd' ')" = 'x 7 name,y there,2.5' ] || fail 'sides: wrong rows' r.csv

# One name after `as` in two files: the types keep apart.
echo 'type T { a: i32 }' >one.pkd
echo 'type T { b: f64, c: f64 }' >two.pkd
cat >ones.pkd <<'END_PKD'
use "one.pkd" as m
node one() -> (t: m.T) { step {= out->t->a = 1; return PKD_END; =} }
END_PKD
cat >twos.pkd <<'END_PKD'
use "two.pkd" as m
node two() -> (t: m.T) { step {= out->t->c = 2.5; return PKD_END; =} }
END_PKD
cat >types.pkd <<'END_PKD'
use table
use "ones.pkd" as ones
use "twos.pkd" as twos
pipeline types() {
    a = ones.one()
    b = twos.two()
    table.csv(a, path: "a.csv")
    table.csv(b, path: "b.csv")
}
END_PKD
build types.pkd
at_most 30 ./types --quiet >out 2>&1 || fail "types: status $?"
[ "$(head -qn 2 a.csv b.csv | cut -d, -f3- | paste -sd' ')" = 'a 1 b,c 0,2.5' ] || fail 'types: wrong rows' b.csv

# What two files of one name declare by one name is refused.
echo 'type Point { z: i32 }' >>right/util.pkd
"$PKDC" build sides.pkd >out 2>&1 && fail 'two structs of one name'
grep -q "^right/util.pkd:3:6: error\[E0207\]: in C, type 'Point' and type 'Point' both have the name 'util_Point'" out ||
	fail 'another message'
grep -q 'or one of the files, another name' out || fail 'no way out'
