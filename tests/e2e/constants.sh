#!/bin/sh
# Constants that are strings, arrays and records; parameters that are arrays, on the command line and
# in a file; sizes that are computed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

"$PKDC" build "$e2e/constants/constants.pkd" -o constants >out 2>&1 || fail 'it does not build'

# says WHAT LINE...: these lines, in any order.
says() {
	what=$1
	shift
	printf '%s\n' "$@" | sort >want
	sort out | diff want - >difference || fail "$what" difference
}

./constants --quiet >out 2>&1 || fail 'it does not run'
says 'the defaults' 'a b.mp4|2|1|160' 'c,d.mp4|5|2|160' 'a b.mp4|1|0|320'
cut -d, -f 3- <first.csv >out
says 'what is computed from constants' 'n,step,most,area,gain,flag,path' \
	'0,0.5,4,76800,1,true,a b.mp4' '1,1,4,76800,1,true,a b.mp4' \
	'2,4,4,76800,1,true,a b.mp4' '3,-1,4,76800,1,true,a b.mp4'
build "$e2e/constants/constants.pkd" --pipeline records -o records
./records --quiet >out 2>&1 || fail 'a table does not run'
cut -d, -f 3- <table.csv >out
says 'a table of records' 'a,name,of,above,best' '1,x,x,3,' '2.5,longer,longer,2,' '3,,,2,' '-1,none,other,0,'
cut -d, -f 3- <table_2.csv >out
says 'its elements' 'a,name' '1,x' '2.5,longer' '3,'
[ -s hall1.csv ] || fail 'no file hall1.csv'
[ -s picked2.50.67true.csv ] || fail 'no file picked2.50.67true.csv'
cut -d, -f 3 <picked2.50.67true.csv | tail -n 1 | grep -qx 103 || fail 'not the second branch'

./constants --quiet --sources 'x\,y,back\\slash' --gains=1e-3,0x10 --levels high,low \
	>out 2>&1 && fail '16 is within 0..10'
./constants --quiet --sources 'x\,y,back\\slash' --gains=1e-3,4 --levels high,low \
	--flags false,false,false >out 2>&1 || fail 'options that are arrays'
says 'options' 'x,y|0.002|2|160' 'back\slash|8|0|160' 'x,y|0.001|0|320'
grep -q ',false,a b.mp4$' first.csv || fail 'the third flag was not heard'

printf '%s\n' 'sources = one\, two,three' 'gains = 3, 4' 'levels = mid,mid' >a.conf
./constants --quiet --config a.conf >out 2>&1 || fail 'a file that sets arrays'
says 'the file' 'one, two|6|1|160' 'three|8|1|160' 'one, two|3|0|320'

# Each element may have a line of its own, and a comment.
cat >lines.conf <<'END'
sources = one\, two,     # the first one

    # and then
  three
gains = 3,
        4
levels = mid,mid
END
./constants --quiet --config lines.conf >lines 2>&1 || fail 'an array on several lines' lines
sort out >out.sorted
sort lines | cmp -s out.sorted - || fail 'an array on several lines is another one' lines
printf 'gains = 3,4\nsources = one,\n two,\nlevels = mid,mid\n' >b.conf
expect 2 '.*b.conf:2: sources = one,two,levels = mid,mid: must be 2 values.*' ./constants --config b.conf
printf 'gains = 3,4\nsources = one,\n two\nlevels = none,mid\n' >b.conf
expect 2 '.*b.conf:4: levels = none,mid.*' ./constants --config b.conf
printf 'sources = "one, two,three"\n' >b.conf
expect 2 '.*b.conf:1: sources = one, two,three: must be 2 values.*' ./constants --config b.conf

# refused TEXT ARGUMENT...
refused() {
	text=$1
	shift
	expect 2 ".*$text.*" ./constants "$@"
}
refused '--sources a: must be 2 values, separated by commas' --sources a
refused '--sources a,b,c: must be 2 values, separated by commas' --sources a,b,c
refused '--gains 1,x: must be a number' --gains 1,x
refused '--gains 1,11 is out of range: it must be in 0..10' --gains 1,11
refused '--levels mid,none: must be one of low, mid, high' --levels mid,none
refused '--flags needs a value' --flags

./constants --help >out 2>&1 || fail 'no help'
grep -q -- '--sources STRING,STRING  *what to play (2 values, default PATHS)' out || fail 'help of strings'
grep -q -- '--flags true|false,...  *(3 values, default ' out || fail 'help of booleans'

"$PKDC" check -D 'PATHS=["x.mp4"]' -D 'STEPS=[2.0]' "$e2e/constants/constants.pkd" >out 2>&1 ||
	fail 'a -D that is an array'
expect 1 '.*error.E0309.: the items of an array have one type.*' \
	"$PKDC" check -D 'PATHS=["x.mp4", 3]' "$e2e/constants/constants.pkd"

# A number is written the same by the compiler and by the program.
cat >texts.pkd <<'END'
node show() {
    param a: string = ""
    origin paced
    step {= pkd_note(ctx, "%s", params->a); return PKD_END; =}
}
pipeline texts(f: f64 = 1.0e15, n: i64 = -7) {
    x = show(a: text(1.0e15) + " " + text(2.5e15) + " " + text(1.0e16) + " " + text(-0.0000123) + " " + text(123456.75)
        + " " + text(1.0e16, 2) + " " + text(2.0 / 3, 2) + " " + text(-7) + " " + text(-7, 1))
    y = show(a: text(f) + " " + text(f * 2.5) + " " + text(f * 10.0) + " " + text(f * 0.0 - 0.0000123) + " "
        + text(f * 0.0 + 123456.75) + " " + text(f * 10.0, 2) + " " + text(f * 2.0 / (f * 3.0), 2) + " " + text(n) + " "
        + text(n, 1))
}
END
build texts.pkd -o texts
at_most 20 ./texts --quiet >out 2>&1 || fail "status $?"
want='1000000000000000 2500000000000000 1e+16 -0.0000123 123456.75 1e+16 0.67 -7 -7.0'
[ "$(sed 's/.*: //' out | sort -u)" = "$want" ] || fail 'not one text for both'

# ---- What a call computes from options ----

# Whichever way an option comes into the computation, on the command line it is stronger than the file.
cat >computed.pkd <<'E_PKD'
node say() -> (n: u64) {
    param most: i64
    origin paced
    step {=
        *out->n = 0;
        pkd_note(ctx, "%lld", (long long)params->most);
        return PKD_END;
    =}
}
node swallow(n: u64) {
    step {= (void)in; =}
}
pipeline computed(high: i64 = 10, on: bool = true, xs: [i64; 2] = [1, 2]) {
    call = say(most: clamp(50, 1, high))
    sum  = say(most: high + 1)
    test = say(most: if on then 50 else 60)
    many = say(most: xs[1] * 2)
    swallow(call)
    swallow(sum)
    swallow(test)
    swallow(many)
}
E_PKD
build computed.pkd -o computed
printf '%s.most = 3\n' call sum test many >c.conf
# told NODE VALUE OPTION...
told() {
	node=$1 value=$2
	shift 2
	./computed --quiet --config c.conf "$@" >out 2>&1 || fail "status $?"
	grep -q "$node: $value\$" out || fail "$node: $value was expected with '$*'"
}
for node in call sum test many; do
	told $node 3
done
told call 20 --high 20
told call 10 --high 10
told sum 11 --high 10
told test 50 --on
told many 6 --xs 2,3
told sum 3 --on

# A name for what is computed from parameters, for several nodes.
cat >named.pkd <<'END'
use clock
use table
pipeline named(team: string<8> = "", count: u64 = 3) {
    n = if team == "" then count else 1
    a = clock.ticks(period: 1ms, count: n)
    b = clock.ticks(period: 1ms, count: n)
    table.csv(a, path: "a.csv")
    table.csv(b, path: "b.csv")
}
END
build named.pkd -o named
./named --quiet >out 2>&1 || fail 'a name for what is computed from parameters'
[ "$(cat a.csv b.csv | wc -l)" -eq 8 ] || fail 'not three ticks of each' a.csv
./named --quiet --team red >out 2>&1 || fail 'a name for what is computed from parameters'
[ "$(cat a.csv b.csv | wc -l)" -eq 4 ] || fail 'not one tick of each' a.csv
