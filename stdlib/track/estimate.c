/* See estimate.h. The state is that of A. Bewley, Z. Ge, L. Ott, F. Ramos and B. Upcroft, "Simple
 * Online and Realtime Tracking" (ICIP 2016, section 3.2): centre, area and aspect of the box, and
 * the speeds of all but the aspect. Each is measured by itself and none acts on another, so their
 * one filter is four small ones. How far the truth strays is not in the paper: speeds wander as by
 * white noise of the acceleration (Y. Bar-Shalom et al., "Estimation with Applications to Tracking
 * and Navigation", 2001, section 6.2.2), and all deviations are shares of the box's own size. */
#include "estimate.h"

#include <math.h>
#include <pkd/arith.h>

/* Of what is measured: the centre by the box's sides, area and aspect by themselves. */
static const double CENTRE_NOISE = 0.08, AREA_NOISE = 0.12, ASPECT_NOISE = 0.12;
/* How much speeds change, and the aspect, by the root of a second. */
static const double CENTRE_STRAY = 1.0, AREA_STRAY = 0.3, ASPECT_STRAY = 0.1;
/* How fast what is found for the first time may be: sides, and areas, in a second. */
static const double CENTRE_SPEED = 3, AREA_SPEED = 0.5;

static double square(double x)
{
	return x * x;
}

bool track_measurable(const struct detect_Box *box)
{
	return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h) &&
	       box->w > 0 && box->h > 0 && box->w * box->h > 0;
}

static struct track_Estimate begin(double x, double noise, double speed)
{
	return (struct track_Estimate){x, 0, square(noise), 0, square(speed)};
}

static void predict(struct track_Estimate *e, double dt, double stray)
{
	double q = square(stray);

	e->x += e->v * dt;
	e->xx += dt * (2 * e->xv + dt * e->vv) + q * dt * dt * dt / 3;
	e->xv += dt * e->vv + q * dt * dt / 2;
	e->vv += q * dt;
}

static void correct(struct track_Estimate *e, double measured, double noise)
{
	double all = e->xx + square(noise), wrong = measured - e->x;
	double gain = e->xx / all, speed_gain = e->xv / all;

	e->x += gain * wrong;
	e->v += speed_gain * wrong;
	e->vv -= speed_gain * e->xv;
	e->xv *= 1 - gain;
	e->xx *= 1 - gain;
}

void track_begin(struct track_Kept *kept, const struct detect_Box *box, int64_t now)
{
	double w = (double)box->w, h = (double)box->h;

	kept->x = begin((double)box->x + w / 2, CENTRE_NOISE * w, CENTRE_SPEED * w);
	kept->y = begin((double)box->y + h / 2, CENTRE_NOISE * h, CENTRE_SPEED * h);
	kept->area = begin(w * h, AREA_NOISE * w * h, AREA_SPEED * w * h);
	kept->aspect = begin(w / h, ASPECT_NOISE * w / h, 0);
	kept->first = kept->last = kept->at = now;
}

void track_predict(struct track_Kept *kept, int64_t now)
{
	double dt = (double)pkd_sub_i64(now, kept->at) / 1e9;
	double w = sqrt(kept->area.x * kept->aspect.x), h = kept->area.x / w;

	kept->at = now;
	if (!(dt > 0))
		return;
	/* What shrinks does not shrink to nothing. */
	if (kept->area.x + kept->area.v * dt < kept->area.x / 2)
		kept->area.v = 0;
	predict(&kept->x, dt, CENTRE_STRAY * w);
	predict(&kept->y, dt, CENTRE_STRAY * h);
	predict(&kept->area, dt, AREA_STRAY * kept->area.x);
	kept->aspect.xx += square(ASPECT_STRAY * kept->aspect.x) * dt;
}

void track_correct(struct track_Kept *kept, const struct detect_Box *box)
{
	double w = (double)box->w, h = (double)box->h;

	correct(&kept->x, (double)box->x + w / 2, CENTRE_NOISE * w);
	correct(&kept->y, (double)box->y + h / 2, CENTRE_NOISE * h);
	correct(&kept->area, w * h, AREA_NOISE * w * h);
	correct(&kept->aspect, w / h, ASPECT_NOISE * w / h);
}

struct detect_Box track_box(const struct track_Kept *kept)
{
	double w = sqrt(kept->area.x * kept->aspect.x), h = kept->area.x / w;

	return (struct detect_Box){(float)(kept->x.x - w / 2), (float)(kept->y.x - h / 2), (float)w,
	                           (float)h};
}

static float shared(float a, float a_size, float b, float b_size)
{
	return fmaxf(fminf(a + a_size, b + b_size) - fmaxf(a, b), 0);
}

float track_overlap(const struct detect_Box *a, const struct detect_Box *b)
{
	float both = shared(a->x, a->w, b->x, b->w) * shared(a->y, a->h, b->y, b->h);

	return both > 0 ? both / (a->w * a->h + b->w * b->h - both) : 0;
}
