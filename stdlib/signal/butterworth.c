/* See butterworth.h. A prototype of the cutoff 1 rad/s becomes the filter that is asked for in the
 * s plane, whose unit is such that z = (1 + s) / (1 - s). A. V. Oppenheim, R. W. Schafer:
 * Discrete-Time Signal Processing, 7.1. */
#include "butterworth.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

struct bands {
	enum pass pass;
	double cutoff;         /* of one */
	double width, centre2; /* of two: their difference and their product */
};

static double complex z_of(double complex s)
{
	return (1 + s) / (1 - s);
}

/* The angle of a frequency at which the gain is to be 1. */
static double best_angle(const struct bands *bands)
{
	switch (bands->pass) {
	case PASS_HIGH:
		return M_PI;
	case PASS_BAND:
		return 2 * atan(sqrt(bands->centre2));
	case PASS_LOW:
	case STOP_BAND:
	default:
		return 0;
	}
}

static void add(struct sections *sections, const struct bands *bands, struct section section)
{
	double complex z = cexp(-I * best_angle(bands));
	double gain = cabs((section.b0 + section.b1 * z + section.b2 * z * z) /
	                   (1 + section.a1 * z + section.a2 * z * z));

	section.b0 /= gain;
	section.b1 /= gain;
	section.b2 /= gain;
	sections->at[sections->n++] = section;
}

/* Two poles of the s plane, conjugate or both real. Of a band, a pair below its centre has both
 * zeros at 0 Hz and one above it both at half the rate, so that no section passes anything much
 * better than the whole does: else a wide band has states that are far larger than any value, and
 * a change of the filter lets them out. Two real poles, `is_whole`, are one of each kind. */
static void add_pair(struct sections *sections, const struct bands *bands, double complex p,
                     double complex q, bool is_whole)
{
	double complex zp = z_of(p), zq = z_of(q);
	struct section section = {1, 2, 1, -creal(zp + zq), creal(zp * zq)};

	if (bands->pass == PASS_HIGH)
		section.b1 = -2;
	if (bands->pass == STOP_BAND)
		section.b1 = -2 * cos(2 * atan(sqrt(bands->centre2)));
	if (bands->pass == PASS_BAND && !is_whole) {
		section.b1 = cabs(p) < sqrt(bands->centre2) ? -2 : 2;
	} else if (bands->pass == PASS_BAND) {
		section.b1 = 0;
		section.b2 = -1;
	}
	add(sections, bands, section);
}

static void add_single(struct sections *sections, const struct bands *bands, double p)
{
	double z = (1 + p) / (1 - p);

	add(sections, bands, (struct section){1, bands->pass == PASS_HIGH ? -1 : 1, 0, -z, 0});
}

/* The two poles that a pole of the prototype becomes. */
static void split(const struct bands *bands, double complex p, double complex ret_poles[2])
{
	double complex half = bands->pass == PASS_BAND ? p * bands->width / 2
	                                               : bands->width / (2 * p);
	double complex root = csqrt(half * half - bands->centre2);

	ret_poles[0] = half + root;
	ret_poles[1] = half - root;
}

/* A pole of the prototype and its conjugate, or the real one. */
static void add_pole(struct sections *sections, const struct bands *bands, double complex p,
                     bool is_real)
{
	double complex two[2];

	if (bands->pass == PASS_LOW || bands->pass == PASS_HIGH) {
		double complex moved = bands->pass == PASS_LOW ? p * bands->cutoff
		                                               : bands->cutoff / p;

		if (is_real)
			add_single(sections, bands, creal(moved));
		else
			add_pair(sections, bands, moved, conj(moved), false);
		return;
	}
	split(bands, p, two);
	if (is_real) {
		add_pair(sections, bands, two[0], two[1], true);
	} else {
		add_pair(sections, bands, two[0], conj(two[0]), false);
		add_pair(sections, bands, two[1], conj(two[1]), false);
	}
}

/* The one that rings most is last, where what it rounds is not amplified any more. */
static void sort(struct sections *sections)
{
	for (uint32_t i = 1; i < sections->n; i++) {
		struct section section = sections->at[i];
		uint32_t to = i;

		for (; to > 0 && fabs(sections->at[to - 1].a2) > fabs(section.a2); to--)
			sections->at[to] = sections->at[to - 1];
		sections->at[to] = section;
	}
}

struct sections butterworth(const struct design *design)
{
	double low = tan(M_PI * design->low / design->rate);
	double high = tan(M_PI * design->high / design->rate);
	struct bands bands = {design->pass, low, high - low, high * low};
	uint32_t order = design->order;
	struct sections sections = {0};

	for (uint32_t k = 0; k < order / 2; k++)
		add_pole(&sections, &bands, cexp(I * M_PI * (2 * k + order + 1) / (2 * order)),
		         false);
	if (order % 2)
		add_pole(&sections, &bands, -1, true);
	sort(&sections);
	return sections;
}

void sections_settle(const struct sections *sections, double x, double *ret_state)
{
	for (uint32_t i = 0; i < sections->n; i++, ret_state += SECTION_STATE) {
		const struct section *s = &sections->at[i];
		double y = x * (s->b0 + s->b1 + s->b2) / (1 + s->a1 + s->a2);

		ret_state[0] = y - s->b0 * x;
		ret_state[1] = s->b2 * x - s->a2 * y;
		x = y;
	}
}

double sections_run(const struct sections *sections, const double *from, double x, double *to)
{
	for (uint32_t i = 0; i < sections->n; i++) {
		const struct section *s = &sections->at[i];
		double y = s->b0 * x + from[0];

		to[0] = s->b1 * x - s->a1 * y + from[1];
		to[1] = s->b2 * x - s->a2 * y;
		from += SECTION_STATE;
		to += SECTION_STATE;
		x = y;
	}
	return x;
}
