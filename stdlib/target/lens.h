/* A camera without distortion, and the angles at which it sees its pixels. Pixels as OpenCV counts
 * them: the middle of the first is 0, 0. */
#ifndef PKD_TARGET_LENS_H
#define PKD_TARGET_LENS_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lens {
	double f, cx, cy; /* pixels, which are square */
};

static inline double lens_degrees(double radians)
{
	return radians * (180 / 3.14159265358979323846);
}

static inline double lens_radians(double degrees)
{
	return degrees * (3.14159265358979323846 / 180);
}

/* Of pictures of this size. `fx` 0: by the horizontal field of view; `cx`, `cy` below 0: the
 * middle. */
static inline struct lens lens_of(uint32_t width, uint32_t height, float fov, float fx, float cx,
                                  float cy)
{
	struct lens lens;

	lens.f = fx > 0 ? (double)fx : (double)width / 2 / tan(lens_radians((double)fov) / 2);
	lens.cx = cx < 0 ? ((double)width - 1) / 2 : (double)cx;
	lens.cy = cy < 0 ? ((double)height - 1) / 2 : (double)cy;
	return lens;
}

/* Degrees, to the right and up. */
static inline double lens_yaw(const struct lens *lens, double x)
{
	return lens_degrees(atan2(x - lens->cx, lens->f));
}

static inline double lens_pitch(const struct lens *lens, double x, double y)
{
	return lens_degrees(atan2(lens->cy - y, hypot(lens->f, x - lens->cx)));
}

#ifdef __cplusplus
}
#endif

#endif
