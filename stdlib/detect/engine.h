/* What runs a network: ONNX Runtime, which is loaded where it is found, or OpenCV. Both give the
 * same numbers but for rounding. Made and used in one process, after the fork. */
#ifndef PKD_DETECT_ENGINE_H
#define PKD_DETECT_ENGINE_H

#include "heads.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DETECT_WHY_SIZE = 512 };

/* What an engine is made for. It keeps pointers to `input` and `outputs` alone. */
struct detect_task {
	const uint8_t *file;
	size_t size;
	const char *input_name;
	struct detect_shape input_shape; /* whole: no size is 0 */
	float *input;                    /* of the caller, who fills it before each run */
	uint32_t n_outputs;
	const char *output_names[DETECT_MAX_OUTPUTS];
	struct detect_tensor *outputs; /* where a run puts them; valid until the next one */
	uint32_t n_threads;            /* of ONNX Runtime; OpenCV's are those of the picture */
};

struct detect_engine {
	char name[64]; /* "ONNX Runtime 1.20.1" */
	/* False: why. */
	bool (*run)(struct detect_engine *engine, char ret_why[DETECT_WHY_SIZE]);
	void (*destroy)(struct detect_engine *engine);
};

/* NULL: why, as one line. The library of ONNX Runtime is one that detect_ort_load has given. */
struct detect_engine *detect_ort_create(const struct detect_task *task, void *library,
                                        char ret_why[DETECT_WHY_SIZE]);
struct detect_engine *detect_opencv_create(const struct detect_task *task,
                                           char ret_why[DETECT_WHY_SIZE]);

/* A library at a path, or of a name that the system knows; NULL: why. It stays loaded. */
void *detect_ort_load(const char *path, char ret_why[DETECT_WHY_SIZE]);

/* ---- The picture ---- */

/* Where in the input the frame was put, pixels. */
struct detect_placed {
	float x, y, width, height;
};

struct detect_picture;

/* NULL where memory fails. The sidecar stays the caller's. OpenCV's threads are so many from then
 * on, also those of its engine. */
struct detect_picture *detect_picture_create(const struct detect_sidecar *sidecar,
                                             uint32_t n_threads);
void detect_picture_destroy(struct detect_picture *picture);

/* A bgr24 image as the network's input. 0, -ENOMEM or -EIO. */
int detect_picture_fill(struct detect_picture *picture, const uint8_t *pixels, uint32_t width,
                        uint32_t height, uint32_t stride, float *ret_input,
                        struct detect_placed *ret_placed);

#ifdef __cplusplus
}
#endif

#endif
