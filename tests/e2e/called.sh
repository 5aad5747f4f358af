#!/bin/sh
# What is asked of a running program by the names of its source: an expression that is a stream under whatever name is
# shown; of one that is computed on the way, of a bank, of what nobody reads, it is said where it is and what to write.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

export PKD_DIR="$PWD/place"
export PATH="$B:$PATH"
mkdir -m 700 place
build "$e2e/called/called.pkd" --pipeline called -o called
start ./called --quiet
runs() { pkd status >out 2>&1; }
within 20 runs || fail 'it does not answer'

shown() { expect 0 ' *[0-9-]+  [0-9.eE+-]+' pkd echo "$1" --count 1; }

shown mid
shown mid.value
shown twin
expect 1 "pkd: 'even' is no stream: node 'expression_[0-9]+' computes it on the way; to watch it, give it to a node, .*" \
	pkd echo even
expect 1 "pkd: 'b\[1\]' is no stream: node '[a-z_0-9]+' computes it on the way; .*" pkd echo 'b[1]'
expect 1 "pkd: 'a\[1\]\.half' is no stream: node '[a-z_0-9]+' computes it on the way; .*" pkd echo 'a[1].half'
expect 1 "pkd: 'b' is a bank: say which of its elements, as b\[0\]" pkd echo b
expect 1 "pkd: only whether and when 't.big' has a value is read, and that is 't.big_stamp'" pkd echo t.big
expect 1 "pkd: nobody reads 't.spare', so it has no values: to watch it, give it to a node, as to table.csv" pkd echo t.spare
expect 1 "pkd: there is no stream 'evne'; did you mean 'even'\?" pkd echo evne

expect 0 'expression_[0-9]+.value: .*' pkd why 3 even
expect 0 'mid.value: .*|.*\.twin: .*|.*twin.value: .*' pkd why 3 twin
expect 1 "pkd: 'even' is no node: 'expression_[0-9]+' computes it" pkd pause even
expect 1 "pkd: 'b\[0\]' is no node: '[a-z_0-9]+' computes it" pkd pause b
expect 1 "pkd: there is no node 'evne'" pkd pause evne

kill -INT "$pid"
finish 15
[ "$status" -eq 0 ] || fail "status $status"

# What is said to make one a stream does.
sed 's/^    table.csv(mid/    table.csv(even, path: "watched.csv")\n&/' "$e2e/called/called.pkd" >more.pkd
build more.pkd --pipeline called -o more
start ./more --quiet
within 20 runs || fail 'it does not answer'
shown even
kill -INT "$pid"
finish 15
