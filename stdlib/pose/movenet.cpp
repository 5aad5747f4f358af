// See movenet.h. In C++ like OpenCV's engine, which the node brings in: a program is linked as C++
// where a source that its nodes name is.
#include "movenet.h"

#include <cmath>

// What the network's own last step adds to a distance, in cells: so far a peak counts in full.
static const float NEAR = 1.8f;

static uint32_t highest(const float *map, uint32_t n)
{
	uint32_t at = 0;

	for (uint32_t i = 1; i < n; i++)
		if (map[i] > map[at])
			at = i;
	return at;
}

// The cell whose heat over its distance from x, y is highest.
static uint32_t nearest_peak(const float *heat, uint32_t W, uint32_t H, float x, float y)
{
	float best = -1;
	uint32_t at = 0;

	for (uint32_t v = 0; v < H; v++) {
		float down = static_cast<float>(v) - y;

		for (uint32_t u = 0; u < W; u++) {
			float across = static_cast<float>(u) - x;
			float value = heat[v * W + u] /
			              (std::sqrt(across * across + down * down) + NEAR);

			if (value > best) {
				best = value;
				at = v * W + u;
			}
		}
	}
	return at;
}

void pose_movenet(const struct detect_sidecar *sidecar, const struct detect_tensor outputs[4],
                  struct pose_point ret_points[POSE_N_POINTS])
{
	const struct detect_shape *shape = &outputs[0].shape;
	const uint32_t W = shape->dims[shape->n - 1], H = shape->dims[shape->n - 2], n = W * H;
	const float across = static_cast<float>(sidecar->width) / static_cast<float>(W),
		    down = static_cast<float>(sidecar->height) / static_cast<float>(H);
	const uint32_t middle = highest(outputs[1].data, n);

	for (uint32_t i = 0; i < POSE_N_POINTS; i++) {
		const float *heat = outputs[0].data + size_t{i} * n;
		const float *vector = outputs[2].data + size_t{2} * i * n;
		const float *offset = outputs[3].data + size_t{2} * i * n;
		uint32_t at = nearest_peak(heat, W, H,
		                           static_cast<float>(middle % W) + vector[n + middle],
		                           static_cast<float>(middle / W) + vector[middle]);

		ret_points[i].x = (static_cast<float>(at % W) + offset[n + at]) * across;
		ret_points[i].y = (static_cast<float>(at / W) + offset[at]) * down;
		ret_points[i].score = heat[at];
	}
}
