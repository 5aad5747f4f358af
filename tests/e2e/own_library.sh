#!/bin/sh
# A library without pkg-config: link, include and define, relative to the .pkd file; what changes is made
# again; no word of them is another option of the compiler.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ar

mkdir -p 'my nodes/inc' 'my nodes/lib'
write_library() {
	printf 'int answer(void);\nint answer(void)\n{\n\treturn %s;\n}\n' "$1" >answer.c
	cc -c -fPIC answer.c -o answer.o || fail 'no object'
	rm -f 'my nodes/lib/libanswer.a'
	ar rcs 'my nodes/lib/libanswer.a' answer.o || fail 'no library'
}
write_library 42
printf 'int answer(void);\n#define ADDED 1\n' >'my nodes/inc/answer.h'
cat >'my nodes/ask.pkd' <<'END_PKD'
c {= #include <answer.h> =}
node ask() -> (n: i32, text: string<20>) {
    link "-Llib"
    link "-lanswer"
    include "inc"
    define "TEXT=\"a b\" \"; -c\""
    define "TWICE"
    step {=
#ifdef TWICE
        *out->n = 2 * answer() + ADDED;
#endif
        pkd_string_set(out->text, TEXT);
        return PKD_END;
    =}
}
node from_file(n: i32) -> (n_more: i32) {
    include "inc"
    define "MORE=1000"
    source "more.c"
}
END_PKD
cat >'my nodes/more.c' <<'END_C'
#include "my nodes/ask.pkd.h"
#include <answer.h>

struct ask_from_file {
	int none;
};

int ask_from_file_init(struct ask_from_file *self, const struct ask_from_file_params *params,
                       struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int ask_from_file_step(struct ask_from_file *self, const struct ask_from_file_in *in,
                       struct ask_from_file_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)ctx;
	*out->n_more = *in->n + MORE * ADDED;
	return PKD_OK;
}

void ask_from_file_finish(struct ask_from_file *self)
{
	(void)self;
}

PKD_NODE(ask_from_file);
END_C
cat >program.pkd <<'END_PKD'
use table
use "my nodes/ask.pkd" as ask

pipeline program() {
    a = ask.ask()
    b = ask.from_file(a.n)
    table.csv({ n: a.n, more: b, text: a.text }, path: "rows.csv")
}
END_PKD
gives() {
	build program.pkd
	./program --quiet >out 2>&1 || fail "$1: it does not run"
	[ "$(tail -n 1 rows.csv | cut -d, -f3-)" = "$2" ] || fail "$1: not $2" rows.csv
}
gives 'at first' '85,1085,a b; -c'
gives 'again' '85,1085,a b; -c'

# ---- What changes is made again ----

write_library 10
gives 'another library' '21,1021,a b; -c'
printf 'int answer(void);\n#define ADDED 2\n' >'my nodes/inc/answer.h'
gives 'another header' '22,2022,a b; -c'
sed -i 's/MORE=1000/MORE=100/' 'my nodes/ask.pkd'
gives 'another macro' '22,222,a b; -c'

# A shared library is found where the program was told of it.
cc -shared -fPIC answer.c -o 'my nodes/lib/libanswer.so' || fail 'no shared library'
gives 'a shared library' '22,222,a b; -c'
(cd / && "$OLDPWD/program" --quiet --csv.path "$OLDPWD/other.csv" >"$OLDPWD/out" 2>&1) ||
	fail 'it does not run elsewhere'

# ---- What is not there ----

missing() {
	printf '%s\n' 'node a() -> (n: i32) {' "    $1" '    step {= *out->n = 1; =}' '}' \
		'node b(n: i32) { step {= (void)in; =} }' 'pipeline missing() {' '    x = a()' '    b(x)' '}' \
		>missing.pkd
	"$PKDC" build missing.pkd >out 2>&1 && fail "$1 is taken"
	grep -q "^missing.pkd:2:[0-9]*: error\[$2\]: $3" out || fail "$1: another message"
}
missing 'link "-lno_such_library"' E0701 "node 'a' needs the library '-lno_such_library'"
missing 'link "-Lno_such"' E0701 "the directory .*no_such' of node 'a' does not exist"
missing 'include "no_such"' E0701 "the directory .*no_such' of node 'a' does not exist"

# ---- None is another option ----

for word in 'link "-fplugin=x"' 'link "-l-fplugin=x"' 'link "-L-fplugin=x"' 'link "-l:x"' 'link "@x"' \
	'include "-fplugin=x"' 'define "-fplugin=x"' 'define "X -fplugin=x"' 'define "@x"'; do
	missing "$word" E0209 'this'
done
