/* What pkd says: messages to people on standard error, JSON on standard output. */
#ifndef PKD_SAY_H
#define PKD_SAY_H

#include <stdbool.h>

#include "console/out.h"

/* A line "pkd: ..." on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether failures are also objects on standard output. */
void say_json(bool is_json);

/* What a command fails with: the line for people and, with --json, an object {"error","message"}.
 * Returns STATUS_FAILED. */
int fail(const char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts '?' in place of what would steer a terminal or turn the direction of text, but for new
 * lines. Returns the text. */
char *say_clean(char *text);

/* Text on standard output as it is, but for a terminal: without any of that. */
void say_output(const char *text, size_t length);

/* Text on standard output, without any of that, on one line. */
void say_text(const char *text);

/* JSON of any length: begun, written with console/out.h, and printed as a line. `say_room` is
 * called before each value that may not fit; it keeps room for `size` bytes and 256 more, which
 * are enough for some brackets and numbers. */
struct say_out {
	struct pkdi_out out;
};
void say_begin(struct say_out *say);
void say_room(struct say_out *say, size_t size);
void say_end(struct say_out *say);
/* Ends it as a text, to be freed, instead. */
char *say_take(struct say_out *say);

/* A text of any length, which it makes room for. */
void say_string(struct say_out *say, const char *name, const char *text);

/* A member with a number that may have a fraction; null where it is not finite. */
void say_number(struct say_out *say, const char *name, double number);

/* A member that is null. */
void say_null(struct say_out *say, const char *name);

#endif
