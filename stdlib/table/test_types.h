/* Types of every kind as pkdc describes them, for the tests of nodes that write or read tables. */
#ifndef PKD_TABLE_TEST_TYPES_H
#define PKD_TABLE_TEST_TYPES_H

#include <math.h>
#include <pkd/node.h>

#define SCALAR(KIND, NAME, TYPE)                                                          \
	{                                                                                 \
		.kind = KIND, .name = NAME, .size = sizeof(TYPE), .align = _Alignof(TYPE) \
	}
#define COUNT(ARRAY) (uint32_t)(sizeof(ARRAY) / sizeof((ARRAY)[0]))

struct text8 {
	uint32_t len;
	char text[9];
};

struct bytes4 {
	uint32_t len;
	uint8_t data[4];
};

struct point {
	float x;
	float y;
};

struct thing {
	struct point at;
	struct text8 label;
	uint32_t mood;
};

struct things {
	uint32_t len;
	struct thing items[3];
};

struct all {
	uint8_t yes;
	int8_t i8;
	uint64_t u64;
	double f64;
	int64_t when;
	struct bytes4 raw;
	struct thing one;
	struct things many;
	int16_t three[3];
};

static const char *const moods[] = {"calm", "cross"};
static const struct pkd_type __attribute__((unused)) bool_type = SCALAR(PKD_BOOL, "bool", uint8_t);
static const struct pkd_type __attribute__((unused)) i8_type = SCALAR(PKD_I8, "i8", int8_t);
static const struct pkd_type __attribute__((unused)) i16_type = SCALAR(PKD_I16, "i16", int16_t);
static const struct pkd_type __attribute__((unused)) u64_type = SCALAR(PKD_U64, "u64", uint64_t);
static const struct pkd_type __attribute__((unused)) f32_type = SCALAR(PKD_F32, "f32", float);
static const struct pkd_type __attribute__((unused)) f64_type = SCALAR(PKD_F64, "f64", double);
static const struct pkd_type __attribute__((unused)) time_type = SCALAR(PKD_TIME, "time", int64_t);
static const struct pkd_type __attribute__((unused))
text_type = {.kind = PKD_STRING, .size = sizeof(struct text8), .n = 8};
static const struct pkd_type __attribute__((unused))
raw_type = {.kind = PKD_BYTES, .size = sizeof(struct bytes4), .n = 4};
static const struct pkd_type __attribute__((unused))
mood_type = {.kind = PKD_ENUM, .size = 4, .n = COUNT(moods), .names = moods};
static const struct pkd_type __attribute__((unused))
three_type = {.kind = PKD_ARRAY, .size = 6, .n = 3, .item = &i16_type};
static const struct pkd_field point_fields[] = {
	{"x", &f32_type, offsetof(struct point, x)},
	{"y", &f32_type, offsetof(struct point, y)},
};
static const struct pkd_type __attribute__((unused))
point_type = {.kind = PKD_RECORD, .size = sizeof(struct point), .n = 2, .fields = point_fields};
static const struct pkd_field thing_fields[] = {
	{"at", &point_type, offsetof(struct thing, at)},
	{"label", &text_type, offsetof(struct thing, label)},
	{"mood", &mood_type, offsetof(struct thing, mood)},
};
static const struct pkd_type __attribute__((unused)) thing_type = {.kind = PKD_RECORD,
                                                                   .size = sizeof(struct thing),
                                                                   .n = COUNT(thing_fields),
                                                                   .fields = thing_fields};
static const struct pkd_type __attribute__((unused))
things_type = {.kind = PKD_LIST,
               .size = sizeof(struct things),
               .n = 3,
               .items_offset = offsetof(struct things, items),
               .item = &thing_type};
static const struct pkd_field all_fields[] = {
	{"yes", &bool_type, offsetof(struct all, yes)},
	{"i8", &i8_type, offsetof(struct all, i8)},
	{"u64", &u64_type, offsetof(struct all, u64)},
	{"f64", &f64_type, offsetof(struct all, f64)},
	{"when", &time_type, offsetof(struct all, when)},
	{"raw", &raw_type, offsetof(struct all, raw)},
	{"one", &thing_type, offsetof(struct all, one)},
	{"many", &things_type, offsetof(struct all, many)},
	{"three", &three_type, offsetof(struct all, three)},
};
static const struct pkd_type __attribute__((unused)) all_type = {.kind = PKD_RECORD,
                                                                 .size = sizeof(struct all),
                                                                 .n = COUNT(all_fields),
                                                                 .fields = all_fields};

static inline struct things three_things(void)
{
	struct things things = {.len = 2};

	things.items[0].at.x = 0.1f;
	things.items[0].at.y = -2;
	pkd_string_set(&things.items[0].label, "a \"b\",c");
	things.items[1].at.x = NAN;
	things.items[1].at.y = 1e10f;
	pkd_string_set(&things.items[1].label, "x\ny\t\\");
	things.items[1].mood = 1;
	return things;
}

#endif
