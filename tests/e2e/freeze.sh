#!/bin/sh
# A node that writes to what it has published, or beyond what it was given, dies at that instruction:
# where values are large, or everywhere when that is asked for. With --freeze=off nobody notices the
# writer.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/freeze/freeze.pkd" -o freeze

# says TEXT ARGUMENT...: runs to its end, and says first what is protected.
says() {
	text=$1
	shift
	expect 0 "freeze: --freeze=$text.*" ./freeze "$@"
}
expect 0 'freeze: 200 frames in .*' ./freeze
! grep -q -e --freeze out || fail 'nobody has asked what --freeze does'
says 'auto: 1 of 2 streams .*(big.block)' --freeze=auto
says 'all: 2 of 2 streams .*' --freeze=all
says 'all: 2 of 2 streams .*' --freeze=all --single-process
says 'off: 0 of 2 streams .*' --freeze=off
expect 2 'freeze: --freeze some: must be one of auto, all, off' ./freeze --freeze some

late="freeze: node 'big' (.*) wrote to its output 'block' .stream big.block, frame 9. after it was published: .*"
beyond="freeze: node 'big' (.*) wrote to its output 'block' .stream big.block.*"
small="freeze: node 'little' (.*) wrote to its output 'number' .stream little.number, frame 9. after .*"

for which in auto all; do
	expect 139 "$late" ./freeze --freeze=$which --big.fault late
	expect 139 "$late" ./freeze --freeze=$which --big.fault rewrite
	expect 139 "$beyond" ./freeze --freeze=$which --big.fault beyond
	expect 139 "$late" ./freeze --freeze=$which --big.fault late --single-process
done
# Slots that have never held a value are closed as well.
expect 139 "freeze: node 'big' (.*) wrote to its output 'block' .stream big.block. beyond the memory .*" \
	./freeze --big.fault beyond --big.at 1
expect 139 "$small" ./freeze --freeze=all --little.fault late

# Without it the writer goes on; whether a reader notices is luck.
./freeze --freeze=off --big.fault late >out 2>&1
status=$?
[ "$status" -ne 139 ] || fail '--freeze=off: the writer died nevertheless'
./freeze --little.fault late >out 2>&1
status=$?
[ "$status" -ne 139 ] || fail '--freeze=auto: a small value is protected'

# A writer that was started again finds its slots closed, too: it dies of the same frame once more, which is
# then left out, and goes on to the end.
build "$e2e/freeze/freeze.pkd" --deploy restart -o restart
expect 0 "$late" ./restart --freeze=all --big.fault late
grep -q 'process big: restarted 2 times' out || fail 'it did not die twice'
grep -Eq '^ +look +199 ' out || fail 'look did not see the other 199 frames'
