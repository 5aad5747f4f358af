/* See wire.h. */
#include "wire.h"

#include <mpack.h>

static const char *const type_names[] = {"boolean", "double", "int", "float", "string"};

int nt4_type_code(const char *type)
{
	for (int i = NT4_BOOLEAN; i <= NT4_STRING; i++) {
		size_t n = strlen(type_names[i]);

		if (strncmp(type, type_names[i], n) != 0)
			continue;
		if (!type[n])
			return i;
		if (strcmp(type + n, "[]") == 0)
			return NT4_ARRAY + i;
	}
	return strcmp(type, "json") == 0 ? NT4_STRING : NT4_RAW;
}

/* ---- Writing ---- */

static void put_token(struct nt4_buffer *buffer, mpack_token_t token)
{
	mpack_tokbuf_t state = MPACK_TOKBUF_INITIAL_VALUE;
	char *to = nt4_buffer_room(buffer, MPACK_MAX_TOKEN_LEN);
	size_t room = MPACK_MAX_TOKEN_LEN;

	if (to && mpack_write(&state, &to, &room, &token) == MPACK_OK)
		buffer->n += MPACK_MAX_TOKEN_LEN - room;
}

void nt4_put_bool(struct nt4_buffer *buffer, bool value)
{
	put_token(buffer, mpack_pack_boolean(value));
}

void nt4_put_int(struct nt4_buffer *buffer, int64_t value)
{
	put_token(buffer, value < 0 ? mpack_pack_sint(value) : mpack_pack_uint((uint64_t)value));
}

void nt4_put_uint(struct nt4_buffer *buffer, uint64_t value)
{
	put_token(buffer, mpack_pack_uint(value));
}

/* The library would write a double that is a float as one. */
void nt4_put_double(struct nt4_buffer *buffer, double value)
{
	mpack_token_t token = {.type = MPACK_TOKEN_FLOAT, .length = sizeof(value)};
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	token.data.value.lo = (uint32_t)bits;
	token.data.value.hi = (uint32_t)(bits >> 32);
	put_token(buffer, token);
}

void nt4_put_float(struct nt4_buffer *buffer, float value)
{
	mpack_token_t token = {.type = MPACK_TOKEN_FLOAT, .length = sizeof(value)};

	memcpy(&token.data.value.lo, &value, sizeof(value));
	token.data.value.hi = 0;
	put_token(buffer, token);
}

void nt4_put_string(struct nt4_buffer *buffer, const char *text, size_t n)
{
	put_token(buffer, mpack_pack_str((uint32_t)n));
	nt4_buffer_put(buffer, text, n);
}

void nt4_put_raw(struct nt4_buffer *buffer, const void *data, size_t n)
{
	put_token(buffer, mpack_pack_bin((uint32_t)n));
	nt4_buffer_put(buffer, data, n);
}

void nt4_put_array(struct nt4_buffer *buffer, uint32_t n)
{
	put_token(buffer, mpack_pack_array(n));
}

void nt4_put_map(struct nt4_buffer *buffer, uint32_t n)
{
	put_token(buffer, mpack_pack_map(n));
}

void nt4_update_put(struct nt4_buffer *buffer, int64_t id, int64_t time_us, int type,
                    const char *value, size_t n)
{
	nt4_put_array(buffer, 4);
	nt4_put_int(buffer, id);
	nt4_put_int(buffer, time_us);
	nt4_put_int(buffer, type);
	nt4_buffer_put(buffer, value, n);
}

/* ---- Reading ---- */

static double real_of(const mpack_token_t *token)
{
	uint64_t bits = (uint64_t)token->data.value.hi << 32 | token->data.value.lo;
	double wide;
	float single;

	if (token->length == sizeof(single)) {
		memcpy(&single, &token->data.value.lo, sizeof(single));
		return (double)single;
	}
	memcpy(&wide, &bits, sizeof(wide));
	return wide;
}

/* Strings are text, and `bin` bytes; a peer may send either for the other. */
static bool take_bytes(const char **at, const char *end, const mpack_token_t *token,
                       struct nt4_item *item)
{
	if (token->length > (size_t)(end - *at))
		return false;
	item->kind = token->type == MPACK_TOKEN_STR ? NT4_ITEM_STRING : NT4_ITEM_RAW;
	item->text = *at;
	item->n = token->length;
	*at += token->length;
	return true;
}

bool nt4_item_read(const char **at, const char *end, struct nt4_item *item)
{
	mpack_tokbuf_t state = MPACK_TOKBUF_INITIAL_VALUE;
	size_t left = (size_t)(end - *at);
	mpack_token_t token;

	if (left == 0 || mpack_read(&state, at, &left, &token) != MPACK_OK)
		return false;
	*item = (struct nt4_item){0};
	switch ((int)token.type) {
	case MPACK_TOKEN_BOOLEAN:
		item->kind = NT4_ITEM_BOOL;
		item->truth = mpack_unpack_boolean(token);
		return true;
	case MPACK_TOKEN_UINT:
		item->large = mpack_unpack_uint(token);
		item->kind = item->large > INT64_MAX ? NT4_ITEM_UINT : NT4_ITEM_INT;
		item->whole = (int64_t)item->large;
		return true;
	case MPACK_TOKEN_SINT:
		item->kind = NT4_ITEM_INT;
		item->whole = mpack_unpack_sint(token);
		return true;
	case MPACK_TOKEN_FLOAT:
		item->kind = NT4_ITEM_REAL;
		item->real = real_of(&token);
		return true;
	case MPACK_TOKEN_STR:
	case MPACK_TOKEN_BIN:
		return take_bytes(at, end, &token, item);
	case MPACK_TOKEN_ARRAY:
		item->kind = NT4_ITEM_ARRAY;
		item->n = token.length;
		return token.length <= NT4_MAX_ITEMS;
	default:
		return false; /* no value is nil, a map or an extension */
	}
}

static bool read_whole(const char **at, const char *end, int64_t *ret_value)
{
	struct nt4_item item;

	if (!nt4_item_read(at, end, &item))
		return false;
	/* JavaScript's clients have times as doubles where these are large. */
	if (item.kind == NT4_ITEM_REAL && item.real > -9e15 && item.real < 9e15)
		item.whole = (int64_t)item.real;
	else if (item.kind != NT4_ITEM_INT)
		return false;
	*ret_value = item.whole;
	return true;
}

/* Values are scalars and arrays of them. */
static bool skip_value(const char **at, const char *end)
{
	struct nt4_item item, inner;

	if (!nt4_item_read(at, end, &item))
		return false;
	for (size_t i = 0; item.kind == NT4_ITEM_ARRAY && i < item.n; i++)
		if (!nt4_item_read(at, end, &inner) || inner.kind == NT4_ITEM_ARRAY)
			return false;
	return true;
}

int nt4_update_read(const char **at, const char *end, struct nt4_update *update)
{
	struct nt4_item head;
	int64_t type;

	if (*at == end)
		return 0;
	if (!nt4_item_read(at, end, &head) || head.kind != NT4_ITEM_ARRAY || head.n != 4)
		return -1;
	if (!read_whole(at, end, &update->id) || !read_whole(at, end, &update->time_us) ||
	    !read_whole(at, end, &type) || type < 0 || type > UINT8_MAX)
		return -1;
	update->type = (int)type;
	update->value = *at;
	if (!skip_value(at, end))
		return -1;
	update->n = (size_t)(*at - update->value);
	return 1;
}

static bool put_number(struct nt4_buffer *buffer, int type, const struct nt4_item *item)
{
	double real = item->kind == NT4_ITEM_REAL   ? item->real
	              : item->kind == NT4_ITEM_UINT ? (double)item->large
	                                            : (double)item->whole;

	if (item->kind > NT4_ITEM_REAL || item->kind == NT4_ITEM_BOOL)
		return false;
	if (type == NT4_DOUBLE)
		nt4_put_double(buffer, real);
	else if (type == NT4_FLOAT)
		nt4_put_float(buffer, (float)real);
	else if (item->kind == NT4_ITEM_UINT)
		nt4_put_uint(buffer, item->large);
	else if (item->kind == NT4_ITEM_INT)
		nt4_put_int(buffer, item->whole);
	else if (real >= -9223372036854775808.0 && real < 9223372036854775808.0 &&
	         (double)(int64_t)real == real)
		nt4_put_int(buffer, (int64_t)real);
	else
		return false;
	return true;
}

static bool put_scalar(struct nt4_buffer *buffer, int type, const struct nt4_item *item)
{
	bool is_text = item->kind == NT4_ITEM_STRING || item->kind == NT4_ITEM_RAW;

	switch (type) {
	case NT4_BOOLEAN:
		if (item->kind == NT4_ITEM_BOOL)
			nt4_put_bool(buffer, item->truth);
		return item->kind == NT4_ITEM_BOOL;
	case NT4_DOUBLE:
	case NT4_INT:
	case NT4_FLOAT:
		return put_number(buffer, type, item);
	case NT4_STRING:
		if (item->kind == NT4_ITEM_STRING)
			nt4_put_string(buffer, item->text, item->n);
		return item->kind == NT4_ITEM_STRING;
	default:
		if (is_text)
			nt4_put_raw(buffer, item->text, item->n);
		return is_text;
	}
}

bool nt4_value_put(struct nt4_buffer *buffer, int type, const char *value, size_t n)
{
	const char *at = value, *end = value + n;
	size_t before = buffer->n;
	struct nt4_item item;
	bool is_good;

	if (!nt4_item_read(&at, end, &item))
		return false;
	if (type < NT4_ARRAY) {
		is_good = put_scalar(buffer, type, &item);
	} else {
		size_t n_items = item.n;

		is_good = item.kind == NT4_ITEM_ARRAY && type <= NT4_ARRAY + NT4_STRING;
		if (is_good)
			nt4_put_array(buffer, (uint32_t)n_items);
		for (size_t i = 0; is_good && i < n_items; i++)
			is_good = nt4_item_read(&at, end, &item) &&
			          put_scalar(buffer, type - NT4_ARRAY, &item);
	}
	if (!is_good || at != end)
		buffer->n = before;
	return is_good && at == end;
}
