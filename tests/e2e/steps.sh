#!/bin/sh
# C in a .pkd file: init, step and finish, what they share, and where mistakes in them are shown.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- init, step, finish, and a block for all ----

cat >helpers.pkd <<'END_PKD'
c {= static int calls(void) { return 100; } =}
node noted(n: i32) -> (n_calls: i32) { step {= (void)in; *out->n_calls = calls(); =} }
END_PKD
cat >blocks.pkd <<'END_PKD'
use "helpers.pkd" as helpers
use table

c {=
#include <sys/socket.h>
static int n_calls;
static int calls(void) { return ++n_calls; }
static int of_no_node_here(void) { return 1; }
=}

node numbers() -> (n: i32) {
    param last: i32 = 3
    state n: i32
    step {=
        if (self->n == params->last)
            return PKD_SKIP;
        *out->n = self->n++;
    =}
}

node keep(n: i32) {
    param path: string = "kept.txt"
    persistent state seen: i32
    state {=
        FILE *file;
    =}
    init {=
        self->file = fopen(params->path, state->seen ? "a" : "w");
        if (!self->file)
            return pkd_error(ctx, errno, "cannot open '%s'", params->path);
    =}
    step {=
        state->seen++;
        fprintf(self->file, "%d %d\n", *in->n, calls());
    =}
    finish {=
        fprintf(self->file, "end of %s\n", params->path);
        fclose(self->file);
    =}
}

node none() -> (n: i32) {
    init {= pkd_note(ctx, "takes no part"); return PKD_END; =}
    step {= *out->n = 1; =}
}

pipeline blocks(path: string = "kept.txt") {
    n = numbers()
    keeps = keep(n, path: path)
    table.csv({ calls: helpers.noted(n) }, path: "calls.csv")
    x = none()
    keep(x, path: "never.txt")
}
END_PKD
sed -i 's|table.csv({ calls: helpers.noted(n) }|m = helpers.noted(n)\n    table.csv({ calls: m }|' blocks.pkd
build blocks.pkd
./blocks --quiet >out 2>&1 || fail 'it does not run'
printf '0 1\n1 2\n2 3\nend of kept.txt\n' | diff - kept.txt >difference || fail 'wrong lines' difference
[ "$(cut -d, -f3 calls.csv | tail -n 1)" = 100 ] || fail 'not the helper of its file' calls.csv
expect 1 "blocks: node 'keeps' \(blocks.pkd:[0-9:]+\): cannot open '/nowhere/x'.*" \
	./blocks --path /nowhere/x
"$PKDC" fmt - <blocks.pkd >formatted || fail 'fmt fails'
"$PKDC" fmt - <formatted >again && diff formatted again >difference || fail 'fmt is not stable' difference

# ---- Mistakes are at their lines, with a hint ----

cat >wrong.pkd <<'END_PKD'
c {= static int helper(void) { return nothing; } =}
node one() -> (n: i32) {
    param last: i32 = 3
    state seen: i32
    persistent state total: i32
    init {= self->total = 1; =}
    step {=
        // state->seen is no mistake here, nor is "params.last"
        if (state->seen == params.last)
            return PKD_END;
        *out->n = in->last;
    =}
    finish {= undeclared(self); =}
}
node two(n: i32) { step {= (void)in; { struct { int32_t n; } in = {1}; (void)in.n; } =} }
pipeline wrong() {
    n = one()
    two(n)
}
END_PKD
"$PKDC" build wrong.pkd >out 2>&1 && fail 'a wrong step is taken'
for place in 1:39 6:17 9:18; do
	grep -q "^wrong.pkd:$place: error" out || fail "nothing is said at $place"
done
grep -q '^wrong.pkd:13:' out || fail 'nothing is said of the finish'
hint() { grep -A 4 "^wrong.pkd:$1: error\[E0703\]" out | grep -q "help: write '$2'" || fail "no hint '$2'"; }
hint 6:13 'state->total'
hint 9:13 'self->seen'
hint 9:28 'params->last'
hint 11:19 'params->last'
[ "$(grep -c 'E0703' out)" -eq 4 ] || fail 'other hints'

# ---- An output's pointer, what is read alone, names without their struct ----

cat >wrong.pkd <<'END_PKD'
node count() -> (n: i64) { step {= *out->n = 1; return PKD_END; =} }
node bad(x: i64) -> (y: i64, z: [f64; 2], w: i64) {
    param most: i64 = 3
    state seen: i64
    step {=
        if (most > 3 || seen || *in->x == y)
            w = x;
        out->y = in->x;
        out->z = 0;
        out->w = &self->seen;
        if (*out->y == 1)
            memset(in->x, 0, 8);
    =}
}
pipeline wrong() {
    n = count()
    w = bad(n)
}
END_PKD
"$PKDC" build wrong.pkd >out 2>&1 && fail 'pointers of outputs are assigned'
hint 6:13 'params->most'
hint 6:25 'self->seen'
hint 6:43 '\*out->y'
hint 7:13 '\*out->w'
hint 7:17 '\*in->x'
hint 8:9 '\*out->y = \*in->x'
hint 9:9 'out->z\[i\] = …'
hint 10:9 '\*out->w = …'
[ "$(grep -c 'E0703' out)" -eq 8 ] || fail 'other hints'
grep -q '^wrong.pkd:12:.* error: ' out || fail 'an input is written to'

# ---- PKD_LATER says until when ----

cat >later.pkd <<'END_PKD'
node waits() -> (n: i32) {
    param how: i32 = 0
    state called: bool
    step {=
        if (params->how == 0)
            return PKD_LATER;
        if (!self->called) {
            self->called = true;
            return pkd_later(ctx, params->how == 1 ? 0 : pkd_now());
        }
        *out->n = 1;
        return PKD_END;
    =}
}
node takes(n: i32) { step {= (void)in; =} }
pipeline later(how: i32 = 0) {
    n = waits(how: how)
    takes(n)
}
END_PKD
build later.pkd
expect 1 "later: node 'n' \(later.pkd:[0-9:]+\): step returned PKD_LATER at frame 1 without saying until when: .*" \
	./later
at_most 20 ./later --quiet --how 1 >out 2>&1 || fail 'a time that is past: status not 0'
at_most 20 ./later --quiet --how 2 >out 2>&1 || fail 'a time that is past: status not 0'

# A node with inputs has them again when it is due, and what it changed in its state is forgotten; a
# stop does not wait for it.
cat >inner.pkd <<'END_PKD'
use table
node count() -> (n: u64) { origin paced
    step {= *out->n = pkd_number(ctx); return *out->n == 5 ? PKD_END : PKD_OK; =} }
node waits(n: u64) -> (m: u64) {
    param pause: time = 10ms
    persistent state calls: u64
    state due: time
    step {=
        state->calls++;
        if (!pkd_stopping(ctx) && self->due == 0) {
            pkd_note(ctx, "waits for frame %d", (int)pkd_number(ctx));
            return pkd_later(ctx, self->due = pkd_now() + params->pause);
        }
        if (!pkd_stopping(ctx) && pkd_now() < self->due)
            return pkd_error(ctx, EINVAL, "too early");
        self->due = 0;
        *out->m = *in->n * 100 + state->calls;
    =}
}
pipeline inner(pause: time = 10ms) {
    c = count()
    l = waits(latest(9) c, pause: pause)
    m = waits(c, pause: pause)
    table.csv(m, path: "plain.csv")
    table.csv(l, path: "latest.csv")
}
deploy inner { process all { c, l, m } }
END_PKD
build inner.pkd
at_most 20 ./inner --quiet >out 2>&1 || fail 'a node that waits: status not 0'
for rows in plain latest; do
	[ "$(cut -d, -f1,3 $rows.csv | tr '\n' ' ')" = 'frame,value 1,101 2,202 3,303 4,404 5,505 ' ] ||
		fail "a node that waits has other inputs: $(cat $rows.csv)"
done
rm plain.csv
start ./inner --quiet --pause 1h
within 20 grep -q 'waits for' out || fail 'nobody waits'
kill -INT "$pid"
finish 20
[ "$status" -eq 0 ] || fail "a stop while a node waits: status $status"
[ -s plain.csv ] || fail 'what waited was lost'

# ---- A T? is written or marked absent ----

cat >forgets.pkd <<'END_PKD'
use table
type Found { at: f32, name: string<8>, sure: bool }

node makes() -> (n: i32?, found: Found?, on: bool?, list: list<i32, 3>?) {
    param forgets: i32 = 0
    step {=
        if (pkd_number(ctx) == 4)
            return PKD_SKIP;
        if (pkd_number(ctx) == 2) {
            makes_absent_n(ctx);
            makes_absent_found(ctx);
            makes_absent_on(ctx);
            makes_absent_list(ctx);
            return PKD_OK;
        }
        if (params->forgets != 1)
            *out->n = 0;
        if (params->forgets != 2)
            pkd_string_set(&out->found->name, "it");
        if (params->forgets != 3)
            *out->on = 0;
    =}
}
pipeline forgets(forgets: i32 = 0) {
    m = makes(forgets: forgets)
    table.csv({ n: m.n ?? -1, at: m.found.at ?? -1.0, on: m.on ?? true, l: len(m.list) ?? 9 }, path: "rows.csv")
}
END_PKD
build forgets.pkd
./forgets --quiet >out 2>&1 || fail 'it does not run'
cut -d, -f3- rows.csv >rows
printf 'n,at,on,l\n0,0,false,0\n' >wanted
head -n 2 rows | diff - wanted >difference || fail 'wrong rows' rows
forgotten() {
	expect 1 "forgets: node 'm' \(forgets.pkd:[0-9:]+\): output '$2' was neither written nor marked absent \(frame 1\): where there is no value, call makes_absent_$2\(ctx\)" \
		./forgets --forgets "$1"
}
forgotten 1 n
forgotten 2 found
forgotten 3 on

# ---- A finish that hangs is ended, also where nobody has asked for a stop ----

cat >hangs.pkd <<'END_PKD'
node one() -> (n: i32) { step {= *out->n = 1; return PKD_END; =} }
node lasts(n: i32) {
    step {= (void)in; =}
    finish {= for (;;) sleep(1); =}
}
c {=
#include <unistd.h>
=}
pipeline hangs() {
    n = one()
    last = lasts(n)
}
END_PKD
build hangs.pkd
expect 137 "hangs: node 'last' \(hangs.pkd:[0-9:]+\) was killed: its finish took longer than 1s \(--grace\); the rest was stopped" \
	./hangs --grace 1s
