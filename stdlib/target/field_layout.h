/* Where the tags of a field are, as WPILib's files say it (JSON): each with its place and turn, by
 * WPILib's axes. */
#ifndef PKD_TARGET_FIELD_LAYOUT_H
#define PKD_TARGET_FIELD_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FIELD_MAX_TAGS = 256, FIELD_WHY_SIZE = 256, FIELD_MAX_BYTES = 1 << 20 };

struct field_tag {
	uint32_t id;
	double x, y, z;
	double qw, qx, qy, qz; /* of length 1 */
};

struct field_layout {
	uint32_t n;
	struct field_tag tags[FIELD_MAX_TAGS];
};

/* NULL, or what is wrong with the text: `ret_why` of FIELD_WHY_SIZE bytes. */
const char *field_layout_read(const char *text, size_t n, struct field_layout *ret_layout,
                              char *ret_why);

/* NULL where the field has no such tag. */
const struct field_tag *field_layout_find(const struct field_layout *layout, uint32_t id);

#ifdef __cplusplus
}
#endif

#endif
