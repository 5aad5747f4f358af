/* A thing with four corners: its outline, and what it is called, below its lowest corner. */
#ifndef PKD_DRAW_QUAD_H
#define PKD_DRAW_QUAD_H

#include <detect/shape.pkd.h>

#include "letters.h"
#include "paint.h"

struct quad_way {
	struct colour colour;
	int32_t thickness;
	struct letters *letters; /* NULL: without texts */
};

/* False where there is no memory. Corners may be anywhere, and no numbers. */
bool quad_draw(struct pkd_image *view, const struct detect_Point corners[4],
               const struct quad_way *way, const char *text, uint32_t n);

#endif
