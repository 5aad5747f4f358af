/* A command as one text: the program, and its arguments behind it. The runtime, which gives the
 * right to the program, and the nodes that start it ask here, so that both mean the same one. */
#ifndef PKD_COMMAND_WORDS_H
#define PKD_COMMAND_WORDS_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Copies the next word, without its quotes, and moves *at behind it. Words are separated by spaces.
 * Between '…' everything is as it is; between "…" and outside of quotes \ takes the character behind
 * it as it is. Nothing else has a meaning. Returns 1, 0 at the end, -EINVAL where a quote is not
 * closed or a \ is the last character, -ENAMETOOLONG where `size` is no room for it. */
static inline int pkd_command_word(const char **at, char *word, size_t size)
{
	const char *from = *at + strspn(*at, " \t\n");
	char quote = '\0';
	size_t n = 0;

	if (!*from)
		return 0;
	for (; *from && (quote || !strchr(" \t\n", *from)); from++) {
		if ((*from == '\'' || *from == '"') && (!quote || quote == *from)) {
			quote = quote ? '\0' : *from;
			continue;
		}
		if (*from == '\\' && quote != '\'' && !*++from)
			return -EINVAL;
		if (n + 1 >= size)
			return -ENAMETOOLONG;
		word[n++] = *from;
	}
	word[n] = '\0';
	*at = from;
	return quote ? -EINVAL : 1;
}

#endif
