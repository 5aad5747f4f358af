/* The fractions (f32, f64) in a value of any type, each of which is a channel of its own, and how a
 * stream of values goes on. */
#ifndef PKD_SIGNAL_CHANNELS_H
#define PKD_SIGNAL_CHANNELS_H

#include <pkd/node.h>
#include <signal/course.pkd.h>

struct channel {
	uint32_t offset; /* bytes from the start of the value */
	bool is_single;  /* f32 */
};

struct channels {
	const struct pkd_type *type;
	struct channel *at;
	uint32_t n;
};

/* Of a number, of a record and of an array, at any depth; not of a list, whose length differs from
 * value to value. PKD_OK, or what pkd_error said. */
int channels_find(struct channels *channels, const struct pkd_type *type, struct pkd_ctx *ctx);
void channels_free(struct channels *channels);

double channel_get(const struct channels *channels, uint32_t i, const void *value);
void channel_set(const struct channels *channels, uint32_t i, void *value, double number);

/* Counts a value that has come at `now_ns`: whether it is the first since the node began anew,
 * which it does where capture times go back, or more than `gap_ns` passes, unless that is 0. */
bool course_begins(struct signal_Course *course, int64_t now_ns, int64_t gap_ns);

/* A stream that does not come at the rate that its node was given is told once. */
struct rate_check {
	uint32_t n;
	int64_t first_ns;
	bool is_told;
};
void rate_check(struct rate_check *check, double rate, bool begins, struct pkd_ctx *ctx);

#endif
