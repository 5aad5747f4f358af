/* See field_layout.h: the file is a value of these types, which the reader of JSON is given. */
#include "field_layout.h"

#include "../table/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct quaternion {
	double W, X, Y, Z;
};
struct rotation {
	struct quaternion quaternion;
};
struct translation {
	double x, y, z;
};
struct pose {
	struct translation translation;
	struct rotation rotation;
};
struct tag {
	uint32_t ID;
	struct pose pose;
};
struct tags {
	uint32_t len;
	struct tag items[FIELD_MAX_TAGS];
};
struct file {
	struct tags tags;
};

#define FIELD(of, name, its_type)                           \
	{                                                   \
#name, &its_type, offsetof(struct of, name) \
	}
#define RECORD(of, ...)                                              \
	static const struct pkd_field of##_fields[] = {__VA_ARGS__}; \
	static const struct pkd_type of##_type = {                   \
		.kind = PKD_RECORD,                                  \
		.name = #of,                                         \
		.size = sizeof(struct of),                           \
		.align = _Alignof(struct of),                        \
		.n = sizeof(of##_fields) / sizeof(of##_fields[0]),   \
		.fields = of##_fields,                               \
	}

static const struct pkd_type f64_type = {
	.kind = PKD_F64, .name = "f64", .size = 8, .align = 8, .plain = true, .flat = true};
static const struct pkd_type u32_type = {
	.kind = PKD_U32, .name = "u32", .size = 4, .align = 4, .plain = true, .flat = true};

RECORD(quaternion, FIELD(quaternion, W, f64_type), FIELD(quaternion, X, f64_type),
       FIELD(quaternion, Y, f64_type), FIELD(quaternion, Z, f64_type));
RECORD(rotation, FIELD(rotation, quaternion, quaternion_type));
RECORD(translation, FIELD(translation, x, f64_type), FIELD(translation, y, f64_type),
       FIELD(translation, z, f64_type));
RECORD(pose, FIELD(pose, translation, translation_type), FIELD(pose, rotation, rotation_type));
RECORD(tag, FIELD(tag, ID, u32_type), FIELD(tag, pose, pose_type));
static const struct pkd_type tags_type = {
	.kind = PKD_LIST,
	.name = "list<tag, 256>",
	.size = sizeof(struct tags),
	.align = _Alignof(struct tags),
	.n = FIELD_MAX_TAGS,
	.items_offset = offsetof(struct tags, items),
	.item = &tag_type,
};
RECORD(file, FIELD(file, tags, tags_type));

/* Lengths of what a file may hold as numbers: a quaternion is rounded to some digits. */
static const double FARTHEST = 1e6, SLACK = 0.01;

static bool is_place(const struct translation *at)
{
	return fabs(at->x) < FARTHEST && fabs(at->y) < FARTHEST && fabs(at->z) < FARTHEST;
}

/* NULL, or what is wrong with it. */
static const char *take(const struct tag *from, struct field_tag *to)
{
	const struct quaternion *q = &from->pose.rotation.quaternion;
	double length = sqrt(q->W * q->W + q->X * q->X + q->Y * q->Y + q->Z * q->Z);

	if (!is_place(&from->pose.translation))
		return "its `translation` is no place";
	if (!(fabs(length - 1) < SLACK))
		return "its `quaternion` is none of length 1";
	*to = (struct field_tag){.id = from->ID,
	                         .x = from->pose.translation.x,
	                         .y = from->pose.translation.y,
	                         .z = from->pose.translation.z,
	                         .qw = q->W / length,
	                         .qx = q->X / length,
	                         .qy = q->Y / length,
	                         .qz = q->Z / length};
	return NULL;
}

static const char *take_all(const struct tags *from, struct field_layout *to, char *ret_why)
{
	if (from->len == 0)
		return "it has no `tags`";
	for (to->n = 0; to->n < from->len; to->n++) {
		const struct tag *tag = &from->items[to->n];
		const char *wrong = field_layout_find(to, tag->ID) ? "it is there twice"
		                                                   : take(tag, &to->tags[to->n]);

		if (wrong) {
			snprintf(ret_why, FIELD_WHY_SIZE, "tag %u: %s", tag->ID, wrong);
			return ret_why;
		}
	}
	return NULL;
}

const char *field_layout_read(const char *text, size_t n, struct field_layout *ret_layout,
                              char *ret_why)
{
	struct parse parse = {.scratch = malloc(n + 1), .scratch_size = n + 1};
	struct file *file = calloc(1, sizeof(*file));
	const char *wrong = "there is no memory for it";

	if (parse.scratch && file) {
		if (parse_json(&parse, &file_type, text, n, file)) {
			wrong = take_all(&file->tags, ret_layout, ret_why);
		} else {
			snprintf(ret_why, FIELD_WHY_SIZE, "%s", parse.why);
			wrong = ret_why;
		}
	}
	free(file);
	free(parse.scratch);
	return wrong;
}

const struct field_tag *field_layout_find(const struct field_layout *layout, uint32_t id)
{
	for (uint32_t i = 0; i < layout->n; i++)
		if (layout->tags[i].id == id)
			return &layout->tags[i];
	return NULL;
}
