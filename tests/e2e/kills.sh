#!/bin/sh
# Nodes that keep nothing are killed again and again, at any moment, on lossless edges: not a byte of
# the result is different. A second runtime dawdles between any two of its calls, so that deaths come
# in the middle of a commit too.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

# torture PROGRAM FRAMES KILLS: as many runs as it takes to kill it so many times.
torture() {
	kills=0 runs=0
	while [ "$kills" -lt "$3" ]; do
		[ "$runs" -lt 20 ] || fail "$1 was killed only $kills times in $runs runs"
		killed "$1" "$2" $(($3 * 10))
		runs=$((runs + 1))
	done
	note "$1: killed $kills times in $runs runs"
}

# killed PROGRAM FRAMES MOST: a run to its end. Where a start takes longer than it is to the next kill, it
# would hardly go on: after so many kills it is left alone.
killed() {
	start "./$1" --frames "$2" --path killed.csv
	while ! is_gone "$pid"; do
		[ "$kills" -lt "$3" ] || { sleep 0.05; continue; }
		for victim in numbers before middle; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
		done
	done
	finish 1
	[ "$status" -eq 0 ] || fail "$1, killed $kills times: status $status"
	awk -v n="$2" 'BEGIN { print "frame,time_s,value"; for (i = 1; i <= n; i++)
		printf "%d,%d.%d00000000,%d\n", i, i / 10, i % 10, i }' >wanted
	diff wanted killed.csv >difference || fail "$1, killed $kills times: other rows" difference
	diff wanted beside.csv >difference || fail "$1, killed $kills times: other rows beside" difference
}

build "$e2e/line/line.pkd" --pipeline line --deploy restart -o line
torture line 2000 50

cat >dawdle.c <<'END_C'
#include <stdint.h>
#include <time.h>

#define HOOK __attribute__((no_instrument_function)) void

static void dawdle(void) __attribute__((no_instrument_function));
HOOK __cyg_profile_func_enter(void *function, void *caller);
HOOK __cyg_profile_func_exit(void *function, void *caller);

static void dawdle(void)
{
	static uint32_t random = 2463534242;
	struct timespec time = {0, 100000};

	random ^= random << 13;
	random ^= random >> 17;
	random ^= random << 5;
	if (random % 64 == 0)
		nanosleep(&time, NULL);
}

void __cyg_profile_func_enter(void *function, void *caller)
{
	(void)function, (void)caller;
	dawdle();
}

void __cyg_profile_func_exit(void *function, void *caller)
{
	(void)function, (void)caller;
	dawdle();
}
END_C
more_sources=dawdle.c
pkdc_with dawdling -O0 -finstrument-functions
PKDC=$pkdc
build "$e2e/line/line.pkd" --pipeline line --deploy restart -o dawdling
torture dawdling 1500 100
