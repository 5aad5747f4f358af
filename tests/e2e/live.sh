#!/bin/sh
# A program that is proved live comes to its end, whatever its nodes' delays are; in processes of their
# own and in one. PKD_SOAK=600 gives it ten minutes instead of some seconds.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/proofs/live.pkd" -o live
frames=$((${PKD_SOAK:-6} * 700))
at_most $((${PKD_SOAK:-6} * 10 + 30)) ./live --frames "$frames" >out 2>&1 || fail "live: status $?"
note "$(sed -n 1p out)"
grep -Eq "^ +t +$frames " out || fail 'frames are missing'
at_most 100 ./live --single-process --frames 300 >out 2>&1 || fail "in one process: status $?"
