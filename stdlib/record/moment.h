/* A time as a user writes it: "2026-11-30T14:03:05Z", with "+01:00", without seconds or with parts
 * of them, or "-10min", so long before another one, or "+30s", so long behind it. */
#ifndef PKD_RECORD_MOMENT_H
#define PKD_RECORD_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

enum moment_kind { MOMENT_WRONG, MOMENT_NONE, MOMENT_AT, MOMENT_BEFORE, MOMENT_BEHIND };

struct moment {
	enum moment_kind kind; /* MOMENT_NONE: the text is empty */
	int64_t ns;            /* since 1970, or how long */
};

struct moment moment_read(const char *text);

enum { MOMENT_SIZE = 32 };

/* "2026-11-30T14:03:05.123Z"; for a file's name with '-' in place of ':'. */
void moment_write(int64_t wall, bool is_name, char ret_text[static MOMENT_SIZE]);

#endif
