#define _GNU_SOURCE
#include "os/title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "os/log.h"

static char **copy_environment(void)
{
	size_t n = 0;
	char **copy;

	while (environ && environ[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = strdup(environ[i]);
		if (copy[i])
			continue;
		while (i > 0)
			free(copy[--i]);
		free(copy);
		return NULL;
	}
	return copy;
}

void pkdi_title_init(struct pkdi_title *title, int argc, char **argv)
{
	char *end;
	char **copy;

	*title = (struct pkdi_title){NULL, 0, 0};
	if (argc < 1)
		return;
	end = argv[0] + strlen(argv[0]) + 1;
	for (int i = 1; i < argc && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	title->start = argv[0];
	title->argv_size = (size_t)(end - argv[0]);
	title->size = title->argv_size;
	copy = copy_environment();
	if (!copy)
		return; /* no memory: short titles then */
	for (size_t i = 0; copy[i] && environ[i] == end; i++)
		end += strlen(environ[i]) + 1;
	title->size = (size_t)(end - argv[0]);
	environ = copy;
}

void pkdi_title_set(const struct pkdi_title *title, const char *program, const char *process)
{
	char text[256], first[80], second[160];
	int n = snprintf(text, sizeof(text), "%s: %s", pkdi_shorten(program, first, sizeof(first)),
	                 pkdi_shorten(process, second, sizeof(second)));

	prctl(PR_SET_NAME, process);
	if (!title->size || n < 0)
		return;
	if ((size_t)n > sizeof(text) - 1)
		n = sizeof(text) - 1;
	if ((size_t)n > title->size - 1)
		n = (int)title->size - 1;
	text[n] = '\0';
	/* The kernel shows all of argv, and if its last byte is not NUL, everything up to the
	 * next NUL. */
	memset(title->start, 0, title->argv_size);
	memcpy(title->start, text, (size_t)n + 1);
}
