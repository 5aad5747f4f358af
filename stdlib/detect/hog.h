/* OpenCV's detector of standing people, for C: no exception leaves it, no thread is started. */
#ifndef PKD_DETECT_HOG_H
#define PKD_DETECT_HOG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest window that is looked at, pixels; the larger ones have the same shape. A person
 * fills the middle of it: an eighth above and below, a fifth at each side are margin. */
enum { DETECT_HOG_WIDTH = 64, DETECT_HOG_HEIGHT = 128 };

/* Pixels, and the distance from the hyperplane of the support vector machine: 0 is undecided,
 * 1 quite sure. */
struct detect_hog_window {
	int32_t x, y, width, height;
	float weight;
};

struct detect_hog;

/* NULL when memory or OpenCV fails. Must be called where the detector is used: after the fork. */
struct detect_hog *detect_hog_create(void);
void detect_hog_destroy(struct detect_hog *hog);

/* All windows of weight > `threshold` in a bgr24 image, not grouped, the heaviest first, at most
 * `capacity`. `step` is the distance of neighbouring windows, pixels. None in an image smaller
 * than the smallest window. Returns 0, -ENOMEM or -EIO. */
int detect_hog_find(struct detect_hog *hog, const uint8_t *pixels, uint32_t width, uint32_t height,
                    uint32_t stride, int32_t step, float threshold, uint32_t capacity,
                    struct detect_hog_window *ret_windows, uint32_t *ret_n);

#ifdef __cplusplus
}
#endif

#endif
