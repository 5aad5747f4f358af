/* See json_text.h. */
#include "json_text.h"

#include <string.h>

struct room {
	char *text;
	size_t size, n; /* n may be more: then the rest is only counted */
};

static void put(void *to, const char *text, size_t n)
{
	struct room *room = to;
	size_t left = room->n < room->size ? room->size - room->n : 0;

	if (n > 0 && left > 0)
		memcpy(room->text + room->n, text, n < left ? n : left);
	room->n += n;
}

size_t table_json_text(const struct pkd_type *type, const void *value, char *text, size_t room_size)
{
	struct room room = {text, room_size, 0};
	const struct table_sink sink = {put, &room, 0, NULL};

	table_put_json(&sink, type, value);
	return room.n;
}

bool table_json_is_whole(const struct pkd_type *type)
{
	if (type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		return table_json_is_whole(type->item);
	if (type->kind == PKD_RECORD)
		for (uint32_t i = 0; i < type->n; i++)
			if (!table_json_is_whole(type->fields[i].type))
				return false;
	return type->kind != PKD_IMAGE;
}
