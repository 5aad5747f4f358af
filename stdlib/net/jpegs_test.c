/* JPEGs of frames of each format and of other sizes, decoded again. */
#include "jpegs.h"

#include "../test/fake_ctx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

enum { W = 64, H = 48 };

static struct pkd_ctx ctx;
static uint8_t pixels[W * H * 3];

/* Of one colour, given as the bytes of a pixel or of the planes. */
static struct pkd_image *frame_of(uint32_t format, uint8_t a, uint8_t b, uint8_t c)
{
	struct pkd_image *frame = fake_image(format, W, H);
	uint32_t size = pkd_pixel_size(format);

	for (uint32_t i = 0; pkd_planes(format) == 1 && i < W * H; i++)
		for (uint32_t k = 0; k < size; k++)
			pkd_pixels(frame)[i * size + k] = k == 0 ? a : k == 1 ? b : c;
	for (uint32_t i = 0; pkd_planes(format) > 1 && i < pkd_planes(format); i++) {
		struct pkd_image_plane plane = pkd_plane(frame, i);
		size_t n = (size_t)plane.stride * plane.height;

		for (size_t k = 0; k < n; k++)
			plane.data[k] = i == 0               ? a
			                : format == PKD_NV12 ? (k % 2 ? c : b)
			                : i == 1             ? b
			                                     : c;
	}
	return frame;
}

static struct net_jpegs *create(uint32_t format)
{
	struct net_jpegs *jpegs;

	ctx = (struct pkd_ctx){0};
	jpegs = net_jpegs_create(format, W, H, 3, &ctx);
	assert_non_null(jpegs);
	return jpegs;
}

static void decode(const struct net_jpeg *jpeg, int width, int height)
{
	tjhandle decoder = tjInitDecompress();
	int w, h, subsampling, colours;

	assert_int_equal(
		tjDecompressHeader3(decoder, jpeg->data, jpeg->n, &w, &h, &subsampling, &colours),
		0);
	assert_int_equal(w, width);
	assert_int_equal(h, height);
	assert_int_equal(tjDecompress2(decoder, jpeg->data, jpeg->n, pixels, w, 0, h, TJPF_BGR,
	                               TJFLAG_STOPONWARNING),
	                 0);
	tjDestroy(decoder);
}

static void is_about(uint8_t blue, uint8_t green, uint8_t red)
{
	const uint8_t *pixel = pixels;

	if (abs(pixel[0] - blue) > 2 || abs(pixel[1] - green) > 2 || abs(pixel[2] - red) > 2)
		fail_msg("%d %d %d, not %d %d %d", pixel[0], pixel[1], pixel[2], blue, green, red);
}

static void check(uint32_t format, uint8_t a, uint8_t b, uint8_t c, uint32_t matrix, uint32_t range,
                  const uint8_t bgr[3])
{
	struct net_jpegs *jpegs = create(format);
	struct pkd_image *frame = frame_of(format, a, b, c);

	frame->matrix = matrix;
	frame->range = range;
	net_jpegs_set(jpegs, frame, 7);
	for (int i = 0; i < 2; i++) {
		struct net_jpeg *jpeg = net_jpegs_get(jpegs, i ? 32 : 0, 0, 95, 95);

		assert_non_null(jpeg);
		decode(jpeg, i ? 32 : W, i ? 24 : H);
		is_about(bgr[0], bgr[1], bgr[2]);
		assert_int_equal(jpeg->time_ns, 7);
		net_jpeg_let_go(jpeg);
	}
	net_jpegs_destroy(jpegs);
	fake_slot_free(frame);
}

/* ---- Tests ---- */

static void colours_are_the_frames(void **state)
{
	const uint8_t colour[] = {40, 90, 200}, gray[] = {77, 77, 77}, red[] = {0, 0, 255};

	(void)state;
	check(PKD_BGR24, 40, 90, 200, 0, 0, colour);
	check(PKD_RGB24, 200, 90, 40, 0, 0, colour);
	check(PKD_GRAY8, 77, 0, 0, 0, 0, gray);
	/* Pure red, in each matrix and range. */
	check(PKD_I420, 81, 90, 240, PKD_BT601, PKD_LIMITED, red);
	check(PKD_NV12, 81, 90, 240, PKD_BT601, PKD_LIMITED, red);
	check(PKD_I420, 63, 102, 240, PKD_BT709, PKD_LIMITED, red);
	check(PKD_I420, 76, 85, 255, PKD_BT601, PKD_FULL, (const uint8_t[]){0, 0, 254});
}

static void a_jpeg_is_made_once_for_all_who_wish_it(void **state)
{
	struct net_jpegs *jpegs = create(PKD_BGR24);
	struct pkd_image *frame = frame_of(PKD_BGR24, 1, 2, 3);
	struct net_jpeg *a, *b, *c;

	(void)state;
	assert_null(net_jpegs_get(jpegs, 0, 0, 80, 80));
	net_jpegs_set(jpegs, frame, 1);
	assert_int_equal(net_jpegs_encoded(jpegs), 0);
	a = net_jpegs_get(jpegs, 0, 0, 80, 80);
	b = net_jpegs_get(jpegs, 0, 0, 80, 80);
	c = net_jpegs_get(jpegs, 0, 0, 30, 30);
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(net_jpegs_encoded(jpegs), 2);
	net_jpegs_set(jpegs, frame, 2);
	/* Who sends the old one still has it, whatever others wish meanwhile. */
	for (uint32_t i = 1; i < 20; i++)
		net_jpeg_let_go(net_jpegs_get(jpegs, 16 + i, 16, 80, 80));
	assert_int_equal(a->picture, 1);
	decode(a, W, H);
	net_jpeg_let_go(a);
	net_jpeg_let_go(b);
	net_jpeg_let_go(c);
	net_jpegs_destroy(jpegs);
	fake_slot_free(frame);
}

static void no_size_is_out_of_bounds(void **state)
{
	static const uint32_t sizes[][4] = {
		{65535, 65535, W, H}, {1, 1, 16, 16},   {W, 0, W, H},    {0, 24, 32, 24},
		{65535, 0, W, H},     {17, 33, 17, 33}, {20, 60, 20, H},
	};
	struct net_jpegs *jpegs = create(PKD_NV12);
	struct pkd_image *frame = frame_of(PKD_NV12, 100, 128, 128);

	(void)state;
	net_jpegs_set(jpegs, frame, 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct net_jpeg *jpeg = net_jpegs_get(jpegs, sizes[i][0], sizes[i][1], 80, 80);

		assert_non_null(jpeg);
		decode(jpeg, (int)sizes[i][2], (int)sizes[i][3]);
		net_jpeg_let_go(jpeg);
	}
	net_jpegs_destroy(jpegs);
	fake_slot_free(frame);
}

static void a_card_is_a_picture_of_the_same_size(void **state)
{
	struct net_jpegs *jpegs = create(PKD_GRAY8);
	struct pkd_image *frame = frame_of(PKD_GRAY8, 200, 0, 0);
	struct net_jpeg *jpeg;

	(void)state;
	frame->width = frame->stride = 32;
	net_jpegs_set(jpegs, frame, 1);
	net_jpegs_set_card(jpegs, "cam", 1500000000, 2);
	jpeg = net_jpegs_get(jpegs, 0, 0, 95, 95);
	decode(jpeg, 32, H);
	assert_int_equal(jpeg->picture, 2);
	/* Its edge is red. */
	assert_true(pixels[2] > pixels[0] + 80);
	net_jpeg_let_go(jpeg);
	net_jpegs_destroy(jpegs);
	fake_slot_free(frame);
}

/* A card of a camera with larger pictures than it can have is a half of these. */
static void a_given_jpeg_is_given_as_it_is(void **state)
{
	static const uint8_t data[] = {0xff, 0xd8, 1, 2, 3, 0xff, 0xd9};
	const struct net_given given = {data, sizeof(data), 2 * W, H};
	struct net_jpegs *jpegs = create(PKD_BGR24);
	struct net_jpeg *a, *b;
	uint32_t width, height;

	(void)state;
	assert_true(net_jpegs_give(jpegs, &given, 7));
	a = net_jpegs_get(jpegs, 16, 16, 30, 30);
	b = net_jpegs_get(jpegs, 0, 0, 80, 80);
	assert_ptr_equal(a, b);
	assert_int_equal(a->n, sizeof(data));
	assert_memory_equal(a->data, data, sizeof(data));
	assert_int_equal(a->picture, net_jpegs_number(jpegs));
	assert_int_equal(a->time_ns, 7);
	net_jpegs_size(jpegs, &width, &height);
	assert_int_equal(width, 2 * W);
	net_jpegs_set_card(jpegs, "cam", 1500000000, 8);
	assert_int_equal(a->data[2], 1);
	net_jpeg_let_go(a);
	net_jpeg_let_go(b);
	a = net_jpegs_get(jpegs, 0, 0, 80, 80);
	decode(a, W, H / 2);
	net_jpeg_let_go(a);
	assert_true(net_jpegs_give(jpegs, &given, 9));
	assert_int_equal(net_jpegs_encoded(jpegs), 1);
	net_jpegs_destroy(jpegs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_are_the_frames),
		cmocka_unit_test(a_jpeg_is_made_once_for_all_who_wish_it),
		cmocka_unit_test(no_size_is_out_of_bounds),
		cmocka_unit_test(a_card_is_a_picture_of_the_same_size),
		cmocka_unit_test(a_given_jpeg_is_given_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
