#!/bin/sh
# Alone: the bound supposes a free CPU.
# While the declared budgets are kept, no frame is later than the compiler's bound; and an assert
# below the bound is refused with the path. Beside each run a chain of pipes, without pkd, shows whether
# the machine could keep the bound then.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

for program in late clocks; do
	"$PKDC" check --report --json "$e2e/proofs/$program.pkd" >out 2>&1 || fail "$program is not proved"
	sed -n 's/.*"bound_ns": \([0-9]*\).*/\1/p' out >$program.bound
	[ -s $program.bound ] || fail 'the report has no bound'
	"$PKDC" check -D LIMIT=$(($(cat $program.bound) / 1000 - 1))us "$e2e/proofs/$program.pkd" >out 2>&1 &&
		fail "$program: a bound passes for less"
	grep -q E0608 out || fail 'another message was expected'
	build "$e2e/proofs/$program.pkd" -o $program
done

# As `camera`, twice `stage`, and `sink`: prints how late the latest was, in microseconds.
cat >chain.c <<'END_C'
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The end of a pipe whose other end another process writes to. */
static int stage(int from, int64_t sleep_us)
{
	int ends[2];
	int64_t began;

	if (pipe(ends) < 0)
		_exit(1);
	if (fork() > 0) {
		close(ends[1]);
		return ends[0];
	}
	for (int n = 0; from < 0 ? n < 150 : read(from, &began, sizeof(began)) == sizeof(began); n++) {
		usleep((useconds_t)sleep_us);
		if (from < 0)
			began = now_us();
		if (write(ends[1], &began, sizeof(began)) < 0)
			break;
	}
	_exit(0);
}

int main(void)
{
	int last = stage(stage(stage(-1, 20000), 9000), 9000);
	int64_t began, worst = 0;

	while (read(last, &began, sizeof(began)) == sizeof(began))
		if (now_us() - began > worst)
			worst = now_us() - began;
	printf("%lld\n", (long long)worst);
	return 0;
}
END_C
${CC:-cc} -O1 -o chain chain.c >out 2>&1 || fail 'the control does not compile'

# keeps PROGRAM: false where the machine is to blame.
keeps() {
	bound=$(($(cat "$1.bound") / 1000)) could=0
	for run in 1 2 3 4 5 6 7 8 9 10; do
		./chain >control &
		control=$!
		"./$1" --quiet >out 2>&1 || fail "status $?"
		wait $control
		worst=$(sed -n 's/.*worst \([0-9]*\) us.*/\1/p' out)
		[ "${worst:-0}" -gt 0 ] || fail 'nothing was measured'
		note "$1, run $run: at the latest $worst us, a chain of pipes $(cat control) us, bound $bound us"
		[ "$worst" -le "$bound" ] && return 0
		[ "$(cat control)" -gt "$bound" ] || could=$((could + 1))
		[ $could -lt 5 ] || fail 'a frame was later than the bound in five runs in which it need not have been'
	done
	return 1
}
keeps late && keeps clocks || skip 'the machine is busy: pipes are later than the bound, too'
