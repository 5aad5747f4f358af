/* The picture that a node of this module draws on. */
#ifndef PKD_DRAW_VIEW_H
#define PKD_DRAW_VIEW_H

#include <errno.h>
#include <pkd/node.h>
#include <string.h>

#include "letters.h"
#include "paint.h"

/* Makes it a copy of a bgr24 frame. */
static inline void draw_view_copy(struct pkd_image *view, const struct pkd_image *frame)
{
	pkd_image_set(view, PKD_BGR24, frame->width, frame->height);
	view->pixel_width = frame->pixel_width;
	view->pixel_height = frame->pixel_height;
	for (uint32_t y = 0; y < frame->height; y++)
		memcpy(pkd_pixels(view) + (size_t)y * view->stride,
		       pkd_const_pixels(frame) + (size_t)y * frame->stride, view->stride);
}

/* Sets the size that was asked for, or suits the picture; without a font there is none. False after
 * an error. */
static inline bool draw_view_letters(struct letters *letters, const struct pkd_image *view,
                                     int32_t asked, struct pkd_ctx *ctx)
{
	if (!letters || letters_set_size(letters, paint_text_size(view, asked)))
		return true;
	pkd_error(ctx, ENOMEM, "there is no memory for letters of %d pixels",
	          paint_text_size(view, asked));
	return false;
}

#endif
