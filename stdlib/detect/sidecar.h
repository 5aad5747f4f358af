/* The text file beside a network: what has to be known of it and does not stand in it. Lines of a
 * key and its values; `#` begins a comment.
 *
 *   input 512 512              width and height that the network takes
 *   layout nchw                or nhwc
 *   colour rgb                 or bgr
 *   fit stretch                or letterbox: keeps the frame's shape, with borders …
 *   pad 114                    … of this brightness (0)
 *   mean 0                     taken from each of 0..255, one number or one for each channel (0) …
 *   scale 1                    … and then multiplied by this, likewise (1)
 *   head centernet             what its outputs mean: see heads.h
 *   outputs heat edges         their names, in the order that the head wants (all there are)
 *   overlap 0.5                boxes of one class that share more of their union are one (0.5)
 *   labels person, traffic light    of the classes, from 0; several lines add up
 *
 * `input`, `head` and `labels` must be there. */
#ifndef PKD_DETECT_SIDECAR_H
#define PKD_DETECT_SIDECAR_H

#include <stdbool.h>

#include "onnx.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DETECT_MAX_LABELS = 1000, DETECT_LABEL_SIZE = 32, DETECT_MAX_SIDE = 4096 };

enum detect_head {
	DETECT_NO_HEAD,
	DETECT_CENTERNET,
	DETECT_YOLOV5,
	DETECT_YOLOV8,
	DETECT_SSD,
	DETECT_PLAIN,
	DETECT_MOVENET,
};

struct detect_sidecar {
	uint32_t width, height;
	bool nhwc, bgr, letterbox;
	uint8_t pad;
	float mean[3], scale[3];
	enum detect_head head;
	uint32_t n_outputs; /* 0: not said */
	char outputs[DETECT_MAX_OUTPUTS][DETECT_NAME_SIZE];
	float overlap;
	uint32_t n_labels;
	char labels[DETECT_MAX_LABELS][DETECT_LABEL_SIZE];
};

/* Reads `text` of n bytes. 0; or the number of the line that is wrong, counted from 1 (the last one
 * where something is missing), and why. */
uint32_t detect_sidecar_read(const char *text, size_t n, struct detect_sidecar *ret_sidecar,
                             const char **ret_wrong);

const char *detect_head_name(enum detect_head head);

#ifdef __cplusplus
}
#endif

#endif
