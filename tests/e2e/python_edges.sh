#!/bin/sh
# Nodes in Python at the edges: outputs and state made of themselves, lists that change while they are read, names that are
# keywords, bytes in another order, texts that no UTF-8 has, numbers that no message can show.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes
export PKD_DIR="$PWD/place" PATH="$B:$PATH"

build "$e2e/python_edges/edges.pkd" --pipeline edges -o edges
at_most 60 ./edges --quiet >out 2>&1 || fail 'what is right fails' out
[ "$(grep -c 'a lone .ud800 surrogate' out)" -eq 3 ] || fail 'a surrogate that is printed' out
cut -d, -f3-9 edges.csv >got
cat >wanted <<'END'
a,b,c,d,first,last,y
249,0,7,7,69999,0,0
249,0,7,7,0,69999,0
7,7,249,0,69999,0,7
END
cmp -s wanted got || fail 'outputs or state that are made of themselves' got
grep -q "Pair({'x': -2, 'y': 1000000000.0, 'class': 4, 'size': 6})" edges.csv || fail 'records' edges.csv

build "$e2e/python_edges/edges.pkd" --pipeline odd_ones -o odd
odd() { # WHAT STATUS TEXT
	at_most 60 ./odd --quiet --what "$1" >out 2>&1
	status=$?
	[ "$status" -eq "$2" ] && grep -qF "$3" out || fail "odd $1: status $status" out
	! grep -q 'killed by' out || fail "odd $1: it has died" out
}
changed="node 'i' ("
odd 0 1 "step at frame 2: output 'ns': it was changed while it was read"
grep -qF "$changed" out || fail 'the list that changes: which node' out
odd 1 1 "output 'n': a value that cannot be shown is out of range for u32: 0 to 4294967295"
odd 2 1 "UnicodeEncodeError"
odd 3 1 "write the name of an input, or the array or record that step was given"
odd 4 1 "pkd.END has the outputs in their order, or by name, not both"
odd 5 1 "a dict with 'm', which is no output of the node"
odd 7 1 "a dict with 'm', which is no output of the node"
odd 8 1 "a parameter cannot be set from inside of the node: 'what'"
odd 9 1 "has no 'numbr': do you mean 'number'?"
odd 10 1 "the node has no 'wat': do you mean 'what'?"
odd 11 1 "PermissionError"
grep -q 'may touch only what it declares' out || fail 'what the sandbox has refused is not explained' out
odd 6 1 "output 'n': it was not given"

# A debugger keeps the frames that it has stood in; the run goes on.
build "$e2e/python_edges/edges.pkd" --pipeline debugged -o debugged
printf 'p view.shape\nc\n' | at_most 60 ./debugged --quiet --single-process >out 2>&1 || fail 'a debugger' out
grep -q '(500, 700)' out && [ "$(cut -d, -f3 debugged.csv | tr '\n' ' ')" = 'n 249 249 7 ' ] || fail 'a debugger' out
