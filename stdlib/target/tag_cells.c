/* See tag_cells.h. */
#include "tag_cells.h"

#include <apriltag/common/image_u8.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../detect/families.h"

/* As image_u8_destroy, which is in another library here and in this one there. */
static void destroy(image_u8_t *image)
{
	if (image)
		free(image->buf);
	free(image);
}

static bool copy_cells(apriltag_family_t *family, uint32_t id, struct tag_cells *ret_cells,
                       char *ret_why)
{
	image_u8_t *image;

	if (id >= family->ncodes) {
		snprintf(ret_why, TAG_WHY_SIZE, "the family has %u tags, from 0", family->ncodes);
		return false;
	}
	image = apriltag_to_image(family, (int)id);
	if (!image || image->width > TAG_MOST_CELLS || image->height != image->width) {
		destroy(image);
		snprintf(ret_why, TAG_WHY_SIZE, "the library cannot draw it");
		return false;
	}
	memset(ret_cells, 0, sizeof(*ret_cells));
	ret_cells->width = (uint32_t)image->width;
	ret_cells->square = (uint32_t)family->width_at_border;
	for (uint32_t y = 0; y < ret_cells->width; y++)
		for (uint32_t x = 0; x < ret_cells->width; x++)
			ret_cells->is_white[y * ret_cells->width + x] =
				image->buf[y * (uint32_t)image->stride + x] > 127;
	destroy(image);
	return true;
}

bool tag_cells_of(uint32_t family, uint32_t id, struct tag_cells *ret_cells, char *ret_why)
{
	const struct tag_family *kind = &tag_families[family < TAG_N_FAMILIES ? family : 0];
	apriltag_family_t *created = kind->create();
	bool is_well;

	if (!created) {
		snprintf(ret_why, TAG_WHY_SIZE, "there is no memory for the family");
		return false;
	}
	is_well = copy_cells(created, id, ret_cells, ret_why);
	kind->destroy(created);
	return is_well;
}
