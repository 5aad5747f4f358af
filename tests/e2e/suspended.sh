#!/bin/sh
# A program that is stopped for a while (Ctrl-Z, a laptop that sleeps) goes on where it was: the time in which
# nobody ran is not what a step has taken.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >nap.c <<'END_C'
#include <time.h>

#include "nap.pkd.h"

struct nap {
	int none;
};

int nap_init(struct nap *self, const struct nap_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int nap_step(struct nap *self, const struct nap_in *in, struct nap_out *out, struct pkd_ctx *ctx)
{
	const struct timespec moment = {.tv_nsec = 300000000};

	(void)self, (void)in;
	nanosleep(&moment, NULL);
	*out->n = pkd_number(ctx);
	return pkd_number(ctx) < 20 ? PKD_OK : PKD_END;
}

void nap_finish(struct nap *self)
{
	(void)self;
}

PKD_NODE(nap);
END_C
cat >nap.pkd <<'END_PKD'
use table

node nap() -> (n: u64) {
    stateless
    origin paced
    source "nap.c"
}

pipeline napping() {
    n = nap()
    table.csv({ n: n }, path: "naps.csv")
}

deploy napping {
    on stall after 3s of n { restart 1 per 60s }
}
END_PKD
build nap.pkd -o napping
start ./napping --quiet
within 20 test -s naps.csv || fail 'no row comes'
# shellcheck disable=SC2046 # words
set -- "$pid" $(children_of "$pid")
kill -STOP "$@"
# Not a wait for something: the time in which nobody runs.
sleep 5
kill -CONT "$@"
finish 60
[ $status -eq 0 ] || fail "status $status"
[ ! -s out ] || fail 'a step is taken for one that has stalled'
[ "$(wc -l <naps.csv)" -eq 21 ] || fail 'rows are missing' naps.csv
