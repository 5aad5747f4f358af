/* See tag_cells.h. */
#include "tag_cells.h"

#include <apriltag/apriltag.h>
#include <apriltag/common/image_u8.h>
#include <apriltag/tag16h5.h>
#include <apriltag/tag25h9.h>
#include <apriltag/tag36h11.h>
#include <apriltag/tagCircle21h7.h>
#include <apriltag/tagCircle49h12.h>
#include <apriltag/tagCustom48h12.h>
#include <apriltag/tagStandard41h12.h>
#include <apriltag/tagStandard52h13.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	apriltag_family_t *(*create)(void);
	void (*destroy)(apriltag_family_t *family);
} families[] = {
	{"tag36h11", tag36h11_create, tag36h11_destroy},
	{"tag25h9", tag25h9_create, tag25h9_destroy},
	{"tag16h5", tag16h5_create, tag16h5_destroy},
	{"tagCircle21h7", tagCircle21h7_create, tagCircle21h7_destroy},
	{"tagCircle49h12", tagCircle49h12_create, tagCircle49h12_destroy},
	{"tagCustom48h12", tagCustom48h12_create, tagCustom48h12_destroy},
	{"tagStandard41h12", tagStandard41h12_create, tagStandard41h12_destroy},
	{"tagStandard52h13", tagStandard52h13_create, tagStandard52h13_destroy},
};

/* As image_u8_destroy, which is in another library here and in this one there. */
static void destroy(image_u8_t *image)
{
	if (image)
		free(image->buf);
	free(image);
}

static const char *copy_cells(apriltag_family_t *family, uint32_t id, struct tag_cells *ret_cells)
{
	static char wrong[96];
	image_u8_t *image;

	if (id >= family->ncodes) {
		snprintf(wrong, sizeof(wrong), "`id` is %u, and the family has %u tags, from 0", id,
		         family->ncodes);
		return wrong;
	}
	image = apriltag_to_image(family, (int)id);
	if (!image || image->width > TAG_MOST_CELLS || image->height != image->width) {
		destroy(image);
		return "the library cannot draw it";
	}
	memset(ret_cells, 0, sizeof(*ret_cells));
	ret_cells->width = (uint32_t)image->width;
	ret_cells->square = (uint32_t)family->width_at_border;
	for (uint32_t y = 0; y < ret_cells->width; y++)
		for (uint32_t x = 0; x < ret_cells->width; x++)
			ret_cells->is_white[y * ret_cells->width + x] =
				image->buf[y * (uint32_t)image->stride + x] > 127;
	destroy(image);
	return NULL;
}

const char *tag_cells_of(const char *family, uint32_t id, struct tag_cells *ret_cells)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		apriltag_family_t *created;
		const char *wrong;

		if (strcmp(families[i].name, family) != 0)
			continue;
		created = families[i].create();
		if (!created)
			return "there is no memory for the family";
		wrong = copy_cells(created, id, ret_cells);
		families[i].destroy(created);
		return wrong;
	}
	return "`family` has to be tag36h11, tag25h9, tag16h5, tagCircle21h7, tagCircle49h12, tagCustom48h12, "
	       "tagStandard41h12 or tagStandard52h13";
}
