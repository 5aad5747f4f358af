#!/bin/sh
# The nodes of `flow` in whole programs.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

rows() { sed 1d "$1" | cut -d, -f"$2" | tr '\n' ' '; }
# is FILE COLUMNS TEXT: what the rows of a table say.
is() { [ "$(rows "$1" "$2")" = "$3 " ] || fail "other rows than $3" "$1"; }

# ---- merge, batch, split, checksum, count: nothing is lost, and each origin stays in order ----

cat >gather.pkd <<'END_PKD'
use text
use flow
use table

pipeline gather() {
    a     = text.lines("a", N: 12)
    b     = text.lines("b", N: 12)
    all   = flow.merge([a, b])
    ten   = flow.batch(all, N: 10)
    each  = flow.split(ten)
    n     = flow.count(each)
    sum   = flow.checksum(each)
    table.csv({ n: n, line: each, sum: sum }, path: "gather.csv")
    table.csv(len(ten), path: "sizes.csv")
}
END_PKD
build gather.pkd
seq -f 'a%g' 333 >a
seq -f 'b%g' 500 >b
at_most 30 ./gather --quiet || fail "gather: status $?"
for origin in a b; do
	sed 1d gather.csv | cut -d, -f4 | grep "^$origin" | cmp - $origin >out 2>&1 || fail "lines of $origin are lost"
done
[ "$(tail -n 1 gather.csv | cut -d, -f3)" = 833 ] || fail 'not all were counted' gather.csv
[ "$(sed 1d sizes.csv | grep -c ',10$')" = 83 ] || fail 'not all batches are full' sizes.csv
[ "$(tail -n 1 sizes.csv | cut -d, -f3)" = 3 ] || fail 'the last batch is not the rest' sizes.csv

# ---- throttle, gate, switch: by rules ----

cat >rules.pkd <<'END_PKD'
use flow
use table

type Row { n: i64, name: string<8> }

/// A row each 30 ms of capture time.
node recorded() -> (row: Row) {
    origin paced
    step {=
        out->row->n = (int64_t)pkd_number(ctx);
        pkd_string_set(&out->row->name, out->row->n == 5 ? "five" : "row");
        pkd_set_time(ctx, out->row->n * 30000000);
        return out->row->n == 12 ? PKD_END : PKD_OK;
    =}
}

pipeline rules() {
    row  = recorded()
    slow = flow.throttle(row, period: 100ms)
    even = flow.gate(row, row.n % 2 == 0)
    shut = flow.gate(row, otherwise: false)
    none = flow.fault(row, at: 3, each: 4)
    one  = flow.switch([row, even], chosen: 1)
    table.csv(slow, path: "slow.csv")
    table.csv(even, path: "even.csv")
    table.csv(shut, path: "shut.csv")
    table.csv(none, path: "none.csv")
    table.csv(one, path: "one.csv")
}
END_PKD
build rules.pkd
at_most 20 ./rules --quiet || fail "rules: status $?"
is slow.csv 3,4 '1,row 5,five 9,row'
is even.csv 3 '2 4 6 8 10 12'
is none.csv 3 '1 2 4 5 6 8 9 10 12'
is one.csv 3 '2 4 6 8 10 12'
[ ! -e shut.csv ] || is shut.csv 3 ''

# ---- nearest: two origins, by capture time; all values are in a pair or counted ----

cat >pairs.pkd <<'END_PKD'
use flow
use table

/// Twenty frames of a camera, 40 ms apart.
node camera() -> (frame: i64) {
    origin paced
    step {=
        *out->frame = (int64_t)pkd_number(ctx);
        pkd_set_time(ctx, *out->frame * 40000000);
        return *out->frame == 20 ? PKD_END : PKD_OK;
    =}
}

/// A hundred readings, 10 ms apart, all 3 ms late.
node sensor() -> (reading: f64) {
    origin paced
    step {=
        *out->reading = (double)pkd_number(ctx) / 4;
        pkd_set_time(ctx, (int64_t)pkd_number(ctx) * 10000000 + 3000000);
        return pkd_number(ctx) == 100 ? PKD_END : PKD_OK;
    =}
}

pipeline pairs(within: time = 20ms) {
    frame   = camera()
    reading = sensor()
    both    = flow.nearest(queue(64) frame, queue(64) reading, within: within, N: 128)
    table.csv({ frame: both.first, reading: both.second }, path: "pairs.csv")
    left    = both.pairing
    table.csv({ a: left.first_left, b: left.second_left }, path: "left.csv")
}
END_PKD
build pairs.pkd
at_most 20 ./pairs --quiet || fail "pairs: status $?"
# The reading of the same number, 3 ms after the frame, is nearer than the one 7 ms before.
[ "$(sed 1d pairs.csv | awk -F, '$3 == $4 && $2 * 1000 == $3 * 40 + 3' | wc -l)" = 20 ] || fail 'other pairs' pairs.csv
[ "$(tail -n 1 left.csv | cut -d, -f3,4)" = 0,80 ] || fail 'what is left over' left.csv
at_most 20 ./pairs --quiet --within 2ms || fail "pairs: status $?"
[ "$(tail -n 1 left.csv | cut -d, -f3,4)" = 20,100 ] || fail 'none is that close' left.csv

# ---- fault: a program lives through what the deploy allows for ----

cat >faults.pkd <<'END_PKD'
use flow
use table

node numbers() -> (n: i64) {
    origin paced
    step {= *out->n = (int64_t)pkd_number(ctx); return *out->n == 6 ? PKD_END : PKD_OK; =}
}

pipeline faults(kind: flow.Fault = crash) {
    n      = numbers()
    faulty = flow.fault(n, kind: kind, at: 3, t: 50ms)
    table.csv({ n: n, faulty: faulty ?? -1 }, path: "faults.csv")
}

deploy faults {
    on crash of faulty { restart 5 per 1h }
    on stall after 300ms of faulty { restart 5 per 1h }
}
END_PKD
build faults.pkd
for kind in crash hang fail; do
	rm -f faults.csv
	at_most 30 ./faults --quiet --kind $kind >out 2>&1 || fail "$kind: status $?" out
	is faults.csv 4 '1 2 -1 4 5 6'
done
at_most 20 ./faults --quiet --kind slow >out 2>&1 || fail "slow: status $?"
is faults.csv 4 '1 2 3 4 5 6'
