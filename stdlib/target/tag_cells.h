/* The cells of an AprilTag, by the library's own tables. */
#ifndef PKD_TARGET_TAG_CELLS_H
#define PKD_TARGET_TAG_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TAG_MOST_CELLS = 16, TAG_WHY_SIZE = 96 };

/* `square` of the `width` cells of a row are as wide as the edge by which a tag's size is told. */
struct tag_cells {
	uint32_t width, square;
	bool is_white[TAG_MOST_CELLS * TAG_MOST_CELLS]; /* row by row */
};

/* Of a value of detect.Family. False, and `ret_why` of TAG_WHY_SIZE bytes, where there is none. */
bool tag_cells_of(uint32_t family, uint32_t id, struct tag_cells *ret_cells, char *ret_why);

#ifdef __cplusplus
}
#endif

#endif
