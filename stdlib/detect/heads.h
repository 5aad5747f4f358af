/* From a network's outputs to boxes. What each head wants, with C the number of labels:
 *
 *   centernet  1xCxHxW heat of each class, 0..1, and 1x4xHxW, the distances from the middle of an
 *              object, where its heat peaks, to its left, top, right and bottom, in pixels
 *              (X. Zhou et al., "Objects as Points", 2019)
 *   yolov5     1xNx(5+C): middle x, y, width, height in pixels, whether it is anything, each class
 *   yolov8     1x(4+C)xN: the same without the fifth, by columns
 *   ssd        Nx7: picture, class, score, left, top, right, bottom as fractions of the input
 *   plain      Nx6: left, top, right, bottom in pixels, score, class; Nx5 where there is one label
 *
 * Pixels are those of the network's input. Nx may have ones before it. Nothing here allocates but
 * create. */
#ifndef PKD_DETECT_HEADS_H
#define PKD_DETECT_HEADS_H

#include "sidecar.h"

#ifdef __cplusplus
extern "C" {
#endif

struct detect_tensor {
	const float *data;
	struct detect_shape shape;
};

struct detect_found {
	float left, top, right, bottom; /* pixels of the input */
	float score;
	uint32_t label;
};

/* Beyond so many over the threshold, the least sure are left out before boxes are compared. */
enum { DETECT_MAX_FOUND = 1024 };

struct detect_finder {
	uint32_t n;
	struct detect_found found[DETECT_MAX_FOUND];
	uint32_t n_columns; /* room in the two: one for each column of yolov8 */
	float *best;
	uint32_t *which;
};

/* True where the shapes are what the head wants; else the output that is not, and what was wanted
 * in its place: "1x79xHxW". Of movenet only the number of labels is used: 17. */
bool detect_head_fits(const struct detect_sidecar *sidecar, const struct detect_tensor *outputs,
                      uint32_t n_outputs, uint32_t *ret_output, char ret_wanted[DETECT_SHAPE_SIZE]);

/* NULL where memory fails. */
struct detect_finder *detect_finder_create(const struct detect_sidecar *sidecar,
                                           const struct detect_tensor *outputs);
void detect_finder_destroy(struct detect_finder *finder);

/* Fills found[0..n) with boxes of at least min_score, the surest first, at most `capacity`: of
 * boxes of one class that overlap by more than the sidecar says only the surest. The outputs fit.
 * False: there is no memory for so many candidates. */
bool detect_find(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                 const struct detect_tensor *outputs, float min_score, uint32_t capacity);

#ifdef __cplusplus
}
#endif

#endif
