#!/bin/sh
# The line about a death says what the node had in hand, by the first text in it: of a worker, in a record, in a
# value that is too large to be shared with its ring. Nothing of a private stream, and no control character.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >item.pkd <<'END'
use table

type Entry { order: u64, label: string<40>, size: u64 }
type Deep { n: u64, entry: Entry }

node names() -> (path: string<200>, deep: Deep, private hidden: string<20>) {
    param odd: bool = false
    origin paced
    persistent state n: u64
    step {=
        char text[64];

        if (state->n == 60)
            return PKD_SKIP;
        state->n++;
        snprintf(text, sizeof(text), params->odd ? "a'\x1b[31m\nb%llu\xff" : "sub-%02llu/é",
                 (unsigned long long)state->n);
        pkd_string_set(out->path, text);
        pkd_string_set(&out->deep->entry.label, "the label");
        pkd_string_set(out->hidden, "hide me");
    =}
}

node dies<T>(value: T) -> (n: u64) {
    param at: u64 = 17
    stateless
    step {=
        *out->n = pkd_number(ctx);
        if (*out->n == params->at)
            abort();
    =}
}

pipeline paths(odd: bool = false) {
    n = names(odd: odd)
    d = dies(n.path)
    table.csv({ n: d }, path: "rows.csv")
}
deploy paths { workers d = 3 }

node waits(path: string<200>) -> (n: u64) {
    step {=
        if (pkd_number(ctx) == 9)
            return pkd_later(ctx, pkd_now() + 60000000000);
        *out->n = pkd_number(ctx);
    =}
}

pipeline waiting() {
    n = names()
    w = waits(n.path)
    table.csv({ n: w }, path: "waiting.csv")
}

pipeline records() {
    n = names()
    d = dies(n.deep)
    table.csv({ n: d }, path: "rows.csv")
}

pipeline hidden() {
    n = names()
    d = dies(n.hidden)
    table.csv({ n: d }, path: "rows.csv")
}
END
for pipeline in paths waiting records hidden; do
	build item.pkd --pipeline "$pipeline" -o "$pipeline"
done

at_most 10 ./paths >out 2>&1
last_line | grep -Eq "node 'd_2' \(.*\) was killed by SIGABRT with frame 17 \(value 'sub-17/é'\) in hand; the rest was stopped" ||
	fail 'a path is not named'
at_most 10 ./paths --odd >out 2>&1
last_line | grep -Fq "with frame 17 (value 'a??[31m?b17?') in hand" || fail 'control characters are shown'
at_most 10 ./records >out 2>&1
last_line | grep -Fq "with frame 17 (value.label 'the label') in hand" || fail 'a record is not named'
# One that waits with it, and one that has done with it.
has_rows() { [ -s waiting.csv ] && [ "$(wc -l <waiting.csv)" -ge 9 ]; }
start ./waiting
within 10 has_rows || fail 'it does not begin'
named "$pid" w && kill -KILL "$child"
finish 10
last_line | grep -Fq "was killed by SIGKILL with frame 9 (path 'sub-09/é') in hand" || fail 'what waits is not named'
rm waiting.csv
start ./waiting
within 10 has_rows || fail 'it does not begin'
named "$pid" csv && kill -KILL "$child"
finish 10
last_line | grep -q 'was killed by SIGKILL; the rest was stopped' || fail 'what is done with is named'

at_most 10 ./hidden >out 2>&1
last_line | grep -q 'was killed by SIGABRT; the rest was stopped' || fail 'other words'
! grep -q 'hide me' out || fail 'a private stream is shown'
