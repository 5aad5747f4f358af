/* The account that a program has written at its end, `account` in its folder. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

/* Does each edge and each stream add up, and is nothing on the way any more? Otherwise false, and
 * which one in ret_text. `unfinished`: a process may have been killed for good between the commit
 * of a firing and what it publishes. */
bool account_adds_up(const char *folder, bool unfinished, char *ret_text, size_t size);

#endif
