/* The last lines of the log, in memory that the supervisor alone writes and the console reads: a
 * ring of records, of which the oldest give way.
 *
 * The writer says in `claimed` how far it is about to write, then writes, then says in `written`
 * that it has. A reader copies a record and then looks at `claimed`: where that has come a whole
 * ring beyond the record's beginning, the copy is of no use. Words are stored one by one, so that
 * both may be at the same place. */
#ifndef PKDI_JOURNAL_H
#define PKDI_JOURNAL_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/log.h"

enum { PKDI_JOURNAL_SIZE = 256 * 1024, PKDI_JOURNAL_WORDS = PKDI_JOURNAL_SIZE / 8 };

struct pkdi_journal {
	_Atomic uint64_t claimed; /* words that were ever written, or are about to be */
	_Atomic uint64_t written;
	_Atomic uint64_t oldest; /* where the oldest whole record begins */
	_Atomic uint64_t last;   /* the number of the last line */
	_Atomic uint64_t words[PKDI_JOURNAL_WORDS];
};

/* A line as it was read: the strings of `about` are in it. */
struct pkdi_journal_line {
	uint64_t number; /* of the line, from 1 on */
	uint64_t next;   /* where the one behind it begins */
	struct pkdi_about about;
	char *text;
	char bytes[2 * PIPE_BUF + 1024];
};

/* Puts a line at the end. Long texts are shortened. Only the supervisor may. `context` is the
 * journal, as struct pkdi_log wants it. */
void pkdi_journal_keep(void *context, const struct pkdi_about *about, const char *text);

/* Where the oldest line begins, and where the next one will. */
uint64_t pkdi_journal_oldest(const struct pkdi_journal *journal);
uint64_t pkdi_journal_end(const struct pkdi_journal *journal);

/* Reads the line that begins at `at`, or where that is gone the oldest. False: there is none
 * yet. */
bool pkdi_journal_read(const struct pkdi_journal *journal, uint64_t at,
                       struct pkdi_journal_line *ret_line);

#endif
