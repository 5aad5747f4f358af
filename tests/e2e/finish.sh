#!/bin/sh
# An error in a node's finish is a failure of the program: it is named, and the status is not 0.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >late.pkd <<'END_PKD'
node count() -> (value: u64) {
    param frames: u64 = 10                     /// how many; 0 is without end
    origin paced
    persistent state n: u64
    step {=
        if (params->frames && state->n == params->frames)
            return PKD_SKIP;
        state->n++;
        if (out->value)
            *out->value = state->n;
    =}
}

node late(value: u64) {
    source "late.c"
}

pipeline p(frames: u64 = 10) {
    numbers = count(frames: frames)
    keeps   = late(numbers)
}
END_PKD
cat >late.c <<'END_C'
#include <errno.h>
#include <late.pkd.h>

struct late {
	struct pkd_ctx *ctx;
};

int late_init(struct late *self, const struct late_params *params, struct pkd_ctx *ctx)
{
	(void)params;
	self->ctx = ctx;
	return PKD_OK;
}

int late_step(struct late *self, const struct late_in *in, struct late_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)out;
	if (pkd_number(ctx) == 1)
		pkd_note(ctx, "has begun");
	return PKD_OK;
}

void late_finish(struct late *self)
{
	pkd_error(self->ctx, ENOSPC, "cannot write the rest");
}

PKD_NODE(late);
END_C
build late.pkd -o late
keeps="p: node 'keeps' \(late.pkd:[0-9]+:[0-9]+\)"
expect 1 "$keeps: cannot write the rest" ./late
last_line | grep -Exq "$keeps failed; the rest was stopped" || fail 'the last line does not name the node'

# Also when the program is stopped from outside.
start ./late --frames 0
within 5 grep -q 'has begun' out || fail 'no frame comes'
kill -INT "$pid"
finish 4
[ "$status" -eq 1 ] || fail "stopped: status $status, not 1"
