/* detect.qr on codes that ZXing's own program has written (Debian's zxing-cpp-tools). */
#include <detect/qr.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods detect_qr_methods;

enum { W = 640, H = 480 };

struct run {
	struct pkd_ctx ctx;
	struct detect_qr_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_qr_codes *codes;
};

static int start(struct run *run, const char *formats, uint32_t format)
{
	run->params = (struct detect_qr_params){formats, true, format, W, H};
	run->self = fake_self(&detect_qr_methods);
	run->frame = fake_image(format, W, H);
	run->codes = fake_slot(sizeof(*run->codes));
	run->codes->len = 0;
	return detect_qr_methods.init(run->self, &run->params, &run->ctx);
}

static void must_start(struct run *run, const char *formats, uint32_t format)
{
	if (start(run, formats, format) != PKD_OK)
		fail_msg("%s", run->ctx.error);
}

static void step(struct run *run)
{
	struct detect_qr_in in = {run->frame};
	struct detect_qr_out out = {run->codes};

	assert_int_equal(detect_qr_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->codes->len, 0, 16);
	for (uint32_t i = 0; i < run->codes->len; i++) {
		const struct detect_Code *code = &run->codes->items[i];

		assert_in_range(code->text.len, 0, 1024);
		assert_int_equal(code->text.text[code->text.len], 0);
		for (int k = 0; k < 4; k++) {
			assert_true(code->corners[k].x >= 0 && code->corners[k].x <= 1);
			assert_true(code->corners[k].y >= 0 && code->corners[k].y <= 1);
		}
	}
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->codes);
}

static void end(struct run *run)
{
	detect_qr_methods.finish(run->self);
	release(run);
}

/* A code of a kind of ZXing's; its path. */
static const char *make_code(const char *kind, const char *text, int size)
{
	const char *path = fake_path("code.png");

	if (strcmp(fake_output("command -v ZXingWriter || echo none"), "none") == 0) {
		print_message("no ZXingWriter: Debian's package zxing-cpp-tools\n");
		skip();
	}
	fake_run("ZXingWriter -size %dx%d '%s' '%s' '%s'", size, size, kind, text, path);
	return path;
}

/* In the middle of a gray frame, turned by so many degrees. */
static void load(struct run *run, const char *path, int degrees)
{
	char filter[256];

	snprintf(filter, sizeof(filter),
	         "format=gray,pad=480:480:(ow-iw)/2:(oh-ih)/2:gray,rotate=%d*PI/180:c=gray,"
	         "pad=640:480:80:0:gray",
	         degrees);
	picture_load(run->frame, path, filter, run->params.FORMAT, W, H);
}

static void assert_code(const struct run *run, uint32_t i, const char *text, uint32_t format)
{
	const struct detect_Code *code = &run->codes->items[i];

	assert_true(i < run->codes->len);
	assert_string_equal(code->text.text, text);
	assert_int_equal(code->text.len, strlen(text));
	assert_int_equal(code->format, format);
}

/* ---- Tests ---- */

static void a_qr_code_is_read_in_each_format(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32,
	                                   PKD_GRAY8, PKD_I420,  PKD_NV12};
	const char *path = make_code("QRCode", "pkd, frame 812: grün", 200);

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct run run = {0};

		must_start(&run, "qr", formats[i]);
		load(&run, path, 0);
		step(&run);
		assert_int_equal(run.codes->len, 1);
		assert_code(&run, 0, "pkd, frame 812: grün", detect_CodeFormat_qr);
		end(&run);
	}
}

/* The corners go along: the first is the top left one of the code, not of the frame. */
static void a_code_is_read_however_it_is_turned(void **state)
{
	const char *path = make_code("QRCode", "turned", 200);
	struct run run = {0};

	(void)state;
	must_start(&run, "qr", PKD_GRAY8);
	for (int degrees = 0; degrees < 360; degrees += 30) {
		const float turn = (float)degrees * 3.14159265f / 180;
		float x, y, has_x, has_y;

		load(&run, path, degrees);
		step(&run);
		assert_int_equal(run.codes->len, 1);
		assert_code(&run, 0, "turned", detect_CodeFormat_qr);
		/* From the middle to the first corner. */
		has_x = run.codes->items[0].corners[0].x * W - 320;
		has_y = run.codes->items[0].corners[0].y * H - 240;
		x = -cosf(turn) + sinf(turn);
		y = -sinf(turn) - cosf(turn);
		assert_true(hypotf(has_x, has_y) > 50);
		assert_true((has_x * x + has_y * y) / hypotf(has_x, has_y) / hypotf(x, y) > 0.98f);
	}
	end(&run);
}

static void other_kinds_are_read_where_they_are_named(void **state)
{
	static const struct {
		const char *kind, *text, *name;
		uint32_t format;
	} kinds[] = {
		{"Aztec", "aztec here", "aztec", detect_CodeFormat_aztec},
		{"DataMatrix", "matrix here", "data_matrix", detect_CodeFormat_data_matrix},
		{"PDF417", "pdf here", "pdf417", detect_CodeFormat_pdf417},
		{"Code128", "Code 128", "code128", detect_CodeFormat_code128},
		{"Code39", "CODE39", "code39", detect_CodeFormat_code39},
		{"Code93", "CODE93", "code93", detect_CodeFormat_code93},
		{"EAN-13", "4006381333931", "ean13", detect_CodeFormat_ean13},
		{"EAN-8", "73513537", "ean8", detect_CodeFormat_ean8},
		{"ITF", "30712345000010", "itf", detect_CodeFormat_itf},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *path = make_code(kinds[i].kind, kinds[i].text, 360);
		const char *all[] = {kinds[i].name, "any", "qr , ean8, bars,squares"};

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
			struct run run = {0};

			must_start(&run, all[k], PKD_BGR24);
			load(&run, path, 0);
			step(&run);
			print_message("%s by %s: %u\n", kinds[i].name, all[k], run.codes->len);
			assert_int_equal(run.codes->len, 1);
			assert_code(&run, 0, kinds[i].text, kinds[i].format);
			end(&run);
		}
		{
			struct run run = {0};

			must_start(&run, "qr", PKD_BGR24);
			load(&run, path, 0);
			step(&run);
			assert_int_equal(run.codes->len, 0);
			end(&run);
		}
	}
}

/* Across, as a share of the width. */
static float size_of(const struct detect_Code *code)
{
	const struct detect_Point *corners = code->corners;

	return fmaxf(hypotf((corners[2].x - corners[0].x) * W, (corners[2].y - corners[0].y) * H),
	             hypotf((corners[3].x - corners[1].x) * W, (corners[3].y - corners[1].y) * H)) /
	       W;
}

/* Puts a code into the frame. */
static void put(struct run *run, const struct pkd_image *code, uint32_t x, uint32_t y)
{
	for (uint32_t row = 0; row < code->height; row++)
		memcpy(pkd_pixels(run->frame) + (y + row) * run->frame->stride + x,
		       pkd_const_pixels(code) + row * code->stride, code->width);
}

/* In rows that are no grid: where all are at equal distances, ZXing takes corners of different
 * codes for those of one. */
static void more_than_have_room_are_cut_the_largest_stay(void **state)
{
	struct pkd_image *code = fake_image(PKD_GRAY8, 92, 92);
	struct run run = {0};
	float before = 2;

	(void)state;
	must_start(&run, "qr", PKD_GRAY8);
	memset(pkd_pixels(run.frame), 255, (size_t)W * H);
	for (uint32_t i = 0; i < 21; i++) {
		char text[8];

		snprintf(text, sizeof(text), "code %u", i);
		picture_load(code, make_code("QRCode", text, 92), "null", PKD_GRAY8, 92, 92);
		if (i < 20)
			put(&run, code, i % 5 * 92 + i * 7 % 23, i / 5 * 118 + i * 11 % 26);
		else
			put(&run, code, W - 150, 100);
	}
	step(&run);
	print_message("%u codes\n", run.codes->len);
	assert_int_equal(run.codes->len, 16);
	for (uint32_t i = 0; i < 16; i++) {
		float size = size_of(&run.codes->items[i]);

		assert_true(size <= before + 1e-4f);
		before = size;
	}
	end(&run);
	fake_slot_free(code);
}

/* Two of one kind in a frame, and two of bars that say the same, of which ZXing 1.4 gives one. */
static void several_are_read_each_by_its_corners(void **state)
{
	struct pkd_image *code = fake_image(PKD_GRAY8, 200, 200);
	struct run run = {0};

	(void)state;
	must_start(&run, "qr, code128", PKD_GRAY8);
	memset(pkd_pixels(run.frame), 255, (size_t)W * H);
	picture_load(code, make_code("QRCode", "left", 200), "null", PKD_GRAY8, 200, 200);
	put(&run, code, 20, 250);
	picture_load(code, make_code("QRCode", "right", 150), "null", PKD_GRAY8, 150, 150);
	put(&run, code, 400, 30);
	picture_load(code, make_code("Code128", "b", 120), "crop=120:60", PKD_GRAY8, 120, 60);
	put(&run, code, 450, 200);
	put(&run, code, 450, 350);
	step(&run);
	assert_in_range(run.codes->len, 3, 4);
	assert_code(&run, 0, "left", detect_CodeFormat_qr);
	assert_true(run.codes->items[0].corners[0].x < 0.2f);
	assert_true(run.codes->items[0].corners[0].y > 0.5f);
	assert_code(&run, 1, "right", detect_CodeFormat_qr);
	assert_true(run.codes->items[1].corners[0].x > 0.6f);
	assert_true(run.codes->items[1].corners[0].y < 0.5f);
	assert_code(&run, 2, "b", detect_CodeFormat_code128);
	end(&run);
	fake_slot_free(code);
}

static void a_text_without_room_is_left_out_and_told_once(void **state)
{
	char text[1101];
	struct run run = {0};
	const char *path;

	(void)state;
	for (uint32_t n = 1024; n <= 1025; n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		path = make_code("QRCode", text, 460);
		memset(&run, 0, sizeof(run));
		must_start(&run, "qr", PKD_GRAY8);
		load(&run, path, 0);
		step(&run);
		step(&run);
		assert_int_equal(run.codes->len, n == 1024);
		assert_int_equal(run.ctx.n_notes, n == 1025);
		if (n == 1024)
			assert_code(&run, 0, text, detect_CodeFormat_qr);
		else
			assert_non_null(strstr(run.ctx.note, "1025 bytes is left out"));
		end(&run);
	}
}

static void any_frame_is_looked_at(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {1, H}, {W, 1}, {2, 2}, {7, 9}, {20, 21}};
	struct run run = {0};
	uint32_t random = 1;

	(void)state;
	must_start(&run, "any", PKD_BGR24);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		step(&run);
	}
	pkd_image_set(run.frame, PKD_BGR24, W, H);
	memset(pkd_pixels(run.frame), 128, (size_t)W * H * 3);
	step(&run);
	assert_int_equal(run.codes->len, 0);
	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		pkd_pixels(run.frame)[i] = (uint8_t)((random = random * 1664525 + 1013904223) >>
		                                     24);
	step(&run);
	assert_int_equal(run.ctx.n_errors, 0);
	end(&run);
}

static void codes_that_nobody_reads_are_no_work(void **state)
{
	struct detect_qr_out out = {NULL};
	struct detect_qr_in in;
	struct run run = {0};

	(void)state;
	must_start(&run, "qr", PKD_BGR24);
	run.ctx.unread = 1;
	in = (struct detect_qr_in){run.frame};
	assert_int_equal(detect_qr_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

static void a_kind_that_is_none_is_told_with_the_way_out(void **state)
{
	static const char *const wrong[] = {"", "QR", "qr,", ",qr", "qr ean13", "qr, ean14, any"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct run run = {0};

		assert_int_equal(start(&run, wrong[i], PKD_BGR24), -EINVAL);
		assert_int_equal(run.ctx.n_errors, 1);
		assert_non_null(strstr(run.ctx.error, "`formats` has '"));
		assert_non_null(strstr(run.ctx.error, "as in \"qr, ean13\""));
		release(&run);
	}
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_qr_code_is_read_in_each_format),
		cmocka_unit_test(a_code_is_read_however_it_is_turned),
		cmocka_unit_test(other_kinds_are_read_where_they_are_named),
		cmocka_unit_test(several_are_read_each_by_its_corners),
		cmocka_unit_test(more_than_have_room_are_cut_the_largest_stay),
		cmocka_unit_test(a_text_without_room_is_left_out_and_told_once),
		cmocka_unit_test(any_frame_is_looked_at),
		cmocka_unit_test(codes_that_nobody_reads_are_no_work),
		cmocka_unit_test(a_kind_that_is_none_is_told_with_the_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
