/* Code that is built with -finstrument-functions stops for DAWDLE_NS behind one function in 64, so
 * that kills come everywhere. A test defines that before this, and its own hooks behind it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HOOK __attribute__((no_instrument_function))

HOOK void __cyg_profile_func_enter(void *function, void *caller);
HOOK void __cyg_profile_func_exit(void *function, void *caller);

/* Each process begins elsewhere, or a restarted one would dawdle, or die, at the same places. */
static HOOK uint32_t draw(void)
{
	static uint32_t random;

	if (random == 0)
		random = 2463534242U ^ (uint32_t)getpid() << 8;
	random ^= random << 13;
	random ^= random >> 17;
	random ^= random << 5;
	return random;
}

HOOK void __cyg_profile_func_enter(void *function, void *caller)
{
	(void)function, (void)caller;
}

HOOK void __cyg_profile_func_exit(void *function, void *caller)
{
	struct timespec time = {0, DAWDLE_NS};

	(void)function, (void)caller;
	if (draw() % 64 == 0)
		nanosleep(&time, NULL);
}
