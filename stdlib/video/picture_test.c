/* Orientation, shape and colours of pictures, beside what ffmpeg makes of them. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../test/video_run.h"

enum { BAR = 16, N_BARS = 8, MAX_BYTES = 256 * 1024 };

static uint8_t expected[MAX_BYTES];

/* What ffmpeg makes of the first frame: red, green, blue. */
static void make_expected(const char *path, uint32_t *ret_width, uint32_t *ret_height)
{
	char picture[256];
	size_t n;
	FILE *file;

	snprintf(picture, sizeof(picture), "%s/expected.ppm", fake_directory());
	fake_run("ffmpeg -v error -y -i '%s' -frames:v 1 '%s'", path, picture);
	file = fopen(picture, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "P6 %u %u 255", ret_width, ret_height), 2);
	assert_int_equal(fgetc(file), '\n');
	n = fread(expected, 1, sizeof(expected), file);
	assert_int_equal(n, (size_t)*ret_width * *ret_height * 3);
	fclose(file);
}

/* The first frame, which is of this size. */
static void first_frame(struct run *run, const char *path, uint32_t width, uint32_t height)
{
	run->params.speed = 0;
	if (start(run, path, 1280, 1280) != PKD_OK)
		fail_msg("%s", run->ctx.error);
	assert_int_equal(step(run), PKD_OK);
	assert_int_equal(run->frame->width, width);
	assert_int_equal(run->frame->height, height);
}

/* The picture has no colour, so that how colours are interpolated does not matter. */
static void assert_as_ffmpeg_has_it(const char *path, const char *what)
{
	struct run run = {.params.rotate = true};
	uint32_t width, height;
	const uint8_t *pixels;

	make_expected(path, &width, &height);
	first_frame(&run, path, width, height);
	pixels = pkd_const_pixels(run.frame);
	for (size_t i = 0; i < (size_t)width * height * 3; i++) {
		if (abs(pixels[i] - expected[i]) > 2)
			fail_msg("%s: byte %zu is %d, not %d", what, i, pixels[i], expected[i]);
	}
	end(&run);
}

static void pictures_are_turned_as_ffmpeg_turns_them(void **state)
{
	static const char *const flips[] = {"", ":flip=horizontal", ":flip=vertical"};
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/turned.mp4", fake_directory());
	clip("upright.mp4",
	     "-f lavfi -i testsrc=s=112x80:r=10:d=0.3 -vf format=gray,format=yuv420p "
	     "-c:v libx264 -qp 0");
	for (int angle = 0; angle < 360; angle += 90) {
		fake_run("cd '%s' && ffmpeg -v error -y -i upright.mp4 -c copy "
		         "-metadata:s:v rotate=%d turned.mp4",
		         fake_directory(), angle);
		assert_as_ffmpeg_has_it(path, "rotate");
		for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
			fake_run("cd '%s' && ffmpeg -v error -y -i upright.mp4 -c copy -bsf:v "
			         "h264_metadata=display_orientation=insert:rotate=%d%s turned.mp4",
			         fake_directory(), angle, flips[i]);
			assert_as_ffmpeg_has_it(path, flips[i]);
		}
	}
}

static void a_turn_can_be_left_out(void **state)
{
	struct run run = {.params.rotate = false};
	const char *path = fake_path("sideways.mp4");

	(void)state;
	clip("straight.mp4", "-f lavfi -i testsrc=s=64x48:r=10:d=0.3 -c:v libx264");
	fake_run("ffmpeg -v error -y -i '%s/straight.mp4' -c copy -metadata:s:v rotate=90 '%s'",
	         fake_directory(), path);
	first_frame(&run, path, 64, 48);
	end(&run);
}

static void the_size_to_write_is_that_of_the_turned_picture(void **state)
{
	struct run run = {.params.rotate = true};
	const char *path = fake_path("high.mp4");

	(void)state;
	clip("wide.mp4", "-f lavfi -i testsrc=s=64x48:r=10:d=0.3 -c:v libx264");
	fake_run("ffmpeg -v error -y -i '%s/wide.mp4' -c copy -metadata:s:v rotate=90 '%s'",
	         fake_directory(), path);
	assert_int_equal(start(&run, path, 64, 48), -EMSGSIZE);
	assert_non_null(strstr(run.ctx.error, "the video is 48x64, more than 64x48: write W: 48, "
	                                      "H: 64"));
	release(&run);
}

static void the_shape_of_pixels_is_kept_or_made_square(void **state)
{
	struct run kept = {0}, square = {.params.square = true};
	const char *path = clip("pal.mkv", "-f lavfi -i testsrc=s=720x576:r=10:d=0.2,setsar=64/45 "
	                                   "-c:v ffv1");

	(void)state;
	first_frame(&kept, path, 720, 576);
	assert_int_equal(kept.frame->pixel_width, 64);
	assert_int_equal(kept.frame->pixel_height, 45);
	assert_int_equal(kept.ctx.n_notes, 1);
	assert_non_null(strstr(kept.ctx.note, "are 64:45"));
	end(&kept);
	first_frame(&square, path, 1024, 576);
	assert_int_equal(square.frame->pixel_width, 0);
	end(&square);
}

/* ---- Colours ---- */

static const uint8_t bars[N_BARS][3] = {
	/* red, green, blue */
	{235, 235, 235}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0},
	{191, 0, 191},   {191, 0, 0},   {0, 0, 191},   {16, 16, 16},
};

static void make_bars(uint32_t height)
{
	FILE *file = fopen(fake_path("bars.rgb"), "w");

	assert_non_null(file);
	for (uint32_t y = 0; y < height; y++) {
		for (int x = 0; x < N_BARS * BAR; x++)
			fwrite(bars[x / BAR], 1, 3, file);
	}
	assert_int_equal(fclose(file), 0);
}

static double shares[][2] = {
	/* of red and blue in the luma */
	[PKD_BT601] = {0.299, 0.114},
	[PKD_BT709] = {0.2126, 0.0722},
	[PKD_BT2020] = {0.2627, 0.0593},
};

/* Red, green, blue of a YUV image by the formula, from what its header says. */
static void yuv_at(const struct pkd_image *image, uint32_t x, uint32_t y, double rgb[3])
{
	struct pkd_const_image_plane luma = pkd_const_plane(image, 0),
				     u = pkd_const_plane(image, 1), v = pkd_const_plane(image, 2);
	bool is_nv12 = image->format == PKD_NV12, is_full = pkd_image_is_full(image);
	size_t at = (size_t)(y / 2) * u.stride + x / 2 * (is_nv12 ? 2 : 1);
	double l = luma.data[(size_t)y * luma.stride + x], b = u.data[at],
	       r = is_nv12 ? u.data[at + 1] : v.data[at];
	const double *k = shares[pkd_image_matrix(image)];

	l = is_full ? l : (l - 16) * 255 / 219;
	b = (b - 128) * (is_full ? 1 : 255.0 / 224) * 2 * (1 - k[1]);
	r = (r - 128) * (is_full ? 1 : 255.0 / 224) * 2 * (1 - k[0]);
	rgb[0] = l + r;
	rgb[2] = l + b;
	rgb[1] = (l - k[0] * rgb[0] - k[1] * rgb[2]) / (1 - k[0] - k[1]);
}

/* What the image has in the middle of a bar, and what it should have. Gray has the luma of the
 * source's matrix. */
static void colours_of(const struct pkd_image *image, int bar, enum pkd_matrix matrix, double is[3],
                       double should[3])
{
	uint32_t x = (uint32_t)bar * BAR + BAR / 2, y = image->height / 2;
	const uint8_t *pixel = pkd_const_pixels(image) + (size_t)y * image->stride +
	                       (size_t)x * pkd_pixel_size(image->format);
	const double *k = shares[matrix];

	for (int c = 0; c < 3; c++)
		should[c] = bars[bar][c];
	switch (image->format) {
	case PKD_I420:
	case PKD_NV12:
		yuv_at(image, x, y, is);
		break;
	case PKD_GRAY8:
		is[0] = is[1] = is[2] = pixel[0];
		should[0] = k[0] * should[0] + (1 - k[0] - k[1]) * should[1] + k[1] * should[2];
		should[1] = should[2] = should[0];
		break;
	default:
		for (int c = 0; c < 3; c++)
			is[c] = pixel[image->format == PKD_BGR24 ? 2 - c : c];
		break;
	}
}

static void assert_bars_in(uint32_t format, const char *path, uint32_t height,
                           enum pkd_matrix matrix, const char *what)
{
	struct run run = {.params.FORMAT = format};
	double is[3], should[3], most = strstr(what, "mjpeg") ? 3 : 2; /* that one has lost more */

	first_frame(&run, path, N_BARS * BAR, height);
	assert_int_equal(run.frame->format, format);
	for (int i = 0; i < N_BARS; i++) {
		colours_of(run.frame, i, matrix, is, should);
		for (int c = 0; c < 3; c++) {
			if (fabs(is[c] - should[c]) > most)
				fail_msg("format %u, %s: bar %d is %.1f %.1f %.1f, not %.1f %.1f "
				         "%.1f",
				         format, what, i, is[0], is[1], is[2], should[0], should[1],
				         should[2]);
		}
	}
	end(&run);
}

static const uint32_t made[] = {PKD_BGR24, PKD_RGB24, PKD_GRAY8, PKD_I420, PKD_NV12};

/* `into` is how the scaler makes the picture, `as` how it is tagged and stored; in each format that
 * video.open makes. */
static void assert_bars(const char *pixels, const char *into, const char *as, uint32_t height)
{
	enum pkd_matrix matrix = strstr(into, "bt709")    ? PKD_BT709
	                         : strstr(into, "bt2020") ? PKD_BT2020
	                                                  : PKD_BT601;
	char path[256], what[256];

	snprintf(path, sizeof(path), "%s/bars.mkv", fake_directory());
	snprintf(what, sizeof(what), "%s, %s, %s", pixels, into, as);
	make_bars(height);
	fake_run("ffmpeg -v error -y -f rawvideo -pix_fmt rgb24 -s %dx%u -i '%s/bars.rgb' "
	         "-vf 'scale=%s:flags=accurate_rnd+full_chroma_int+full_chroma_inp+bitexact,"
	         "format=%s' %s '%s'",
	         N_BARS * BAR, height, fake_directory(), into, pixels, as, path);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		assert_bars_in(made[i], path, height, matrix, what);
}

static void colour_bars_keep_their_colours(void **state)
{
	static const char *const formats[] = {"yuv420p", "yuv422p", "yuv444p", "yuv420p10le",
	                                      "yuv422p10le"};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		assert_bars(formats[i], "out_color_matrix=bt601:out_range=tv",
		            "-c:v ffv1 -colorspace smpte170m -color_range tv", 64);
		assert_bars(formats[i], "out_color_matrix=bt709:out_range=tv",
		            "-c:v ffv1 -colorspace bt709 -color_range tv", 64);
		assert_bars(formats[i], "out_color_matrix=bt709:out_range=pc",
		            "-c:v ffv1 -colorspace bt709 -color_range pc", 64);
		assert_bars(formats[i], "out_color_matrix=bt601:out_range=pc",
		            "-c:v ffv1 -colorspace bt470bg -color_range pc", 64);
		assert_bars(formats[i], "out_color_matrix=bt2020:out_range=tv",
		            "-c:v ffv1 -colorspace bt2020nc -color_range tv", 64);
	}
	assert_bars("yuv420p", "out_color_matrix=bt709:out_range=tv",
	            "-c:v ffv1 -colorspace bt709 -color_range tv", 63); /* no short way */
	assert_bars("bgr0", "out_range=pc", "-c:v ffv1", 64);
}

static void an_unknown_matrix_is_chosen_by_height(void **state)
{
	(void)state;
	assert_bars("yuv420p", "out_color_matrix=bt601:out_range=tv",
	            "-c:v ffv1 -colorspace unknown", 576);
	assert_bars("yuv420p", "out_color_matrix=bt709:out_range=tv",
	            "-c:v ffv1 -colorspace unknown", 720);
	assert_bars("yuvj420p", "out_color_matrix=bt601:out_range=pc", "-c:v mjpeg -q:v 1", 720);
}

/* Turned pictures, too, and those whose planes of U and V are rounded up. */
static void planes_are_turned_as_pixels_are(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/turned_planes.mp4", fake_directory());
	clip("planes.mp4", "-f lavfi -i testsrc=s=112x80:r=10:d=0.3,format=yuv420p -c:v libx264");
	for (int angle = 0; angle < 360; angle += 90) {
		bool is_high = angle % 180 != 0;

		fake_run("cd '%s' && ffmpeg -v error -y -i planes.mp4 -c copy "
		         "-metadata:s:v rotate=%d turned_planes.mp4 && ffmpeg -v error -y -i "
		         "turned_planes.mp4 -frames:v 1 -f rawvideo -pix_fmt yuv420p planes.yuv",
		         fake_directory(), angle);
		for (size_t i = 3; i < sizeof(made) / sizeof(made[0]); i++) {
			struct run run = {.params = {.rotate = true, .FORMAT = made[i]}};
			FILE *file = fopen(fake_path("planes.yuv"), "r");

			first_frame(&run, path, is_high ? 80 : 112, is_high ? 112 : 80);
			assert_int_equal(fread(expected, 1, MAX_BYTES, file), 112 * 80 * 3 / 2);
			fclose(file);
			assert_memory_equal(pkd_const_pixels(run.frame), expected, 112 * 80);
			for (uint32_t k = 0; k < 56 * 40; k++) {
				const uint8_t *u = pkd_const_plane(run.frame, 1).data;
				bool is_nv12 = made[i] == PKD_NV12;

				assert_int_equal(u[is_nv12 ? 2 * k : k], expected[112 * 80 + k]);
				assert_int_equal(u[is_nv12 ? 2 * k + 1 : 56 * 40 + k],
				                 expected[112 * 80 + 56 * 40 + k]);
			}
			end(&run);
		}
	}
}

static void odd_pictures_fill_their_planes(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/odd.mkv", fake_directory());
	clip("odd.mkv", "-f lavfi -i testsrc=s=128x128:r=10:d=0.2,format=rgb24,"
	                "crop=37:23:40:40:exact=1,format=yuv420p -c:v ffv1");
	fake_run("cd '%s' && ffmpeg -v error -y -i odd.mkv -frames:v 1 -f rawvideo odd.yuv",
	         fake_directory());
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct run run = {.params.FORMAT = made[i]};
		FILE *file = fopen(fake_path("odd.yuv"), "r");

		if (start(&run, path, 37, 23) != PKD_OK)
			fail_msg("%s", run.ctx.error);
		assert_int_equal(step(&run), PKD_OK); /* the guards of the slot are looked at */
		assert_int_equal(fread(expected, 1, MAX_BYTES, file), 37 * 23 + 2 * 19 * 12);
		fclose(file);
		if (made[i] == PKD_I420)
			assert_memory_equal(pkd_const_pixels(run.frame), expected,
			                    37 * 23 + 2 * 19 * 12);
		end(&run);
	}
}

static void a_format_that_is_not_made_is_refused(void **state)
{
	struct run run = {.params.FORMAT = PKD_GRAY16};

	(void)state;
	assert_int_equal(start(&run, "there_is_none.avi", 64, 48), -EINVAL);
	assert_non_null(
		strstr(run.ctx.error, "FORMAT is one of bgr24, rgb24, gray8, i420 and nv12"));
	release(&run);
}

static void gray_of_unknown_range_is_full(void **state)
{
	static const char *const formats[] = {"gray", "gray10le", "gray12le", "gray16le", "ya8"};
	static const uint8_t levels[] = {8, 64, 128, 235};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		for (size_t j = 0; j < sizeof(levels); j++) {
			struct run run = {0};
			char arguments[256];

			snprintf(arguments, sizeof(arguments),
			         "-f lavfi -i color=black:s=64x48:r=10:d=0.2,format=gray,"
			         "geq=lum=%d,format=%s -color_range unknown -c:v %s",
			         levels[j], formats[i], strcmp(formats[i], "ya8") ? "ffv1" : "png");
			first_frame(&run, clip("gray.mkv", arguments), 64, 48);
			for (int c = 0; c < 3; c++) {
				if (abs(pkd_const_pixels(run.frame)[c] - levels[j]) > 1)
					fail_msg("%s: %d is %d", formats[i], levels[j],
					         pkd_const_pixels(run.frame)[c]);
			}
			end(&run);
		}
	}
}

static int remove_files(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_turned_as_ffmpeg_turns_them),
		cmocka_unit_test(a_turn_can_be_left_out),
		cmocka_unit_test(the_size_to_write_is_that_of_the_turned_picture),
		cmocka_unit_test(the_shape_of_pixels_is_kept_or_made_square),
		cmocka_unit_test(colour_bars_keep_their_colours),
		cmocka_unit_test(an_unknown_matrix_is_chosen_by_height),
		cmocka_unit_test(gray_of_unknown_range_is_full),
		cmocka_unit_test(planes_are_turned_as_pixels_are),
		cmocka_unit_test(odd_pictures_fill_their_planes),
		cmocka_unit_test(a_format_that_is_not_made_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
