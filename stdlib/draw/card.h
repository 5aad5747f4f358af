/* The card that stands in the place of a picture where there is none. */
#ifndef PKD_DRAW_CARD_H
#define PKD_DRAW_CARD_H

#include "letters.h"

struct draw_card {
	const char *name;  /* of the camera; "" or NULL: none is written */
	const char *state; /* what is wrong with it */
	int64_t for_ns;    /* and for how long */
};

/* On all of the image, which is of bgr24. Without letters there is a crossed-out frame alone. */
void draw_card(struct pkd_image *image, struct letters *letters, const struct draw_card *card);

#endif
