/* Which programs run, and which of them is meant. */
#ifndef PKD_FIND_H
#define PKD_FIND_H

#include "pkd/talk.h"

struct found {
	struct talk *talk; /* NULL: it could not be reached */
	pid_t pid;
	bool can_talk; /* else error and message say why not */
	char error[64];
	char message[1024];
};

struct found_list {
	size_t n;
	struct found *items; /* in the order of their numbers */
	char refused[512];   /* a directory that was not looked into, and why; "": none */
};

/* Connects to all of them, or to those of that process number alone, where it is not 0. */
void find_all(struct found_list *list, pid_t pid);
void find_close(struct found_list *list);

/* The one of that name or number, or whose socket has that path; of NULL, the only one that runs.
 * NULL after it has been said why there is none; to be closed. */
struct talk *find_program(const char *word);

/* Whether a program of that name, number or path runs. */
bool find_runs(const char *word);

/* The same where a word may also be something else: `is_program` tells. A word that names nothing
 * that runs is no program, unless several run or none. */
struct talk *find_program_or(const char *word, bool *ret_is_program);

#endif
