/* From the four maps of MoveNet to a person; they fit (detect_head_fits). As published by Google
  * with the network: the body is where the centre map peaks, one vector for each point says from
  * there roughly where that is, and the heat near that place, weighted by how near, where it is
  * exactly. */
#ifndef PKD_POSE_MOVENET_H
#define PKD_POSE_MOVENET_H

#include "../detect/heads.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { POSE_N_POINTS = 17 };

struct pose_point {
	float x, y; /* pixels of the input */
	float score;
};

/* Outputs: 1x17xHxW heat, 1x1xHxW centre, 1x34xHxW vectors and 1x34xHxW offsets, down before
 * across. */
void pose_movenet(const struct detect_sidecar *sidecar, const struct detect_tensor outputs[4],
                  struct pose_point ret_points[POSE_N_POINTS]);

#ifdef __cplusplus
}
#endif

#endif
