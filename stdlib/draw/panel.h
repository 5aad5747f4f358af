/* Lines of text on a ground that lets the image shine through. */
#ifndef PKD_DRAW_PANEL_H
#define PKD_DRAW_PANEL_H

#include <draw/place.pkd.h>

#include "letters.h"

enum { PANEL_MOST_LINES = 24 };

/* Of UTF-8, not ours. The value stands at the right edge. */
struct panel_line {
	const char *name, *value;
	uint32_t n_name, n_value;
};

struct panel {
	struct colour colour;
	float ground; /* how dark it becomes, 0 … 1; at 0 letters have a dark edge */
	uint32_t n_lines;
	struct panel_line lines[PANEL_MOST_LINES];
};

/* A line behind the others. False where there are so many already. */
bool panel_add(struct panel *panel, struct panel_line line);

/* With its upper left corner there, in fractions of the image, or where all of it is within. Lines
 * that do not fit are left out, and long ones cut. */
void panel_draw_at(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                   float x, float y);
void panel_draw_in(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                   enum draw_Corner corner);

#endif
