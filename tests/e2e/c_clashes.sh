#!/bin/sh
# What generated C declares by itself, and what C and its library declare, can be the name of a stream, part,
# parameter, node, port, field, type and value of an enum, side by side: in C none of it meets.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

CFLAGS='-Wall -Wextra -Wpedantic -Wconversion -Werror'
export CFLAGS

# ---- Words ----

# Members, locals and arguments of a step; the tables of a program; what the headers declare.
cat >words <<'END_WORDS'
x has_x n_x has_has_x no_x step methods init finish rights param_table get_state absent value value_2
self inputs outputs node state params options option_table expression expression_init expression_1
x_inputs x_outputs x_derived x_params x_readers x_nodes x_1 x_2 x_in x_out x_state x_step
bind nodes streams processes program order order_2 best most least sum i end n found skip at list
t1 t2 len items text data record_1 value_list_i32_300 type_i32 type_record_1 NODE_x STREAM_x
uint32_t int64_t size_t time_t FILE uint memcpy memmove strlen strcmp sin sqrt floor isnan offsetof
index y0 y1 stat signal environ random remove abort exit printf
END_WORDS
tr ' ' '\n' <words | awk 'NF && !seen[$1]++' >all
split -l 20 all group.

# functions of the language: no node is called like them
functions=' at least most sum best first sin sqrt floor text len '

# Streams: by turns optional ones with a past, long lists that are made and read twice, numbers that are
# read twice, texts. All of a group are parts of one node.
streams() {
	cat <<'END_PKD'
use table
node one() -> (x: i32, y: i32?, f: f32, many: list<i32, 300>?, s: string<300>) {
    step {= *out->x = 1; return PKD_END; =}
}
pipeline clashes() {
    a = one()
END_PKD
	awk '
	{ w[NR] = $1 }
	END {
		for (k = 1; k <= NR; k++) {
			v = w[k]
			before = k > 4 ? w[k - 4] : ""
			if (k % 4 == 1) printf "    %s = (a.y when a.x > %d) * %s\n", v, k, before ? "(" before " ?? 2)" : "3"
			if (k % 4 == 2) printf "    %s = sorted(%s where it > %d)\n", v, before ? before : "(a.many ?? [])", k
			if (k % 4 == 3) printf "    %s = (a.x + %s) * %d\n", v, before ? before : "1", k
			if (k % 4 == 0) printf "    %s = a.s + text(a.x) + %s\n", v, before ? before : "\"!\""
		}
		printf "    table.csv({\n        tail_: a.x,\n"
		for (k = 1; k <= NR; k++) {
			v = w[k]
			if (k % 4 == 1) printf "        f%d: %s ?? 0, g%d: %s[-1] ?? 1, h%d: %s[-2] ?? 1,\n", k, v, k, v, k, v
			if (k % 4 == 2) printf "        f%d: sum(%s), g%d: len(%s where it > 1), h%d: min(%s) ?? 0,\n", k, v, k, v, k, v
			if (k % 4 == 3) printf "        f%d: %s, g%d: sqrt(f64(%s)), h%d: %s[-1] ?? 3,\n", k, v, k, v, k, v
			if (k % 4 == 0) printf "        f%d: len(%s), g%d: %s == \"x\",\n", k, v, k, v
		}
		printf "    }, path: \"rows.csv\")\n}\n"
	}' "$1"
}

# Nodes, each with ports, parameters and states of the other names; fields, values of an enum and
# parameters of the pipeline.
nodes() {
	awk -v functions="$functions" '
	{ w[NR] = $1 }
	END {
		printf "type Record {\n"
		for (k = 1; k <= NR; k++) printf "    %s: %s,\n", w[k], k % 2 ? "list<i32, 300>" : "i32"
		printf "}\nenum Choice {\n"
		for (k = 1; k <= NR; k++) printf "    %s\n", w[k]
		printf "}\nnode origin_() -> (r: Record, c: Choice, x: i32) { step {= *out->x = 1; return PKD_END; =} }\n"
		for (k = 1; k <= NR; k++) {
			if (index(functions, " " w[k] " ")) continue
			printf "node %s(r: Record,\n", w[k]
			for (i = 1; i <= NR; i++)
				if (i % 2) printf "    %s: %s?,\n", w[i], i % 3 ? "i32" : "list<i32, 4>"
			printf ") -> (value_: i32?) {\n"
			for (i = 1; i <= NR; i++)
				if (i % 2 == 0) printf "    param %s: i32 = 1\n", w[i]
			for (i = 1; i <= NR; i++)
				printf "    %sstate %s: i32\n", i % 2 ? "" : "persistent ", w[i]
			printf "    step {= *out->value_ = 1; =}\n}\n"
		}
		printf "use table\npipeline clashes(\n"
		for (k = 1; k <= NR; k++) printf "    %s_: i32 = 3,\n", w[k]
		printf ") {\n    o = origin_()\n"
		for (k = 1; k <= NR; k++) {
			if (index(functions, " " w[k] " ")) continue
			printf "    %s = %s(o.r, %s: %s_ * 2 + 1)\n", w[k], w[k], k % 2 ? w[k + 1 <= NR ? k + 1 : k - 1] : w[k], w[k]
			printf "    table.csv({ a: %s ?? 0, b: sum(o.r.%s), c: o.c }, path: \"%s.csv\")\n", w[k], w[k % 2 ? k : k - 1], w[k]
		}
		printf "}\n"
	}' "$1"
}

for group in group.*; do
	streams "$group" >"streams_${group#*.}.pkd"
	nodes "$group" >"nodes_${group#*.}.pkd"
done
# shellcheck disable=SC2016 # of the inner shell
for file in streams_*.pkd nodes_*.pkd; do
	build "$file" --pipeline clashes -o "${file%.pkd}"
done

# ---- Names of what the compiler makes, and of the headers ----

cat >made.pkd <<'END_PKD'
use table

enum size { s, m, l, t }
enum int32 { t }
enum strtod { l }
enum option { table }
enum NODE { one }
enum one { inputs, outputs }
enum type { Pair, i32 }
type NODE_one { x: i32 }
type made_params { x: i32 }
type made_record_1 { x: i32 }
type record_1 { y: i32 }
type Pair_fields { x: i32 }
type Pair { x: i32, y: Pair_fields, z: [Pair_fields; 2] }
type timex { x: i32 }
type FILE { x: i32 }

node origin() -> (x: i32, pair: Pair, other: record_1, time: timex, file: FILE, size: size, word: int32) {
    step {=
        if (pkd_number(ctx) > 1)
            return PKD_END;
        *out->x = 3;
        out->pair->y.x = 4;
        out->other->y = 5;
        *out->size = size_t_;
        *out->word = int32_t_;
    =}
}
node twice(x: i32) -> (int: i32, has_int: i32) {
    stateless
    step {= *out->int_ = *in->x; *out->has_int = 1; =}
}
node expression(x: i32, params: string<10>?, state: string<20>?) -> (out_: string<8>?) {
    persistent state last: i32
    step {=
        state->last = *in->x;
        if (in->params && in->state && in->params->len != in->state->len)
            expression_absent_out_(ctx);
    =}
}
node kept(r: record_1, p: Pair) {
    state params: i32
    state node_params: i32
    param rights: i32 = 1
    step {= self->params = in->r->y; self->node_params = in->p->x; =}
}

pipeline made(step: i32 = 1) {
    one     = origin()
    w       = twice(one.x)
    record  = w.int + w.has_int
    merge   = w.int * 2 + step
    e       = expression(merge)
    kept(one.other, one.pair, rights: step * 2)
    table.csv({ e: e ?? "" }, path: "e.csv")
    table.csv({ r: record, m: merge[-1] ?? 0, x: one.pair.y.x, y: one.other.y, s: one.size, w: one.word },
        path: "made.csv")
    table.csv(one.pair.y, path: "pair.csv")
    table.csv(one.other, path: "other.csv")
}
deploy made { workers w = 2 }
END_PKD
build made.pkd -o made
./made --quiet >out 2>&1 || fail 'it does not run'
[ "$(sed -n 2p made.csv | cut -d, -f3-)" = 4,0,4,5,t,t ] || fail 'wrong rows' made.csv
[ "$(sed -n 2p other.csv | cut -d, -f3-)" = 5 ] || fail 'another record' other.csv
"$PKDC" header made.pkd >made.pkd.h || fail 'no header'
printf '#include "made.pkd.h"\n#include <cstdio>\n' >user.cpp
c++ -std=gnu++17 "-I$ROOT/runtime/include" -Wall -fsyntax-only user.cpp 2>out || fail 'C++ does not take the header'
