/* Text to values of the language, by their run-time description: the reverse of json.h. What comes
 * from strangers is read within its bounds; nothing allocates. */
#ifndef PKD_TABLE_PARSE_H
#define PKD_TABLE_PARSE_H

#include <pkd/text.h>
#include <stdbool.h>

enum {
	PARSE_WHY_SIZE = 200,
	PARSE_MAX_FIELDS = 1024, /* of one record */
};

/* What a value is read with. `why` has the reason where it cannot be read. */
struct parse {
	char *scratch; /* as long as the longest text */
	size_t scratch_size;
	char why[PARSE_WHY_SIZE];
};

/* Whether values of the type can be read at all; else `why` names the part that cannot. */
bool parse_is_possible(struct parse *parse, const struct pkd_type *type);

/* Whether a column or a member that is called so is this field: `exactly`, or with a `_` for each
 * character that no name can have, and behind a word of the language (`when_` for "when"). */
bool parse_is_name(const char *field, const char *text, size_t n, bool exactly);

/* A cell or a word: numbers, times in seconds, booleans, enums by name or number, strings, bytes as
 * hexadecimal digits; lists, arrays and records as JSON. False: `why` says what is wrong with it. */
bool parse_text(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                void *ret_value);

/* JSON alone: a number, a text in quotation marks, an array, an object … Of members with the same
 * name the last one counts. */
bool parse_json(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                void *ret_value);

struct parse_members {
	/* Told of each member of the row that its type has no field for. */
	void (*extra)(void *to, const char *name, size_t n);
	void *to;
	const char *time; /* the member that has the time of the row, "": none */
	int64_t time_ns;
	bool has_time;
};

/* One JSON object as a record, or one with the member `value` or `items` as any other type. */
bool parse_json_row(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                    void *ret_value, struct parse_members *members);

/* The values of a JSON array, one after the other, in a text whose scratch is as long. */
struct parse_items {
	const char *at, *end;
	bool has_begun;
};
enum parse_item { PARSE_ITEM, PARSE_END, PARSE_WRONG };

/* PARSE_ITEM: the text of the next value, which is one. PARSE_WRONG: `why` says what is wrong. */
enum parse_item parse_next_item(struct parse *parse, struct parse_items *items,
                                const char **ret_text, size_t *ret_n);

/* The string, or the whole number as it is written, that is the object's last member `name`; in the
 * scratch or in the text. False: `why` says why there is none. */
bool parse_json_member(struct parse *parse, const char *object, size_t n, const char *name,
                       const char **ret_text, size_t *ret_n);

#endif
