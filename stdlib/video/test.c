/* video.test: pictures that are computed, at a rate. */
#include "test_card.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <video/test.pkd.h>

struct video_test {
	const struct video_test_params *params;
	struct test_card card;
	bool has_given; /* a frame, since init: */
	int64_t first_ns, first_clock_ns;
};

int video_test_init(struct video_test *self, const struct video_test_params *params,
                    struct pkd_ctx *ctx)
{
	int r = 0;

	self->params = params;
	pkd_expect_frames(ctx, params->frames);
	if (params->pattern == video_Pattern_card)
		r = test_card_init(&self->card, params->W, params->H);
	if (r < 0)
		test_card_finish(&self->card);
	return r < 0 ? pkd_error(ctx, -r, "out of memory") : PKD_OK;
}

/* In nanoseconds; in 150 years time stands still. */
static int64_t whole(double ns)
{
	return (int64_t)floor(fmin(ns, 4.6e18) + 0.5);
}

/* Of frame `number`, from 1. */
static int64_t time_of(const struct video_test *self, uint64_t number)
{
	return whole((double)(number - 1) * 1e9 / (double)self->params->rate);
}

/* A sequence of xorshift64, begun anew with each frame. */
static void draw_noise(uint8_t *pixels, size_t size, uint64_t number)
{
	uint64_t x = number * 0x9e3779b97f4a7c15u + 1;

	for (size_t i = 0; i < size; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(pixels + i, &x, size - i < sizeof(x) ? size - i : sizeof(x));
	}
}

static void draw(const struct video_test *self, struct pkd_image *image, uint64_t number,
                 int64_t time)
{
	uint32_t W = self->params->W, H = self->params->H;

	pkd_image_set(image, PKD_BGR24, W, H);
	switch (self->params->pattern) {
	case video_Pattern_bars:
		test_bars_draw(pkd_pixels(image), (int32_t)W, (int32_t)H);
		break;
	case video_Pattern_noise:
		draw_noise(pkd_pixels(image), (size_t)W * H * 3, number);
		break;
	default:
		test_card_draw(&self->card, image, number, time, time_of(self, 2));
	}
}

static int64_t due_of(const struct video_test *self, int64_t time)
{
	return self->first_clock_ns +
	       whole((double)(time - self->first_ns) / (double)self->params->speed);
}

int video_test_step(struct video_test *self, const struct video_test_in *in,
                    struct video_test_out *out, struct pkd_ctx *ctx)
{
	uint64_t number = pkd_number(ctx), frames = self->params->frames;
	int64_t time = time_of(self, number);

	(void)in;
	if (frames && number > frames)
		return PKD_SKIP;
	if (!self->has_given) {
		self->first_ns = time;
		self->first_clock_ns = pkd_now();
	} else if (self->params->speed > 0 && pkd_now() < due_of(self, time)) {
		return pkd_later(ctx, due_of(self, time));
	}
	if (pkd_wanted(ctx, 0))
		draw(self, out->frame, number, time);
	self->has_given = true;
	pkd_set_time(ctx, time);
	return frames && number == frames ? PKD_END : PKD_OK;
}

void video_test_finish(struct video_test *self)
{
	test_card_finish(&self->card);
}

PKD_NODE(video_test);
