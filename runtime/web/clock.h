/* The calendar, for what is counted on CLOCK_MONOTONIC. */
#ifndef PKDW_CLOCK_H
#define PKDW_CLOCK_H

#include <pkd/program.h>
#include <time.h>

static inline int64_t pkdw_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Of a time of CLOCK_MONOTONIC: nanoseconds since 1970, as the calendar is now. */
static inline int64_t pkdw_epoch(int64_t monotonic_ns)
{
	return monotonic_ns - pkdw_clock(CLOCK_MONOTONIC) + pkdw_clock(CLOCK_REALTIME);
}

/* When a frame was captured: only a device's time is of that clock, a file has its own. */
static inline int64_t pkdw_stamp(const struct pkd_program *program, const struct pkd_frame *frame)
{
	bool is_live = frame->origin < program->n_nodes &&
	               program->nodes[frame->origin].origin == PKD_LIVE;

	return is_live ? pkdw_epoch(frame->capture_ns) : frame->capture_ns;
}

#endif
