/* Shows a part of a frame so that what is in it is not to be made out, for C, by OpenCV: no
 * exception leaves it, no thread is started. Each is false where OpenCV fails, which is when memory
 * does; the view is not to be shown then. Nothing else of the area is in the view at any time: who
 * may read it may look before it is ready. */
#ifndef PKD_DRAW_OBSCURE_H
#define PKD_DRAW_OBSCURE_H

#include "paint.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { OBSCURE_MOST_CELLS = 32 };

/* So many means along the longer side of an area within the frame, and no more, are what is left of
 * it. Each is of 2 pixels or more: a small area with many cells would stay as it is. The view has
 * the frame's size. */
bool obscure_mosaic(const struct pkd_image *frame, struct pkd_image *view, struct paint_area area,
                    int32_t cells);
bool obscure_blur(const struct pkd_image *frame, struct pkd_image *view, struct paint_area area,
                  int32_t cells);

#ifdef __cplusplus
}
#endif

#endif
