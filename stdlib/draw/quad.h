/* A thing with four corners: its outline, and what it is called, below its lowest corner. */
#ifndef PKD_DRAW_QUAD_H
#define PKD_DRAW_QUAD_H

#include <detect/shape.pkd.h>

#include "letters.h"
#include "paint.h"
#include "view.h"

struct quad_way {
	struct colour colour;
	int32_t thickness;
	struct letters *letters; /* NULL: without texts */
};

/* The view is the frame, and `way` as wide and its letters as large as is asked for. PKD_OK, or
 * what pkd_error returns. */
int quad_begin(struct quad_way *way, struct pkd_image *view, const struct pkd_image *frame,
               int32_t thickness, int32_t text_size, struct pkd_ctx *ctx);
/* What a step returns whose quad_draw has. */
int quad_end(bool is_drawn, struct pkd_ctx *ctx);

/* False where there is no memory. Corners may be anywhere, and no numbers. */
bool quad_draw(struct pkd_image *view, const struct detect_Point corners[4],
               const struct quad_way *way, const char *text, uint32_t n);

#endif
