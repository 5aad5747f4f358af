#!/bin/sh
# The nodes of `clock` in whole programs: the beat of ticks, also through a restart, and what pace and delay make
# of capture times.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- ticks: each is due a whole number of periods after the first ----

cat >beat.pkd <<'END_PKD'
use clock
use table

pipeline beat() {
    tick = clock.ticks(20ms, count: 40)
    table.csv(tick, path: "beat.csv")
}

deploy beat { on crash of tick { restart 100 per 1h } }
END_PKD
build beat.pkd

# Each row: n grows, by one and by what was missed, and its time is that of the first and (n - 1) periods.
in_beat() {
	awk -F, -v period=0.02 '
		NR == 1 { next }
		NR == 2 { first = $2 }
		{
			if ($3 != (NR - 1) + $4) exit bad = 1
			off = $2 - first - ($3 - 1) * period
			if (off > 1e-6 || off < -1e-6 || $5 < 0) exit bad = 1
			last = $3
		}
		END { exit bad || last < 40 }' "$1"
}
at_most 20 ./beat --quiet || fail "beat: status $?"
in_beat beat.csv || fail 'ticks are out of beat' beat.csv

start ./beat --quiet
within 20 named "$pid" tick || fail 'there is no process tick'
within 20 test -s beat.csv
kill -KILL "$child"
finish 20
[ "$status" -eq 0 ] || fail "a killed clock: status $status"
in_beat beat.csv || fail 'a restarted clock is out of beat' beat.csv

# ---- A new period counts at once, and not when the old one is over ----

PKD_DIR="$PWD/place"
export PKD_DIR
cat >slowly.pkd <<'END_PKD'
use clock
use text

pipeline slowly() {
    tick = clock.ticks(1h, count: 5)
    text.print("tick " + text(tick.n))
}
END_PKD
build slowly.pkd
start ./slowly --quiet
within 20 grep -qx 'tick 1' out || fail 'no first tick'
"$B/pkd" set --wait 0 slowly tick.period=10ms >set.out 2>&1 || fail 'cannot set the period' set.out
finish 20
# Ticks may be missed, the last one by its number, too.
[ "$status" -eq 0 ] && [ "$(sed -n '$s/tick //p' out)" -ge 5 ] || fail "a shorter period: status $status"

# ---- pace and delay: nothing earlier than it is due, in order, with their frames ----

cat >slow.pkd <<'END_PKD'
use clock
use table

/// Five values at once, whose capture times are 50 ms apart.
node recorded() -> (n: i64) {
    origin paced
    step {=
        *out->n = (int64_t)pkd_number(ctx);
        pkd_set_time(ctx, *out->n * 50000000);
        return *out->n == 5 ? PKD_END : PKD_OK;
    =}
}

/// When a value was published.
node made(n: i64) -> (at: time) { step {= *out->at = pkd_frame_of(in->n)->publish_ns; =} }

pipeline slow() {
    n       = recorded()
    paced   = clock.pace(n)
    rated   = clock.pace(n, period: 20ms)
    delayed = clock.delay(queue(8) n, t: 300ms)
    at      = made(n)
    p       = made(paced)
    r       = made(rated)
    d       = made(delayed)
    table.csv({ n: n, at: at, paced: p - at, rated: r - at, delayed: d - at }, path: "slow.csv")
}
END_PKD
build slow.pkd
at_most 20 ./slow --quiet || fail "slow: status $?"
awk -F, '
	NR == 1 { next }
	NR == 2 { at = $4 }
	{
		k = NR - 2
		if ($3 != k + 1 || $4 + $5 - at < k * 0.05 || $4 + $6 - at < k * 0.02 || $7 < 0.3)
			exit bad = 1
	}
	END { exit bad || NR != 6 }' slow.csv || fail 'values came too early' slow.csv
