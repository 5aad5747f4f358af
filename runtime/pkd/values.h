/* The values of a program's parameters, as it tells them. */
#ifndef PKD_VALUES_H
#define PKD_VALUES_H

#include "pkd/talk.h"

struct value {
	char *name, *text;
	bool is_live;   /* it can be set while the program runs */
	bool is_set;    /* and has been */
	bool is_untold; /* the program cannot say it: it is too long, or not UTF-8 */
	bool is_secret; /* and will not */
	bool is_text;   /* a text, which a configuration file has in quotes */
};

struct values {
	size_t n;
	struct value *items;
	uint64_t version;
};

/* Asks for these, or for all where `n` is 0. False: there was no answer, and `talk` says why. */
bool values_get(struct values *values, struct talk *talk, char *const *names, size_t n);
void values_finish(struct values *values);

/* The parameters of a request, {"names":[...]} where `member` is "names", to be freed; with a
 * "wait_ms" unless that is -1. */
char *values_words(const char *member, char *const *names, size_t n, int64_t wait_ms);

/* The parameters of a request, {"values":{...}}, of words NAME=VALUE, to be freed. `at` and
 * `wait_ms` are left out where they are UINT64_MAX. NULL where a name is said twice: *ret_twice is
 * that word. */
char *values_settings(char *const *words, size_t n, uint64_t at, uint64_t wait_ms,
                      const char **ret_twice);

#endif
