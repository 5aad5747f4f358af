/* See channels.h. */
#include "channels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKED_VALUES = 256 };        /* over which a rate is measured */
static const double TOLERANCE = 0.05; /* of a rate, as a share of it */
static const int64_t SECOND_NS = 1000000000;

/* Counts them; writes those for which there is room. */
static uint32_t find(const struct pkd_type *type, uint32_t offset, struct channel *at, uint32_t n)
{
	switch ((int)type->kind) {
	case PKD_F32:
	case PKD_F64:
		if (at)
			at[n] = (struct channel){offset, type->kind == PKD_F32};
		return n + 1;
	case PKD_ARRAY:
		for (uint32_t i = 0; i < type->n; i++)
			n = find(type->item, offset + i * type->item->size, at, n);
		return n;
	case PKD_RECORD:
		for (uint32_t i = 0; i < type->n; i++)
			n = find(type->fields[i].type, offset + type->fields[i].offset, at, n);
		return n;
	default:
		return n;
	}
}

int channels_find(struct channels *channels, const struct pkd_type *type, struct pkd_ctx *ctx)
{
	channels->type = type;
	channels->n = find(type, 0, NULL, 0);
	if (channels->n == 0)
		return pkd_error(
			ctx, EINVAL,
			"a value of the type %s has no fraction: give an f32, an f64, or a "
			"record or an array of them, such as f64(x)",
			type->name);
	channels->at = calloc(channels->n, sizeof(channels->at[0]));
	if (!channels->at)
		return pkd_error(ctx, ENOMEM, "no memory for %u channels", channels->n);
	find(type, 0, channels->at, 0);
	return PKD_OK;
}

void channels_free(struct channels *channels)
{
	free(channels->at);
}

double channel_get(const struct channels *channels, uint32_t i, const void *value)
{
	const char *from = (const char *)value + channels->at[i].offset;
	double wide;
	float single;

	memcpy(&single, from, sizeof(single));
	if (channels->at[i].is_single)
		return (double)single;
	memcpy(&wide, from, sizeof(wide));
	return wide;
}

void channel_set(const struct channels *channels, uint32_t i, void *value, double number)
{
	char *to = (char *)value + channels->at[i].offset;
	float single = (float)number;

	if (channels->at[i].is_single)
		memcpy(to, &single, sizeof(single));
	else
		memcpy(to, &number, sizeof(number));
}

bool course_begins(struct signal_Course *course, int64_t now_ns, int64_t gap_ns)
{
	int64_t passed;

	if (course->n > 0 && (__builtin_sub_overflow(now_ns, course->last, &passed) || passed < 0 ||
	                      (gap_ns > 0 && passed > gap_ns)))
		course->n = 0;
	course->last = now_ns;
	return course->n++ == 0;
}

void rate_check(struct rate_check *check, double rate, bool begins, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_time(ctx);
	double measured;

	if (check->is_told)
		return;
	if (begins || check->n == 0) {
		check->first_ns = now_ns;
		check->n = 1;
		return;
	}
	if (check->n++ < CHECKED_VALUES || now_ns == check->first_ns)
		return;
	measured = CHECKED_VALUES * (double)SECOND_NS / (double)(now_ns - check->first_ns);
	check->n = 0;
	if (fabs(measured / rate - 1) <= TOLERANCE)
		return;
	check->is_told = true;
	pkd_log(ctx, PKD_LOG_WARNING,
	        "%.4g values come in a second of capture time, and rate is %.4g: all frequencies are "
	        "%.3g times what they are meant to be; write rate: %.4g, or resample before",
	        measured, rate, measured / rate, measured);
}
