#!/bin/sh
# A value of each type goes from a node in Python to another, and to C, as it was: as lists, tuples, dicts, arrays
# of NumPy with other strides and types, filled in place, absent; also where all nodes share one process.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

build "$e2e/python_types/types.pkd" -o types
for how in "" --single-process --freeze=off; do
	# shellcheck disable=SC2086 # a word or none
	./types --quiet $how >out 2>&1 || fail "types $how: status $?"
	cut -d, -f3- types.csv >got
	cat >wanted <<'END'
n,e,f,g,h,k,c,a0
1,1,1,1,1,1,26,1
2,2,2,2,2,2,41,2
3,3,3,3,3,3,58,3
4,4,4,4,4,4,64,4
5,5,5,5,5,5,43,5
END
	cmp -s got wanted || fail "types $how has other values" got
done
