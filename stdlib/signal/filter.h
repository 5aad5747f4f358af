/* What signal.lowpass, highpass, bandpass and bandstop share: a Butterworth filter for each channel
 * of a value. */
#ifndef PKD_SIGNAL_FILTER_H
#define PKD_SIGNAL_FILTER_H

#include "butterworth.h"
#include "channels.h"

#include <signal/begin.pkd.h>

/* The persistent memory of a filter is [T; 64]: for each channel, which has four bytes or more, two
 * states of eight sections. The firings take them in turn, so that one that is done again finds
 * the state before it. */
enum { FILTER_STATES = MAX_SECTIONS * SECTION_STATE };

struct filter {
	struct channels channels;
	struct sections sections;
	struct rate_check check;
	double rate;
	double *states; /* [2][channels][FILTER_STATES] */
	enum signal_Begin begin;
	int64_t gap_ns;
};

/* With states, begin and gap_ns filled in. */
int filter_init(struct filter *filter, const struct design *design, const struct pkd_type *type,
                struct pkd_ctx *ctx);

/* Live parameters have new values. What makes no filter is told, and the old one stays. */
void filter_change(struct filter *filter, const struct design *design, struct pkd_ctx *ctx);

int filter_step(struct filter *filter, struct signal_Course *course, const void *value, void *out,
                struct pkd_ctx *ctx);

#endif
