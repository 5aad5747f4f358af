/* A network with its sidecar, opened and tried out: for detect.dnn and pose.dnn. */
#ifndef PKD_DETECT_NETWORK_H
#define PKD_DETECT_NETWORK_H

#include <pkd/node.h>

#include "engine.h"

enum detect_engine_kind { DETECT_BEST_ENGINE, DETECT_ONNXRUNTIME, DETECT_OPENCV };

/* The parameters of a node. */
struct detect_choice {
	const char *folder, *model, *runtime;
	enum detect_engine_kind engine;
	bool is_pose; /* its head gives points of people; else boxes */
};

struct detect_network {
	struct detect_sidecar sidecar;
	struct detect_onnx onnx;
	uint32_t n_outputs;
	struct detect_tensor outputs[DETECT_MAX_OUTPUTS]; /* as the head wants them */
	struct detect_placed placed;                      /* the last frame */
	char path[512];                                   /* of the network, for messages */
	uint8_t *file;
	size_t size;
	float *input;
	struct detect_picture *picture;
	struct detect_engine *engine;
};

/* `network` is zeroed. PKD_OK after a first run, on a gray picture: what it needs is allocated
 * then, and it is known that it fits. Else what pkd_error returned, and nothing is to be closed.
 * */
int detect_network_open(struct detect_network *network, const struct detect_choice *choice,
                        struct pkd_ctx *ctx);
void detect_network_close(struct detect_network *network);

/* Runs it on a bgr24 frame; fills `outputs` and `placed`. PKD_OK, or what pkd_error returned. */
int detect_network_run(struct detect_network *network, const struct pkd_image *frame,
                       struct pkd_ctx *ctx);

/* A place in the input as one in the frame, in fractions; may lie outside. */
static inline float detect_network_x(const struct detect_network *network, float x)
{
	return (x - network->placed.x) / network->placed.width;
}
static inline float detect_network_y(const struct detect_network *network, float y)
{
	return (y - network->placed.y) / network->placed.height;
}

#endif
