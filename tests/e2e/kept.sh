#!/bin/sh
# What waits in flow.batch and flow.nearest survives: their process is killed at every frame, and then at any
# moment, and not a byte of what they give is different.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >kept.pkd <<'END_PKD'
use flow
use table

c {=
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
=}

type Row { n: u64, name: string<8> }

/// Rows in order: each third one to b, 4 ms late, the others to a.
node recorded() -> (a: Row?, b: Row?) {
    origin paced
    param frames: u64
    persistent state due: time
    step {=
        uint64_t n = pkd_number(ctx);

        if (pkd_now() < state->due)
            return pkd_later(ctx, state->due);
        state->due = pkd_now() + 1000000;
        pkd_set_time(ctx, (int64_t)n * 10000000 + (n % 3 == 0 ? 4000000 : 0));
        if (n % 3 == 0) {
            out->b->n = n;
            pkd_string_set(&out->b->name, n % 2 ? "odd" : "even");
            recorded_absent_a(ctx);
        } else {
            out->a->n = n;
            pkd_string_set(&out->a->name, n % 4 ? "any" : "fourth");
            recorded_absent_b(ctx);
        }
        return n == params->frames ? PKD_END : PKD_OK;
    =}
}

/// Kills its process at each frame, once.
node killer(a: Row?, b: Row?) -> (n: u64) {
    param kills: bool
    fires any
    stateless
    step {=
        char name[64];
        int fd;

        *out->n = pkd_number(ctx);
        snprintf(name, sizeof(name), "killed/%d", (int)pkd_number(ctx));
        fd = params->kills ? open(name, O_CREAT | O_EXCL, 0600) : -1;
        if (fd >= 0)
            raise(SIGKILL);
    =}
}

pipeline kept(frames: u64 = 150, kills: bool = false) {
    row  = recorded(frames: frames)
    each = killer(row.a, row.b, kills: kills)
    ten  = flow.batch(row.a, N: 7)
    both = flow.nearest(row.a, row.b, within: 20ms, N: 8)
    table.csv(ten, path: "ten.csv")
    table.csv({ a: both.first, b: both.second }, path: "both.csv")
    table.csv(both.pairing, path: "left.csv")
    table.csv(each, path: "each.csv")
}

deploy kept {
    process victim { each, ten, both }
    on crash of each { restart 10000 per 1h }
}
END_PKD
build kept.pkd

mkdir killed wanted
run() {
	status=0
	at_most 60 ./kept --quiet --no-sandbox "$@" >out 2>&1 || status=$?
	[ "$status" -eq 0 ] || fail "kept $*: status $status" out
}
same() {
	for table in ten both left each; do
		cmp wanted/$table.csv $table.csv >out 2>&1 || fail "$1: $table.csv is another" out
	done
}

run
[ "$(wc -l <ten.csv)" -eq 16 ] || fail 'not all batches are there' ten.csv
[ "$(wc -l <both.csv)" -eq 51 ] || fail 'not all pairs are there' both.csv
mv ten.csv both.csv left.csv each.csv wanted

run --kills true
kills=$(find killed -type f | wc -l)
[ "$kills" -eq 150 ] || fail "it was killed at $kills frames of 150"
same 'killed at every frame'

# ---- At any moment, in the middle of a step, too ----

run --frames 3000
mv ten.csv both.csv left.csv each.csv wanted
start ./kept --quiet --no-sandbox --frames 3000
kills=0
while ! is_gone "$pid"; do
	named "$pid" victim && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
done
finish 60
[ "$status" -eq 0 ] || fail "killed $kills times: status $status"
[ "$kills" -ge 5 ] || fail "it was killed $kills times only"
same "killed $kills times"
note "the same bytes after 150 kills at each frame, and $kills at any moment"
