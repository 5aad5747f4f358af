/* The persistent topics of a hub as JSON: [{"name", "type", "value", "properties"}], as WPILib's
 * networktables.json has them. See hub.h. */
#include "hub.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const char END[] = "\n]\n";
static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(struct nt4_buffer *buffer, const char *data, size_t n)
{
	const unsigned char *bytes = (const unsigned char *)data;
	char four[4];

	nt4_buffer_text(buffer, "\"");
	for (size_t i = 0; i < n; i += 3) {
		unsigned long group = (unsigned long)bytes[i] << 16 |
		                      (i + 1 < n ? (unsigned long)bytes[i + 1] << 8 : 0) |
		                      (i + 2 < n ? (unsigned long)bytes[i + 2] : 0);

		for (int j = 0; j < 4; j++)
			four[j] = DIGITS[group >> (18 - 6 * j) & 63];
		if (i + 2 >= n)
			four[3] = '=';
		if (i + 1 >= n)
			four[2] = '=';
		nt4_buffer_put(buffer, four, sizeof(four));
	}
	nt4_buffer_text(buffer, "\"");
}

/* False: it is no base64. */
static bool read_base64(const char *text, struct nt4_buffer *ret_bytes)
{
	unsigned long group = 0;
	int n = 0;
	const char *digit;
	char byte;

	for (; *text && *text != '='; text++) {
		digit = strchr(DIGITS, *text);
		if (!digit)
			return false;
		group = group << 6 | (unsigned long)(digit - DIGITS);
		if (n++ % 4 == 0)
			continue;
		byte = (char)(group >> (6 - 2 * ((n - 1) % 4)) & 255);
		nt4_buffer_put(ret_bytes, &byte, 1);
	}
	return strspn(text, "=") == strlen(text) && !ret_bytes->failed;
}

static void put_large(struct nt4_buffer *buffer, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	nt4_buffer_text(buffer, text);
}

static void put_item(struct nt4_buffer *buffer, const struct nt4_item *item)
{
	if (item->kind == NT4_ITEM_BOOL)
		nt4_buffer_text(buffer, item->truth ? "true" : "false");
	else if (item->kind == NT4_ITEM_INT)
		nt4_json_put_whole(buffer, item->whole);
	else if (item->kind == NT4_ITEM_UINT)
		put_large(buffer, item->large);
	else if (item->kind == NT4_ITEM_REAL && isinf(item->real)) /* JSON has none */
		nt4_buffer_text(buffer, item->real < 0 ? "\"-inf\"" : "\"inf\"");
	else if (item->kind == NT4_ITEM_REAL)
		nt4_json_put_number(buffer, item->real);
	else if (item->kind == NT4_ITEM_STRING)
		nt4_json_put_string(buffer, item->text, item->n);
	else
		put_base64(buffer, item->text, item->n);
}

static void put_value(struct nt4_buffer *buffer, const struct nt4_topic *topic)
{
	const char *at = topic->value.data, *end = at + topic->value.n;
	struct nt4_item item, inner;

	if (!nt4_item_read(&at, end, &item))
		return;
	if (item.kind != NT4_ITEM_ARRAY) {
		put_item(buffer, &item);
		return;
	}
	nt4_buffer_text(buffer, "[");
	for (size_t i = 0; i < item.n && nt4_item_read(&at, end, &inner); i++) {
		if (i)
			nt4_buffer_text(buffer, ",");
		put_item(buffer, &inner);
	}
	nt4_buffer_text(buffer, "]");
}

uint32_t nt4_hub_save(const struct nt4_hub *hub, struct nt4_buffer *buffer, size_t max)
{
	uint32_t n_left_out = 0;
	bool is_first = true;

	nt4_buffer_text(buffer, "[");
	for (uint32_t i = 0; i < hub->n_slots; i++) {
		const struct nt4_topic *topic = hub->topics[i];
		size_t before = buffer->n;

		if (!topic || !topic->is_persistent || !topic->has_value)
			continue;
		nt4_buffer_text(buffer, is_first ? "\n{" : ",\n{");
		nt4_message_string(buffer, "name", topic->name);
		nt4_message_string(buffer, "type", topic->type);
		nt4_message_member(buffer, "value");
		put_value(buffer, topic);
		nt4_message_member(buffer, "properties");
		nt4_topic_put_properties(topic, buffer);
		nt4_buffer_text(buffer, "}");
		if (buffer->n + sizeof(END) > max) {
			buffer->n = before;
			n_left_out++;
			continue;
		}
		is_first = false;
	}
	nt4_buffer_text(buffer, END);
	return n_left_out;
}

/* ---- Reading ---- */

static bool read_number(struct nt4_buffer *value, const struct nt4_json *json)
{
	int64_t whole;
	uint64_t large;
	double real;
	bool is_large;
	char *end;

	errno = 0;
	large = strtoull(json->at, &end, 10);
	is_large = *json->at != '-' && end == json->at + json->n && errno == 0;
	if (nt4_json_is(json, "null"))
		nt4_put_double(value, (double)NAN); /* what JSON lacks */
	else if (nt4_json_whole(json, &whole))
		nt4_put_int(value, whole);
	else if (is_large)
		nt4_put_uint(value, large);
	else if (nt4_json_number(json, &real))
		nt4_put_double(value, real);
	else
		return false;
	return true;
}

/* As MessagePack, for the type to judge. */
static bool read_item(struct nt4_buffer *value, int type, const struct nt4_json *json)
{
	struct nt4_buffer bytes = {0};
	bool is_real = type % NT4_ARRAY == NT4_DOUBLE || type % NT4_ARRAY == NT4_FLOAT, is_good;
	char *text;
	size_t n;

	if (nt4_json_is(json, "true") || nt4_json_is(json, "false")) {
		nt4_put_bool(value, *json->at == 't');
		return true;
	}
	if (*json->at != '"')
		return read_number(value, json);
	text = nt4_json_bytes(json, &n);
	if (!text)
		return false;
	is_good = !is_real || strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0;
	if (is_real)
		nt4_put_double(value, *text == '-' ? -HUGE_VAL : HUGE_VAL);
	else if (type % NT4_ARRAY == NT4_STRING)
		nt4_put_string(value, text, n);
	else if ((is_good = read_base64(text, &bytes)))
		nt4_put_raw(value, bytes.data, bytes.n);
	nt4_buffer_free(&bytes);
	free(text);
	return is_good;
}

static bool read_value(struct nt4_buffer *value, int type, const struct nt4_json *json)
{
	struct nt4_json item;
	uint32_t n = 0;
	size_t at = 0;

	if (*json->at != '[')
		return read_item(value, type, json);
	while (nt4_json_item(json, &at, &item))
		n++;
	nt4_put_array(value, n);
	for (at = 0; nt4_json_item(json, &at, &item);)
		if (!read_item(value, type, &item))
			return false;
	return true;
}

static void load_properties(struct nt4_hub *hub, struct nt4_topic *topic,
                            const struct nt4_json *entry)
{
	const struct nt4_json truth = {"true", 4};
	struct nt4_json properties, key, value;
	size_t at = 0;

	if (nt4_json_member(entry, "properties", &properties))
		while (nt4_json_entry(&properties, &at, &key, &value)) {
			char *name = nt4_json_string(&key);

			if (name)
				nt4_topic_set(hub, topic, name, &value);
			free(name);
		}
	nt4_topic_set(hub, topic, "persistent", &truth);
}

/* Its value is as old as a default one: what a client publishes counts. */
static bool load_topic(struct nt4_hub *hub, const char *name, const char *type,
                       const struct nt4_json *entry)
{
	struct nt4_buffer raw = {0}, value = {0};
	struct nt4_topic *topic = NULL;
	struct nt4_json json;
	int code = nt4_type_code(type);
	bool is_kept = false;

	if (*name != '$' && nt4_json_member(entry, "value", &json) &&
	    read_value(&raw, code, &json) && nt4_value_put(&value, code, raw.data, raw.n) &&
	    !value.failed && !nt4_topic_find(hub, name))
		topic = nt4_topic_add(hub, name, type);
	if (topic) {
		load_properties(hub, topic, entry);
		nt4_topic_value(hub, topic, 0, value.data, value.n, NULL, 0);
		is_kept = topic->has_value && topic->is_persistent;
	}
	nt4_buffer_free(&raw);
	nt4_buffer_free(&value);
	return is_kept;
}

bool nt4_hub_load(struct nt4_hub *hub, const char *text, size_t n)
{
	struct nt4_json all = {text, n}, entry, name_json, type_json;
	bool is_list = nt4_json_is_good(text, n) && *text == '[', is_good = is_list;
	size_t at = 0;

	while (is_list && nt4_json_item(&all, &at, &entry)) {
		char *name = NULL, *type = NULL;

		if (*entry.at == '{' && nt4_json_member(&entry, "name", &name_json) &&
		    nt4_json_member(&entry, "type", &type_json)) {
			name = nt4_json_string(&name_json);
			type = nt4_json_string(&type_json);
		}
		is_good &= name && type && *name && load_topic(hub, name, type, &entry);
		free(name);
		free(type);
	}
	hub->is_saved_stale = false;
	return is_good;
}
