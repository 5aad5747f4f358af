#!/bin/sh
# What parameters are given: expressions over options mean what they do in streams, and where a result
# does not fit, or is divided by zero, the program does not begin.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/arguments/arguments.pkd" -o arguments

# given NODE WORDS ARGUMENT...: what the node says with these options.
given() {
	node=$1 words=$2
	shift 2
	at_most 20 ./arguments --quiet "$@" >out 2>&1 || fail "$*: status $?"
	grep -qx "arguments: $node: $words" out || fail "$*: $node does not say '$words'"
}

# unfit WHAT ARGUMENT...: nothing is started.
unfit() {
	what=$1
	shift
	at_most 20 ./arguments "$@" >out 2>&1
	status=$?
	[ $status -eq 2 ] || fail "$*: status $status, not 2"
	[ "$(cat out)" = "arguments: $what for these options" ] || fail "$*: not '$what'"
}

given sums '13 200 201 1.5  0 slow'
given sums '-3 10 11 -2.5  0 slow' --a -5 --b 6 --u 10
given parts '-2 -1 0 28  0 slow' --a -5
given least '2 100 200 0  0 slow'
given least '9 100 7 0  0 slow' --a 9 --b 10 --on=false
given texts '0 0 0 0 word 1 slow'
given texts '0 0 0 0 other 0 slow' --a 2 --name long
given modes '0 0 0 0  1 slow'
given modes '0 0 0 0  1 fast' --on=false --mode fast
given functions '5 3 3 3  0 slow'
given functions '-25 1 0 5  0 slow' --a -5 --f -2.5
given difference '-1 -200 100 252.5  0 slow'
given difference '-101 -100 0 252.5  0 slow' --u 100
given joined '4 0 0 0 word-3/0.50/slow/true 0 slow'
given joined '3 7 0 0 abc--7/7.25/fast/false 0 slow' --name abc --a -7 --f 7.25 --mode fast --on=false
given fixed '0 0 0 5 n7 0 slow'
given within.deep '12 4 0 0  0 slow'

unfit 'sums.i = (a + b) * 2 - -a has no value of type i32' --a 600000000 --b 600000000
unfit 'sums.byte = u + 1 has no value of type u8' --u 255
unfit 'parts.i = a / b has no value of type i32' --b 0
# The least number divided by -1 does not fit.
unfit 'parts.i = a / b has no value of type i32' --a -2147483648 --b -1
unfit 'within.deep.i = half * 3 has no value of type i32' --a 800000000 --b -1000000000
# A cast to a whole number cuts the fraction, and nothing else.
unfit 'functions.i = i32(f * 10.0) has no value of type i32' --f 1e9
unfit 'difference.byte = if u > 50 then u - 100 else 0 has no value of type u8' --u 99
unfit 'functions.wide = abs(b) + sign(a) has no value of type i64' --b -2147483648
# Help shows what there is, whatever cannot be computed.
at_most 20 ./arguments --b 0 --help >out 2>&1 || fail "--help: status $?"
