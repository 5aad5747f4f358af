/* Objects for the tests of nodes that take a list of them. */
#ifndef PKD_TEST_OBJECTS_H
#define PKD_TEST_OBJECTS_H

#include <detect/object.pkd.h>
#include <math.h>

#include "canvas.h"

/* As the list<detect.Object, N> of any node lies in memory. */
struct objects {
	uint32_t len;
	struct detect_Object items[];
};

static inline struct objects *objects_create(uint32_t capacity)
{
	struct objects *objects = (struct objects *)fake_slot(
		(uint32_t)(sizeof(*objects) + capacity * sizeof(struct detect_Object)));

	objects->len = 0;
	return objects;
}

static inline struct detect_Object *objects_add(struct objects *objects, float x, float y, float w,
                                                float h, const char *label, uint32_t id)
{
	struct detect_Object *object = &objects->items[objects->len++];

	memset(object, 0, sizeof(*object));
	object->box = (struct detect_Box){x, y, w, h};
	pkd_string_set(&object->label, label);
	object->score = 0.87f;
	object->id = id;
	return object;
}

/* Boxes of all kinds: outside, without an area, no numbers. Calls `each` with every one. */
static inline void objects_try_boxes(struct detect_Box *box, void (*each)(void *with), void *with)
{
	static const float values[] = {-INFINITY, -1e30f, -2, -0.01f, 0,        0.5f,
	                               0.999f,    1.01f,  3,  1e30f,  INFINITY, NAN};
	enum { COUNT = sizeof(values) / sizeof(values[0]) };

	for (int i = 0; i < COUNT * COUNT * COUNT * COUNT; i++) {
		*box = (struct detect_Box){values[i % COUNT], values[i / COUNT % COUNT],
		                           values[i / COUNT / COUNT % COUNT],
		                           values[i / COUNT / COUNT / COUNT]};
		each(with);
	}
}

#endif
