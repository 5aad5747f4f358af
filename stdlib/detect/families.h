/* The families of AprilTags, as their library makes them. */
#ifndef PKD_DETECT_FAMILIES_H
#define PKD_DETECT_FAMILIES_H

#include <apriltag/apriltag.h>
#include <detect/tag.pkd.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TAG_N_FAMILIES = detect_Family_tagStandard52h13 + 1 };

struct tag_family {
	const char *name;
	apriltag_family_t *(*create)(void);
	void (*destroy)(apriltag_family_t *family);
};

/* By the values of enum Family. */
extern const struct tag_family tag_families[TAG_N_FAMILIES];

#ifdef __cplusplus
}
#endif

#endif
