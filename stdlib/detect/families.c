/* See families.h. */
#include "families.h"

#include <apriltag/tag16h5.h>
#include <apriltag/tag25h9.h>
#include <apriltag/tag36h10.h>
#include <apriltag/tag36h11.h>
#include <apriltag/tagCircle21h7.h>
#include <apriltag/tagCircle49h12.h>
#include <apriltag/tagCustom48h12.h>
#include <apriltag/tagStandard41h12.h>
#include <apriltag/tagStandard52h13.h>

#define ROW(family) [detect_Family_##family] = {#family, family##_create, family##_destroy}

const struct tag_family tag_families[TAG_N_FAMILIES] = {
	ROW(tag16h5),        ROW(tag25h9),          ROW(tag36h10),
	ROW(tag36h11),       ROW(tagCircle21h7),    ROW(tagCircle49h12),
	ROW(tagCustom48h12), ROW(tagStandard41h12), ROW(tagStandard52h13),
};
