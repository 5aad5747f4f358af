// image.adjust: brightness, contrast and gamma by a table, saturation by a matrix.
#include <image/adjust.pkd.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

struct tones {
	cv::Mat table;    // of values; alpha's are themselves
	cv::Matx44f into; // the channels, alpha among them, from those of the frame
	bool is_plain;    // the table changes nothing …
	bool has_matrix;  // … the matrix does something
};

uint8_t toned(const struct image_adjust_params *params, int value)
{
	const double bright = value / 255. + static_cast<double>(params->brightness);
	const double apart = (bright - 0.5) * static_cast<double>(params->contrast) + 0.5;
	const double cut = std::min(std::max(apart, 0.), 1.);

	return cv::saturate_cast<uint8_t>(255 *
	                                  std::pow(cut, 1 / static_cast<double>(params->gamma)));
}

// One table for all channels, which OpenCV looks up faster than one for each, unless there is
// alpha.
void fill_table(struct tones *tone, const struct image_adjust_params *params)
{
	const int channels = mat_channels(params->FORMAT) == 4 ? 4 : 1;

	tone->table.create(1, 256, CV_8UC(channels));
	tone->is_plain = true;
	for (int value = 0; value < 256; value++) {
		uint8_t *entry = tone->table.ptr() + value * channels;
		const uint8_t to = toned(params, value);

		for (int i = 0; i < channels; i++)
			entry[i] = i == 3 ? static_cast<uint8_t>(value) : to;
		tone->is_plain = tone->is_plain && to == value;
	}
}

// Each colour from its brightness, which stays, on.
void fill_matrix(struct tones *tone, const struct image_adjust_params *params)
{
	const bool is_rgb = params->FORMAT == PKD_RGB24 || params->FORMAT == PKD_RGBA32;
	const float blue = 0.114f, green = 0.587f, red = 0.299f, by = params->saturation;
	const float weights[] = {is_rgb ? red : blue, green, is_rgb ? blue : red};

	tone->into = cv::Matx44f::eye();
	for (int row = 0; row < 3; row++)
		for (int column = 0; column < 3; column++)
			tone->into(row, column) = (1 - by) * weights[column] +
			                          (row == column ? by : 0);
	tone->has_matrix = by != 1 && params->FORMAT != PKD_GRAY8;
}

void apply(const struct tones *tone, const cv::Mat &frame, cv::Mat &to)
{
	const int channels = to.channels();

	if (!tone->is_plain)
		cv::LUT(frame, tone->table, to);
	else if (!tone->has_matrix)
		frame.copyTo(to);
	if (tone->has_matrix)
		cv::transform(tone->is_plain ? frame : to, to,
		              cv::Mat(tone->into)(cv::Rect(0, 0, channels, channels)));
}

} // namespace

struct image_adjust {
	tones *tone;
};

static int prepare(struct image_adjust *self, const struct image_adjust_params *params,
                   struct pkd_ctx *ctx)
try {
	fill_table(self->tone, params);
	fill_matrix(self->tone, params);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "OpenCV cannot make a table: %s", error.what());
}

int image_adjust_init(struct image_adjust *self, const struct image_adjust_params *params,
                      struct pkd_ctx *ctx)
{
	int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->tone = new (std::nothrow) tones{};
	if (!self->tone)
		return pkd_error(ctx, ENOMEM, "no memory for a table");
	error = prepare(self, params, ctx);
	if (error)
		delete self->tone;
	return error;
}

int image_adjust_changed(struct image_adjust *self, const struct image_adjust_params *params,
                         struct pkd_ctx *ctx)
{
	return prepare(self, params, ctx);
}

int image_adjust_step(struct image_adjust *self, const struct image_adjust_in *in,
                      struct image_adjust_out *out, struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "change the frame's tones", ctx,
	                   [&](cv::Mat &to) { apply(self->tone, mat_of(in->frame), to); });
}

void image_adjust_finish(struct image_adjust *self)
{
	delete self->tone;
}

PKD_LIVE_NODE(image_adjust);
