#!/bin/sh
# What the C compiler says of a user's C: by paths from the current directory, with the line of the source,
# at each build for as long as there is reason for it; and what is an error there.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

mkdir -p sub/nodes
cat >sub/prog.pkd <<'END_PKD'
use "nodes/more.pkd" as n
use table
node one() -> (x: i32) {
    step {=
        int unused_here;
        *out->x = 1;
        return PKD_END;
    =}
}
pipeline prog() {
    a = one()
    b = n.two(a)
    table.csv(b, path: "x.csv")
}
END_PKD
echo 'node two(x: i32) -> (y: i32) { source "two.c" }' >sub/nodes/more.pkd
cat >sub/nodes/two.c <<'END_C'
#include "more.pkd.h"

struct more_two {
	int none;
};

int more_two_init(struct more_two *self, const struct more_two_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int more_two_step(struct more_two *self, const struct more_two_in *in, struct more_two_out *out,
                  struct pkd_ctx *ctx)
{
	int unused_there;
	(void)self, (void)ctx;
	*out->y = *in->x;
	return PKD_OK;
}

void more_two_finish(struct more_two *self)
{
	(void)self;
}

PKD_NODE(more_two);
END_C
# Another file of the same name, whose line would be quoted by mistake.
for n in 1 2 3 4 5 6 7 8 9; do echo 'not this line'; done >prog.pkd

# says DIRECTORY: of both files, with the line.
says() {
	grep -q "^$1prog.pkd:5:.* warning: .*unused_here" out || fail "$1prog.pkd: no warning"
	grep -q '    5 |         int unused_here;' out || fail "$1prog.pkd: no line of it, or another"
	grep -q "^$1nodes/two.c:16:.* warning: .*unused_there" out || fail "$1nodes/two.c: no warning"
	grep -q '   16 | .*int unused_there;' out || fail "$1nodes/two.c: no line of it"
}
compile() { "$PKDC" build "$@" >out 2>&1; }

# ---- By paths from here; each time ----

for round in first second third; do
	compile sub/prog.pkd -v || fail "the $round build failed"
	says sub/
	n=$(grep -c ' -c -o ' out)
	[ $round = first ] || [ "$n" -eq 0 ] || fail "the $round build has compiled $n files"
done
compile "$PWD/sub/prog.pkd" -o whole || fail 'no program by a whole path'
says "$PWD/sub/"
! strings -a whole | grep -q "^$PWD" || fail 'the program knows where it was made'
(cd sub && compile prog.pkd -o ../inside) || fail 'no program in its own directory'
mv sub/out out
says ''
mkdir beside
(cd beside && compile ../sub/prog.pkd -o ../next) || fail 'no program beside it'
mv beside/out out
says ../sub/
"$PKDC" build sub/prog.pkd --c-only --keep-c=kept >out 2>&1 || fail 'no C'
grep -q '^#line 4 "prog.pkd"$' kept/prog.pkd.c || fail 'the C that is kept depends on the directory' kept/prog.pkd.c

# Mended, it is silent.
sed -i '/unused_there/d' sub/nodes/two.c
sed -i '/unused_here/d' sub/prog.pkd
build sub/prog.pkd
build sub/prog.pkd

# ---- What C++ would not take either ----

cp sub/nodes/two.c good.c

# refused LINE WORD: in the place of the copy.
refused() {
	sed "s/.*out->y = .*/\t$1/" good.c >sub/nodes/two.c
	compile sub/prog.pkd && fail "$1: it is built"
	grep -q "^sub/nodes/two.c:17:.* error: .*$2" out || fail "$1: another message"
}
refused 'unknown_function(*in->x);' 'unknown_function'
refused 'int n = in->x; *out->y = n;' 'nt'
refused 'float *other = out->y; *other = 1;' 'pointer'
refused 'out->y = NULL;' 'read-only member\|const-qualified'
cp good.c sub/nodes/two.c

# ---- What the linker misses ----

sed 's/^PKD_NODE.*//' good.c >sub/nodes/two.c
compile sub/prog.pkd && fail 'a node that is nowhere'
grep -q "pkdc: the node 'n.two' is defined nowhere: its source ends with PKD_NODE(more_two);" out || fail 'no hint'
sed -i 's/ { source/ {\n    command reset(to: i32)\n    source/' sub/nodes/more.pkd
cp good.c sub/nodes/two.c
compile sub/prog.pkd && fail 'a command that is nowhere'
grep -q "^sub/nodes/more.pkd:2:13: error\[E0704\]: the command 'reset' of 'n.two' is defined nowhere" out ||
	fail 'no place of the command'
grep -q "help: write 'more_two_reset' in its source, as 'more.pkd.h' declares it" out || fail 'no help for it'
sed -i 's/command.*//' sub/nodes/more.pkd
{ echo 'int elsewhere(void);'; sed 's/.*out->y = .*/\t*out->y = elsewhere();/' good.c; } >sub/nodes/two.c
compile sub/prog.pkd && fail 'a function that is nowhere'
grep -q "elsewhere" out || fail 'the linker does not say what it misses'
grep -q PKD_NODE out && fail 'a hint that is none'
[ "$(tail -n 1 out)" = 'pkdc: the program cannot be linked' ] || fail 'another last line'
