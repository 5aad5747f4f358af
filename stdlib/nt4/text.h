/* Text frames of NetworkTables 4: a JSON array of {"method": …, "params": {…}}. What comes from
 * strangers is read within its bounds. No sockets, nothing of pkd. */
#ifndef PKD_NT4_TEXT_H
#define PKD_NT4_TEXT_H

#include "buffer.h"

enum { NT4_MAX_DEPTH = 32 };

/* A part of a JSON text, as it is written. */
struct nt4_json {
	const char *at;
	size_t n;
};

/* Whether the whole text is one JSON value, in UTF-8: what of it is sent on is good for others. */
bool nt4_json_is_good(const char *text, size_t n);

/* The parts of an array or object that is known to be good, one by one; *at begins at 0. */
bool nt4_json_item(const struct nt4_json *array, size_t *at, struct nt4_json *ret_item);
bool nt4_json_entry(const struct nt4_json *object, size_t *at, struct nt4_json *ret_name,
                    struct nt4_json *ret_value);
/* The last member of the name. */
bool nt4_json_member(const struct nt4_json *object, const char *name, struct nt4_json *ret_value);

bool nt4_json_is(const struct nt4_json *json, const char *word); /* "true", "null" */
/* False: it is no number, or none of these. */
bool nt4_json_number(const struct nt4_json *json, double *ret_value);
bool nt4_json_whole(const struct nt4_json *json, int64_t *ret_value);
/* The text of a string, in UTF-8 with a NUL behind it, to be freed; NULL: it is no string, it has a
 * NUL, or there is no memory. */
char *nt4_json_string(const struct nt4_json *json);
/* The same, with any NUL. */
char *nt4_json_bytes(const struct nt4_json *json, size_t *ret_n);

/* ---- Writing ---- */

void nt4_json_put_string(struct nt4_buffer *buffer, const char *text, size_t n);
void nt4_json_put_number(struct nt4_buffer *buffer, double value);
void nt4_json_put_whole(struct nt4_buffer *buffer, int64_t value);

/* Messages that wait, with a NUL between them, as no JSON has one. One begins, up to the `{` of its
 * params. */
void nt4_message_begin(struct nt4_buffer *buffer, const char *method);
/* It has a frame to itself. */
void nt4_message_begin_alone(struct nt4_buffer *buffer, const char *method);
void nt4_message_end(struct nt4_buffer *buffer);
/* "name": and what follows is the value; the first member of an object has no comma. */
void nt4_message_member(struct nt4_buffer *buffer, const char *name);
void nt4_message_string(struct nt4_buffer *buffer, const char *name, const char *text);
void nt4_message_whole(struct nt4_buffer *buffer, const char *name, int64_t value);

/* Puts those from *at on, `max` at most, into a frame; after the last one there are none. */
void nt4_messages_take(struct nt4_buffer *messages, size_t *at, uint32_t max,
                       struct nt4_buffer *frame);

#endif
