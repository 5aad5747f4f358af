/* Lists of boxes, outlines, points and lines as foxglove_msgs/ImageAnnotations, to be drawn over
 * their picture. What the members of an item mean follows from their names and types: `box` or x, y,
 * w, h; `corners`, `outline`, `points`; `from` and `to`; `centre`; `label` or `text`. */
#ifndef PKDW_ANNOTATIONS_H
#define PKDW_ANNOTATIONS_H

#include <pkd/program.h>
#include <stdbool.h>

#include "message/cdr.h"

extern const char pkdw_annotations_schema[];

/* Whether items of the list or array have a place in a picture. */
bool pkdw_annotations_can(const struct pkd_type *type);

/* The size of the picture that the stream was made from, as it is declared: places are fractions of
 * it, and pixels where they are beyond. 1 by 1: there is none. */
struct pkdw_extent {
	double width, height;
};
struct pkdw_extent pkdw_annotations_extent(const struct pkd_program *program, uint32_t stream);

/* Of a value that is valid for its type. One thread writes them. */
void pkdw_annotations_write(const struct pkd_type *type, const void *value,
                            struct pkdw_extent extent, int64_t stamp_ns, struct pkdi_cdr *cdr);

#endif
