/* Values as C text: operands of an expression; places, which are read where they lie and copied;
 * locals that hold a value under a short name. */
#include "emit/writer.h"
#include "sema/c_name.h"
#include <string.h>

/* ---- Texts ---- */

const char *type_word(const struct type *type)
{
	static const char *const words[] = {
#define TYPE(constant, word, c_type, size, pkd_kind) [constant] = word,
#include "sema/type.def"
#undef TYPE
	};

	return type->kind == TYPE_TIME ? "i64" : words[type->kind];
}

struct value_text value_number(const char *text, int binding)
{
	return (struct value_text){.text = text, .binding = binding};
}

const char *value_operand(struct arena *arena, struct value_text value, int binding)
{
	return value.binding < binding ? arena_printf(arena, "(%s)", value.text) : value.text;
}

const char *value_not(struct arena *arena, struct value_text value)
{
	return arena_printf(arena, "!%s", value_operand(arena, value, BINDS_UNARY));
}

/* ---- Places ---- */

bool term_is_place(const struct type *type)
{
	bool is_option = type->kind == TYPE_STRING && !type->n.value;

	return type->kind >= TYPE_STRING && type->kind <= TYPE_RECORD && !is_option;
}

struct value_text place_member(struct arena *arena, struct value_text place, const char *name)
{
	return (struct value_text){.text = arena_printf(arena, place.pointer ? "%s->%s" : "%s.%s",
	                                                place.text, c_member(arena, name)),
	                           .binding = BINDS_ALL};
}

const char *place_text(struct arena *arena, struct value_text place)
{
	return place.pointer ? arena_printf(arena, "*%s", place.text) : place.text;
}

const char *place_address(struct arena *arena, struct value_text place, const struct type *type)
{
	if (place.pointer)
		return place.text;
	/* A struct without a name is the same as one that has one, but C does not know. */
	bool nameless = term_is_place(type) && type->kind != TYPE_RECORD;
	return arena_printf(arena, nameless ? "(const void *)&%s" : "&%s", place.text);
}

struct value_text place_item(struct arena *arena, struct value_text place, const struct type *type,
                             const char *index)
{
	if (type->kind == TYPE_LIST)
		place = place_member(arena, place, "items");
	return (struct value_text){.text = arena_printf(arena,
	                                                place.pointer ? "(*%s)[%s]" : "%s[%s]",
	                                                place.text, index),
	                           .binding = BINDS_ALL};
}

/* What bounds the length of a list, string or bytes, beside the place of the length. */
const char *place_length(struct arena *arena, struct value_text place, const struct type *type)
{
	return arena_printf(arena, "pkd_length(&%s, %llu)", place_member(arena, place, "len").text,
	                    (unsigned long long)type->n.value);
}

/* Of a value of which only a part may be in use, that part. */
static void copy_used(struct writer *w, const char *target, struct value_text from,
                      const struct type *type)
{
	const char *source = from.pointer ? from.text : arena_printf(w->arena, "&%s", from.text);
	unsigned long long n = type->n.value;
	const char *arguments[] = {target, source, arena_printf(w->arena, "%llu", n),
	                           "sizeof(uint32_t)", "1"};

	if (type->kind == TYPE_STRING) {
		out_call(w->out, w->depth, "pkd_copy_string(", arguments, 3, ");");
	} else if (type->kind == TYPE_IMAGE) {
		arguments[2] = arena_printf(w->arena, "%llu",
		                            (unsigned long long)type_image_bytes(type));
		out_call(w->out, w->depth, "pkd_copy_image(", arguments, 3, ");");
	} else {
		if (type->kind == TYPE_LIST) {
			arguments[3] = arena_printf(w->arena, "%llu",
			                            (unsigned long long)type_items_offset(type));
			arguments[4] = arena_printf(w->arena, "sizeof %s[0]",
			                            place_member(w->arena, from, "items").text);
		}
		out_call(w->out, w->depth, "pkd_copy_items(", arguments, 5, ");");
	}
}

void place_copy(struct writer *w, struct value_text to, struct value_text from,
                const struct type *type)
{
	const char *target = to.pointer ? to.text : arena_printf(w->arena, "&%s", to.text);

	if (!term_is_place(type) || type->kind == TYPE_RECORD) {
		writer_say(w, "%s = %s;", place_text(w->arena, to), place_text(w->arena, from));
		return;
	}
	if (out_columns(from.text) > (from.pointer ? 24 : 16) ||
	    (type->kind == TYPE_IMAGE && !from.pointer))
		from = term_keep(w, from, type, NULL);
	if (type->kind != TYPE_ARRAY) {
		copy_used(w, target, from, type);
		return;
	}
	const char *arguments[] = {
		target, from.pointer ? from.text : arena_printf(w->arena, "&%s", from.text),
		arena_printf(w->arena, "sizeof %s", place_text(w->arena, from))};
	out_call(w->out, w->depth, "memcpy(", arguments, 3, ");");
}

/* ---- Locals ---- */

struct value_text term_keep(struct writer *w, struct value_text value, const struct type *type,
                            const char *name)
{
	name = writer_name(w, name);
	if (term_is_place(type)) {
		writer_define(w, writer_pointer(w, type, name),
		              place_address(w->arena, value, type));
		return (struct value_text){.text = name, .binding = BINDS_ALL, .pointer = true};
	}
	writer_define(w, arena_printf(w->arena, "const %s", writer_variable(w, type, name)),
	              value.text);
	return value_number(name, BINDS_ALL);
}
