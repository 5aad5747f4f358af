#!/bin/sh
# Nodes are told to carry out commands while frames flow: each once or not at all, also where the node and the
# console die meanwhile, and the frames are those of a run that nobody disturbs. What hangs, lies, fails or has ended
# is answered so.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
for deploy in commands pool watched; do
	build "$e2e/commands/commands.pkd" --deploy=$deploy -o $deploy
done

answers() { "$B/pkd" ps "$1" >/dev/null 2>&1; }

# ---- Once or not at all ----
at_most 120 python3 "$e2e/commands/drive.py" ./commands >out 2>&1 || fail 'commands among kills' out
note "$(cat out)"
at_most 60 python3 "$e2e/commands/drive.py" ./commands --single-process >out 2>&1 ||
	fail 'commands in one process' out

# ---- What is answered ----
at_most 60 python3 "$e2e/commands/answers.py" >out 2>&1 || fail 'answers' out

# ---- A node in C or C++, and one that forgets its command ----
cat >own.pkd <<'END'
use table
node own() -> (n: u64) {
    origin live
    rate 100fps
    source "own.c"
    /// Adds, and says what it was.
    command add(number: f32, name: string<5>) -> string<20>
    command forget()
}
pipeline p() {
    n = own()
    table.csv({ n: n }, path: "own.csv")
}
END
cat >own.c <<'END'
#include "own.pkd.h"
#include <stdio.h>
struct own { float sum; };
int own_init(struct own *self, const struct own_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}
int own_step(struct own *self, const struct own_in *in, struct own_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	*out->n = pkd_number(ctx);
	return pkd_number(ctx) % 2 ? PKD_OK : pkd_later(ctx, pkd_now() + 10000000);
}
void own_finish(struct own *self)
{
	(void)self;
}
int own_add(struct own *self, const struct own_add_args *args, struct own_add *answer, struct pkd_ctx *ctx)
{
	char text[20];

	(void)ctx;
	snprintf(text, sizeof(text), "%s: %g", args->name.text, (double)self->sum);
	pkd_string_set(answer, text);
	self->sum += args->number;
	return PKD_OK;
}
#ifndef FORGETS
int own_forget(struct own *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->sum = 0;
	return PKD_OK;
}
#endif
PKD_NODE(own);
END
build own.pkd -o own
./own --quiet &
program=$! started="${started:-} $!"
within 10 answers p || fail 'own does not answer'
for words in 'add number=1.5 name=a' 'add number=2 name=b' forget 'add number=1 name=c'; do
	# shellcheck disable=SC2086 # words
	"$B/pkd" call p n $words || fail "call $words"
done >out
printf '%s\n' 'a: 0' 'b: 1.5' 'done' 'c: 0' >wanted
cmp -s out wanted || fail 'other answers' out
kill -TERM $program
wait $program || fail 'own did not end well'
sed -i 's/^#ifndef FORGETS/#if 0/' own.c
"$B/pkdc" build own.pkd -o own >out 2>&1 && fail 'a command without its C was built'
grep -q "own_forget" out || fail 'the missing command is not named' out

# ---- By the command pkd: a pool ----
./pool --quiet &
program=$! started="${started:-} $!"
within 10 answers commands || fail 'the pool does not answer'
"$B/pkd" call w whoami >out || fail 'pkd call of a pool'
[ "$(wc -l <out)" -eq 3 ] || fail 'not every worker answers' out
grep -Eqx 'w: [0-9]+' out || fail 'no answer says whose it is' out
"$B/pkd" call w whoami --json | python3 -c 'import json,sys; assert len({a["value"] for a in json.load(sys.stdin)["answers"]}) == 3' ||
	fail 'pkd call --json'
"$B/pkd" call w move step='{"by":3,"way":"down","words":["a","é"]}' names=true >out || fail 'records'
grep -Fqx 'w: {"by":-3,"way":"down","words":["a","é"]}' out || fail 'records' out
"$B/pkd" describe | grep -F 'w turn(' >out
grep -Fq 'turn(to: i32 = 7 in -10..10, at: [f64; 2] = [0.5,1] in 0..1, pause: time = "20ms" in 1ms..1s, way: Way = "down",' out ||
	fail 'pkd describe without defaults or ranges' out
"$B/pkd" call w shift by=1.75 >out || fail 'a value within the range'
[ "$(sed 's/.*: //' out | sort -u)" = 1.75 ] || fail 'a value within the range' out
"$B/pkd" call w shift by=2.5 >out 2>errors && fail 'a value beyond the range'
grep -Fqx 'pkd: by = 2.5 is out of range: it must be in 1..2' errors || fail 'the range is not said' errors
"$B/pkd" call w odd >out 2>errors && fail 'a failure is none'
grep -q "pkd: node 'w': it returned 5" errors || fail 'what failed is not said' errors
kill -TERM $program
wait $program || fail 'the pool did not end well'
