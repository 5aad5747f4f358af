/* What an ONNX file says of its inputs and outputs, read without any engine: so a network that does
 * not fit is told in the same words, whichever runs it. */
#ifndef PKD_DETECT_ONNX_H
#define PKD_DETECT_ONNX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DETECT_MAX_DIMS = 6,
	DETECT_MAX_OUTPUTS = 8,
	DETECT_NAME_SIZE = 128,
	DETECT_SHAPE_SIZE = 96
};

/* A size that only a run gives is 0. */
struct detect_shape {
	uint32_t n;
	uint32_t dims[DETECT_MAX_DIMS];
};

struct detect_port {
	char name[DETECT_NAME_SIZE];
	struct detect_shape shape;
	uint32_t type; /* TensorProto.DataType; 1 is float */
};

enum { DETECT_ONNX_FLOAT = 1 };

struct detect_onnx {
	uint32_t n_inputs; /* those that no constant fills; only the first is kept */
	struct detect_port input;
	uint32_t n_outputs; /* all there are; only the first DETECT_MAX_OUTPUTS are kept */
	struct detect_port outputs[DETECT_MAX_OUTPUTS];
};

/* NULL, or what is wrong with the file, to be put behind its name: "is no ONNX file". */
const char *detect_onnx_read(const uint8_t *file, size_t size, struct detect_onnx *ret_onnx);

/* "1x3x512x512", a size that is not known as "?"; returns `ret_text`. */
const char *detect_shape_text(const struct detect_shape *shape, char ret_text[DETECT_SHAPE_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
