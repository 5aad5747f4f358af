/* A node that draws, on frames of one gray, so that what it has drawn can be counted. */
#ifndef PKD_TEST_CANVAS_H
#define PKD_TEST_CANVAS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_ctx.h"

enum { CANVAS_GRAY = 96 };

struct canvas {
	const struct pkd_methods *methods;
	struct pkd_ctx ctx;
	void *self;
	struct pkd_image *frame, *view;
};

/* Returns what init returned. */
static inline int canvas_start(struct canvas *canvas, const struct pkd_methods *methods,
                               const void *params, uint32_t width, uint32_t height)
{
	memset(canvas, 0, sizeof(*canvas));
	canvas->methods = methods;
	canvas->self = fake_self(methods);
	canvas->frame = fake_image(PKD_BGR24, width, height);
	canvas->view = fake_image(PKD_BGR24, width, height);
	memset(pkd_pixels(canvas->frame), CANVAS_GRAY, (size_t)width * height * 3);
	return methods->init(canvas->self, params, &canvas->ctx);
}

/* One firing, which must work; the view is a frame like any other behind it. */
static inline void canvas_fire(struct canvas *canvas, const void *in, void *out)
{
	memset(canvas->view, 0xa5, sizeof(*canvas->view));
	canvas->ctx.number++;
	assert_int_equal(fake_fire(canvas->methods, canvas->self, in, out, &canvas->ctx), PKD_OK);
	if (canvas->ctx.unread)
		return;
	assert_int_equal(canvas->view->width, canvas->frame->width);
	assert_int_equal(canvas->view->height, canvas->frame->height);
	assert_int_equal(canvas->ctx.n_errors, 0);
}

static inline void canvas_end(struct canvas *canvas)
{
	canvas->methods->finish(canvas->self);
	free(canvas->self);
	fake_slot_free(canvas->frame);
	fake_slot_free(canvas->view);
}

/* After an init that has failed: without a finish. */
static inline void canvas_drop(struct canvas *canvas)
{
	free(canvas->self);
	fake_slot_free(canvas->frame);
	fake_slot_free(canvas->view);
}

static inline const uint8_t *canvas_pixel(const struct canvas *canvas, uint32_t x, uint32_t y)
{
	return pkd_const_pixels(canvas->view) + (size_t)y * canvas->view->stride + (size_t)x * 3;
}

static inline bool canvas_drawn(const struct canvas *canvas, uint32_t x, uint32_t y)
{
	size_t at = (size_t)y * canvas->view->stride + (size_t)x * 3;

	return memcmp(pkd_const_pixels(canvas->view) + at, pkd_const_pixels(canvas->frame) + at,
	              3) != 0;
}

/* How many pixels of this part differ from the frame. */
static inline uint32_t canvas_count(const struct canvas *canvas, uint32_t x, uint32_t y,
                                    uint32_t x_end, uint32_t y_end)
{
	uint32_t n = 0;

	for (uint32_t row = y; row < y_end; row++) {
		for (uint32_t column = x; column < x_end; column++)
			n += canvas_drawn(canvas, column, row);
	}
	return n;
}

static inline uint32_t canvas_count_all(const struct canvas *canvas)
{
	return canvas_count(canvas, 0, 0, canvas->view->width, canvas->view->height);
}

#endif
