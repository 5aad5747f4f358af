#!/bin/sh
# Each keyword of C and C++, and each macro of the headers that generated C includes, can be the name of a
# field, port, parameter, state, size, type, node and value of an enum; the name of a stream it cannot be.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# ---- The words ----

cat >headers.c <<'END_C'
#include <pkd/arith.h>
#include <pkd/node.h>
#include <pkd/program.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
END_C
cat >keywords <<'END_WORDS'
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl
const const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export
extern false float for friend goto if inline int long main mutable namespace new noexcept not not_eq nullptr
operator or or_eq private protected public register reinterpret_cast restrict return short signed sizeof
static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq
END_WORDS
words_of() { awk '$1 == "#define" && $2 !~ /[(]/ { print $2 }' "$1" | grep -Evi '^(_|pkd[_i])'; }
include=$ROOT/runtime/include
cc -std=gnu11 "-I$include" -dM -E headers.c >macros || skip 'the C compiler shows no macros'
{
	tr ' ' '\n' <keywords
	words_of macros
} | LC_ALL=C sort -u >all
# The language has these for itself.
own='and any assert else every false for if in it latest not or out queue sample then true when where'
echo "$own" | tr ' ' '\n' >own
grep -vxFf own all >words
[ "$(wc -l <words)" -gt 300 ] || fail 'there are too few words' words

# ---- Each of them in every place ----

# each BEFORE AFTER: a line for each word.
each() { awk -v before="$1" -v after="$2" '{ print before $0 after }' words; }
{
	echo 'type All {'
	each '    ' ': i32'
	printf '}\nenum Each {\n'
	each '    ' ''
	printf '}\nenum M { PI, E }\nnode made() -> (\n'
	each '    ' ': i32,'
	cat <<'END_PKD'
    all: All, one: Each, m: M,
) {
    persistent state began: bool
    step {=
        if (state->began)
            return PKD_SKIP;
        state->began = true;
        out->all->int_ = 7;
        out->all->EOF_ = 8;
        out->all->errno_ = 9;
        *out->NULL_ = 6;
        *out->one = Each_while;
        *out->m = M_PI_;
    =}
}
node taken(all: All,
END_PKD
	each '    ' ': i32?,'
	printf ') {\n    step {= (void)in->M_PI_, (void)in->int_; =}\n}\nnode set(all: All) {\n'
	each '    param ' ': i32 = 5'
	echo '    step {= if (params->class_ != 3) return pkd_error(ctx, EINVAL, "class"); =}'
	printf '}\nnode kept(all: All) {\n'
	each '    state ' ': i32'
	printf '    step {= self->struct_++; =}\n}\nnode kept_long(all: All) {\n'
	each '    persistent state ' ': i32'
	cat <<'END_PKD'
    step {= state->struct_++; =}
}
node sized<int, EOF>(list: list<i32, int>?, other: list<i32, EOF>?, all: All) {
    step {= if (params->int_ != 4) return pkd_error(ctx, EINVAL, "int"); =}
}
use table
pipeline names(
END_PKD
	each '    param ' ': i32 = 3,'
	cat <<'END_PKD'
) {
    m = made()
    a = m.all
    taken(a, int: m.NULL)
    set(a, class: class)
    kept(a)
    kept_long(a)
    sized(all: a, int: 4, EOF: 5)
    sum = a.int + a.EOF + m.NULL
    table.csv({ int: sum, EOF: a.errno, double: m.one }, path: "names.csv")
}
END_PKD
} >names.pkd
build names.pkd
./names --quiet --class 3 >out 2>&1 || fail 'it does not run'
cut -d, -f3- names.csv >got
printf 'int,EOF,double\n21,9,while\n' | diff - got >difference || fail 'wrong rows' difference

# ---- As types and nodes, and in C++ ----

{
	each 'type ' ' { x: i32 }'
	cat <<'END_PKD'
type tm { x: i32 }
node a() -> (x: tm, y: int, z: errno) { step {= return PKD_SKIP; =} }
node b(x: tm, y: int) { step {= (void)in; =} }
pipeline types() {
    v = a()
    b(v.x, v.y)
}
END_PKD
} >types.pkd
build types.pkd
{
	each 'node ' '(x: i32) { step {= (void)in; =} }'
	cat <<'END_PKD'
node one() -> (x: i32) { step {= *out->x = 1; return PKD_END; =} }
pipeline nodes() {
    v = one()
    int(v)
    EOF(v)
    errno(v)
}
END_PKD
} >nodes.pkd
build nodes.pkd
"$PKDC" header names.pkd >names.pkd.h || fail 'no header'
printf '#include "names.pkd.h"\n#include <cmath>\n#include <cstdio>\n' >user.cpp
c++ -std=gnu++17 "-I$include" -Wall -fsyntax-only user.cpp 2>out || fail 'C++ does not take the header'

# ---- What the headers declare: enum size { t } ----

cc -std=gnu11 -D_GNU_SOURCE "-I$include" -E -P headers.c | grep -oE '[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+' |
	grep -Ev '^(pkd|PKD)[_iI]|_$|__' | LC_ALL=C sort -u |
	awk -F_ -v own="$own" '
	BEGIN { n = split(own, words, " "); for (i = 1; i <= n; i++) skip[words[i]] = 1 }
	{
		value = substr($0, length($1) + 2)
		if (!skip[$1] && !skip[value] && value !~ /^[0-9]/)
			values[$1] = values[$1] (values[$1] ? ", " : "") value
	}
	END { for (e in values) print "enum " e " { " values[e] " }" }' | LC_ALL=C sort >enums.pkd
[ "$(wc -l <enums.pkd)" -gt 100 ] || fail 'there are too few enums' enums.pkd
cat >>enums.pkd <<'END_PKD'
node sizes() -> (x: i32, y: size, z: int32) { step {= *out->y = size_t_; return PKD_SKIP; =} }
node taken(x: i32) { step {= (void)in; =} }
pipeline enums() {
    v = sizes()
    taken(v.x)
}
END_PKD
"$PKDC" build enums.pkd >out 2>&1 || fail 'a value of an enum meets a name of the headers'

# ---- A stream, and what meets another name ----

for word in int typeof NULL errno EOF M_PI; do
	printf 'node one() -> (x: i32) { source "one.c" }\npipeline p() {\n    %s = one()\n}\n' \
		"$word" >stream.pkd
	"$PKDC" check stream.pkd >out 2>&1 && fail "a stream may be called $word"
	grep -q '^stream.pkd:3:5: error\[E0207\]' out || fail "a stream called $word: another message"
done
