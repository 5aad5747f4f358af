/* Messages for people: one line, one write(2), so that lines of several processes never mix.
 * Long parts of a line are shortened in the middle, because the important part is at the end. */
#ifndef PKDI_LOG_H
#define PKDI_LOG_H

#include <pkd/level.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_backlog;
struct pkdi_log;

/* What a message is about. */
struct pkdi_about {
	enum pkd_level level;
	const char *process; /* NULL: of the program */
	const char *output;  /* "stderr" or "stdout", which a process has written to; or NULL */
	const char *node;    /* NULL: of none that is known */
	const char *at;  /* the node's place in the source, where the line is to name it; or NULL */
	uint64_t frame;  /* that the node has in hand; 0: none */
	int64_t time_ns; /* CLOCK_REALTIME; 0: now */
	bool is_bare;    /* of a table: text has no name before it */
	bool is_subject; /* the text goes on from the node's name and place */
};

/* Writes a message as a line without its end, of at most `size` bytes; returns how many. */
typedef size_t pkdi_log_format(const struct pkdi_log *log, const struct pkdi_about *about,
                               const char *text, char *line, size_t size);

struct pkdi_log {
	const char *program;
	bool shares_line;             /* a progress line may stand there: clear it first */
	struct pkdi_backlog *backlog; /* the supervisor's, which waits for no reader; or NULL */
	enum pkd_level level;    /* of the program's own messages, the least; 0: PKD_LOG_INFO */
	pkdi_log_format *format; /* NULL: pkdi_log_text */
	bool is_captured;        /* standard error is read by the supervisor: see pkdi_log_mark */
	/* The supervisor's: keeps each message for who asks later; or NULL. */
	void (*keep)(void *context, const struct pkdi_about *about, const char *text);
	void *context;
};

/* "PROGRAM: text" on stderr, an error. */
void pkdi_log(const struct pkdi_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same of any level. */
void pkdi_log_at(const struct pkdi_log *log, enum pkd_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A message about a node: "PROGRAM: node 'NAME' (AT): text", or "PROGRAM: NAME: text" where `at`
 * is NULL. Its level is not looked at. */
void pkdi_log_about(const struct pkdi_log *log, const struct pkdi_about *about, const char *format,
                    va_list arguments) __attribute__((format(printf, 3, 0)));

/* A line without the program's name. */
void pkdi_log_bare(const struct pkdi_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A message whose text is there already; it is made clean, in place. */
void pkdi_log_put(const struct pkdi_log *log, const struct pkdi_about *about, char *text);

/* The line for people, as above. */
pkdi_log_format pkdi_log_text;

/* Whether a message of this level is shown where that is the least; 0: PKD_LOG_INFO. */
static inline bool pkdi_log_shows(enum pkd_level least, enum pkd_level level)
{
	return level <= (least ? least : PKD_LOG_INFO);
}

/* What stands before the text where the supervisor reads the line, in a child's standard error:
 * level, 'p' where the place is to be named, 's' where it is the subject, or 'n', frame, time and
 * the node's name, each behind a PKDI_LOG_FIELD, the first behind PKDI_LOG_MARK, and the text
 * behind one more. What nodes write by themselves has no such head. */
#define PKDI_LOG_MARK '\x1e'
#define PKDI_LOG_FIELD '\x1f'

/* Takes a line, with a NUL at its end, apart: its strings become parts of `about`, `at` is "" where
 * the place is to be named. False: it has no such head. */
bool pkdi_log_unmark(char *line, struct pkdi_about *ret_about, char **ret_text);

/* Puts '?' in place of what would steer a terminal, turn the direction of text or end the line, and
 * of what is not UTF-8; a tab becomes a space. Returns the text. */
char *pkdi_log_clean(char *text);

/* Copies a text, shortened with "..." in its middle if it is longer than size - 1 bytes. Returns
 * ret_text. */
char *pkdi_shorten(const char *text, char *ret_text, size_t size);

#endif
