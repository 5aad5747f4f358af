/* See filter.h. */
#include "filter.h"

#include "../base/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { WHY_SIZE = 200 };

/* Of the rate: poles nearer to 1 or to -1 are rounded away. With d the distance of a pole from
 * there, the coefficients of its section have an error of 2^-53 / d^2. */
static const double LEAST_SHARE = 1e-7;

/* One frequency; `ret_why` has the reason where a filter cannot have it. */
static bool check_frequency(const char *name, double frequency, double rate, char *ret_why)
{
	if (!(frequency > 0))
		snprintf(ret_why, WHY_SIZE, "%s is %g Hz, and is to be above 0", name, frequency);
	else if (!(frequency < rate / 2))
		snprintf(ret_why, WHY_SIZE,
		         "%s is %g Hz, and %g values a second have no frequency of %g Hz or above",
		         name, frequency, rate, rate / 2);
	else if (frequency < LEAST_SHARE * rate)
		snprintf(ret_why, WHY_SIZE,
		         "%s is %g Hz, and at %g values a second the least that can be computed is "
		         "%g Hz",
		         name, frequency, rate, LEAST_SHARE * rate);
	else if (rate / 2 - frequency < 0.99 * LEAST_SHARE * rate)
		snprintf(
			ret_why, WHY_SIZE,
			"%s is %.9g Hz, and at %g values a second the most that can be computed is "
			"%.9g Hz",
			name, frequency, rate, rate / 2 - LEAST_SHARE * rate);
	else
		return true;
	return false;
}

/* Whether there is such a filter; else why not. */
static bool check(const struct design *design, char *ret_why)
{
	double low = design->low, high = design->high, rate = design->rate;

	if (design->pass == PASS_LOW || design->pass == PASS_HIGH)
		return check_frequency("cutoff", low, rate, ret_why);
	if (!check_frequency("low", low, rate, ret_why))
		return false;
	if (!(high > low))
		snprintf(ret_why, WHY_SIZE,
		         "the band reaches from %g Hz to %g Hz: write low below high", low, high);
	else if (high - low < 0.99 * LEAST_SHARE * rate)
		snprintf(ret_why, WHY_SIZE,
		         "the band is %g Hz wide, and at %g values a second the least that can be "
		         "computed is %g Hz",
		         high - low, rate, LEAST_SHARE * rate);
	else
		return check_frequency("high", high, rate, ret_why);
	return false;
}

int filter_init(struct filter *filter, const struct design *design, const struct pkd_type *type,
                struct pkd_ctx *ctx)
{
	char why[WHY_SIZE];

	if (!check(design, why))
		return pkd_error(ctx, EINVAL, "%s", why);
	filter->rate = design->rate;
	filter->sections = butterworth(design);
	return channels_find(&filter->channels, type, ctx);
}

void filter_change(struct filter *filter, const struct design *design, struct pkd_ctx *ctx)
{
	char why[WHY_SIZE];

	if (check(design, why))
		filter->sections = butterworth(design);
	else
		pkd_log(ctx, PKD_LOG_WARNING, "%s; the filter stays as it is", why);
}

/* A state that is no number is none yet. */
static double run(const struct filter *filter, double x, const double *from, double *to)
{
	double settled[FILTER_STATES];

	if (!isfinite(x)) {
		memcpy(to, from, sizeof(settled));
		return NAN;
	}
	if (isnan(from[0])) {
		sections_settle(&filter->sections, filter->begin == signal_Begin_steady ? x : 0,
		                settled);
		from = settled;
	}
	return sections_run(&filter->sections, from, x, to);
}

int filter_step(struct filter *filter, struct signal_Course *course, const void *value, void *out,
                struct pkd_ctx *ctx)
{
	static const double none[FILTER_STATES] = {NAN};
	const struct channels *channels = &filter->channels;
	size_t size = (size_t)channels->n * FILTER_STATES;
	bool begins = course_begins(course, pkd_time(ctx), filter->gap_ns);
	double *to = filter->states + (course->n % 2) * size;
	const double *from = filter->states + (course->n + 1) % 2 * size;

	rate_check(&filter->check, filter->rate, begins, ctx);
	value_copy(channels->type, out, value);
	for (uint32_t i = 0; i < channels->n; i++) {
		double x = channel_get(channels, i, value);

		channel_set(channels, i, out, run(filter, x, begins ? none : from, to));
		from += FILTER_STATES;
		to += FILTER_STATES;
	}
	return PKD_OK;
}
