#!/bin/sh
# Every fork is made by the supervisor, and the supervisor never has a second thread: the people
# program with its libraries, which start threads, a restart of the detector included.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs strace
needs_clip
needs_node video.open detect.people track.follow draw.boxes
unset DISPLAY WAYLAND_DISPLAY
# LeakSanitizer, if it is in the program, cannot work under strace.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

strace -qq -o trace -f -e trace=clone,clone3 true 2>out || skip "strace may not trace: $(cat out)"

build "$ROOT/examples/people/people.pkd" -o people
before_start='strace -qq -o trace -f --seccomp-bpf -e trace=clone,clone3,fork,vfork,execve,exit_group'
start ./people --source "$MEDIA/vtest.avi" --speed 4 --grace 20s

# strace's own child is the supervisor.
is_supervisor() { named "$1" people && supervisor=$child; }
within 10 is_supervisor "$pid" || fail 'the program does not start'

has_threads() { [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -gt 1 ]; }

# The second fork of the detector comes when other processes have threads.
within 10 named "$supervisor" write || fail 'there is no process write'
within 20 has_threads "$child" || fail 'the encoder starts no threads'
named "$supervisor" found || fail 'there is no detector'
first=$child
kill -KILL "$first"
is_again() { named "$supervisor" found && [ "$child" != "$first" ]; }
within 10 is_again || fail 'the detector is not started again'
kill -INT "$supervisor"
finish 40
[ "$status" -eq 0 ] || fail "status $status, not 0"

# Lines are "PID call(...) = result"; one that another process's line has split has its arguments,
# flags included, in the first part.
sed -n '/ \(clone\|clone3\|fork\|vfork\)(/p' trace >calls
grep CLONE_THREAD calls >threads
grep -v CLONE_THREAD calls >forks

[ "$(wc -l <forks)" -eq 8 ] || fail "$(wc -l <forks) forks, not 8: six processes, a restart and the console" forks
awk -v supervisor="$supervisor" '$1 != supervisor' forks >wrong
[ ! -s wrong ] || fail 'a process that is not the supervisor forks' wrong
awk -v supervisor="$supervisor" '$1 == supervisor' threads >wrong
[ ! -s wrong ] || fail 'the supervisor starts a thread' wrong
[ "$(wc -l <threads)" -ge 2 ] || fail 'there are hardly any threads: nothing was tested' threads
note "$(wc -l <forks) forks, $(wc -l <threads) threads"

# Were it otherwise, the program would not begin: a library that starts a thread when it is loaded.
mkdir early
cat >early/early.pkd <<'END_PKD'
use table
node early() -> (value: u8) {
    origin paced
    source "early.cpp"
}
pipeline program() {
    one = early()
    table.csv(one, path: "early.csv")
}
END_PKD
cat >early/early.cpp <<'END_C'
#include "early.pkd.h"
#include <pthread.h>
#include <unistd.h>

struct early { char unused; };

static void *run(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static __attribute__((constructor)) void begin(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, run, NULL);
}

int early_init(struct early *self, const struct early_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int early_step(struct early *self, const struct early_in *in, struct early_out *out,
               struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)ctx;
	if (out->value)
		*out->value = 1;
	return PKD_END;
}

void early_finish(struct early *self) { (void)self; }

PKD_NODE(early);
END_C
build early/early.pkd -o early/early
expect 1 'program: .*started a thread before the first fork.*' early/early
