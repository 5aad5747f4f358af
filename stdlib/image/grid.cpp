// image.grid: frames in cells, by cv::resize.
#include <image/grid.pkd.h>

#include <algorithm>
#include <cmath>

#include "filter.hpp"
#include "fit.hpp"

struct image_grid {
	const struct image_grid_params *params; // columns, gap and fit may change between steps
	cv::Scalar colour;
};

namespace
{

// From cell number i on to the next, and without the gap between them; of n cells on `length`
// pixels.
struct span {
	int begin, end, next;
};

struct span span_of(int i, int n, int length, int gap)
{
	const int64_t all = int64_t{length} + gap;
	const int begin = static_cast<int>(i * all / n), next = static_cast<int>((i + 1) * all / n);

	return {std::min(begin, length), std::min(std::max(next - gap, begin), length),
	        std::min(next, length)};
}

// Into one cell; where there is no frame, or no room, all is ground.
void draw(const struct pkd_image *frame, const struct span &x, const struct span &y, cv::Mat &to,
          const struct image_grid *self)
{
	const cv::Rect whole(x.begin, y.begin, x.next - x.begin, y.next - y.begin);
	const cv::Size room(x.end - x.begin, y.end - y.begin);

	if (!frame || room.empty()) {
		if (!whole.empty())
			to(whole).setTo(self->colour);
		return;
	}
	struct fit fit = fit_of(frame, room, self->params->fit);

	fit.to += whole.tl();
	fit_resize(mat_of(frame), to, fit, image_Interpolation_auto);
	fit_fill_around(to, whole, fit.to, self->colour);
}

} // namespace

int image_grid_init(struct image_grid *self, const struct image_grid_params *params,
                    struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	self->params = params;
	return error ? error : filter_colour(params->colour, params->FORMAT, &self->colour, ctx);
}

int image_grid_step(struct image_grid *self, const struct image_grid_in *in,
                    struct image_grid_out *out, struct pkd_ctx *ctx)
{
	const struct image_grid_params *params = self->params;
	const int n = 1 + (in->others ? static_cast<int>(params->N) : 0);
	const int columns = params->columns > 0 ? static_cast<int>(params->columns)
	                                        : cvCeil(std::sqrt(n));
	const int rows = (n + columns - 1) / columns, gap = static_cast<int>(params->gap);

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	pkd_image_set(out->view, params->FORMAT, params->W, params->H);
	return filter_fill(out->view, "put the frames together", ctx, [&](cv::Mat &to) {
		for (int i = 0; i < rows * columns; i++) {
			const struct pkd_image *frame = i == 0  ? in->frame
			                                : i < n ? in->others[i - 1]
			                                        : nullptr;

			draw(frame, span_of(i % columns, columns, to.cols, gap),
			     span_of(i / columns, rows, to.rows, gap), to, self);
		}
	});
}

void image_grid_finish(struct image_grid *self)
{
	(void)self;
}

PKD_NODE(image_grid);
