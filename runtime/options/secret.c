#define _GNU_SOURCE
#include "options/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "options/config.h"
#include "options/value.h"

/* In pages of its own: MADV_DONTDUMP is for whole ones. */
static char *copy(const char *text, size_t n)
{
	char *memory = mmap(NULL, n + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, n + 1, MADV_DONTDUMP);
	memcpy(memory, text, n);
	return memory;
}

static int store(const struct pkdi_param *target, const char *text, size_t n, char *why,
                 size_t why_size)
{
	const char *value;
	char wanted[128];

	if (target->param->capacity) {
		int r = pkdi_value_parse(target->param, text, target->params, wanted,
		                         sizeof(wanted));

		if (r < 0)
			pkdi_param_refuse(target, wanted, why, why_size);
		return r;
	}
	value = copy(text, n);
	if (!value) {
		snprintf(why, why_size, ": not enough memory");
		return -ENOMEM;
	}
	memcpy((char *)target->params + target->param->offset, &value, sizeof(value));
	return 0;
}

static int store_file(const struct pkdi_param *target, const char *path, char *why, size_t why_size)
{
	const char *refused = NULL;
	size_t size = 0;
	char *text;
	int r = pkdi_config_read_text(path, &text, &size, &refused);

	if (r < 0) {
		snprintf(why, why_size, ": cannot read %.200s: %s", path,
		         refused ? refused : strerror(-r));
		return r;
	}
	if (memchr(text, '\0', size)) {
		snprintf(why, why_size, ": %.200s has a NUL byte", path);
		r = -EINVAL;
	} else {
		size_t n = size;

		if (n > 0 && text[n - 1] == '\n')
			n--;
		if (n > 0 && text[n - 1] == '\r')
			n--;
		text[n] = '\0';
		r = store(target, text, n, why, why_size);
	}
	explicit_bzero(text, size);
	free(text);
	return r;
}

int pkdi_secret_store(const struct pkdi_param *target, const char *text, char *ret_why,
                      size_t why_size)
{
	return *text == '@' ? store_file(target, text + 1, ret_why, why_size)
	                    : store(target, text, strlen(text), ret_why, why_size);
}

static void hide(char *value)
{
	if (*value != '@')
		memset(value, '*', strlen(value));
}

/* Whether a word of the command line names a secret parameter. */
static bool names_secret(const struct pkd_program *program, const char *word)
{
	struct pkdi_param target;

	return strncmp(word, "--", 2) == 0 &&
	       pkdi_param_find(program, word + 2, strcspn(word + 2, "="), &target) &&
	       pkdi_param_is_secret(program, &target);
}

bool pkdi_secret_precedes(const struct pkd_program *program, char *const *argv, int i)
{
	return (i > 1 && names_secret(program, argv[i - 1])) ||
	       (i > 2 && names_secret(program, argv[i - 2]));
}

void pkdi_secret_hide(const struct pkd_program *program, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!names_secret(program, argv[i]))
			continue;
		if (equals)
			hide(equals + 1);
		else if (i + 1 < argc)
			hide(argv[++i]);
	}
}
