#include "options/levels.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	[PKD_LOG_ERROR] = "error",
	[PKD_LOG_WARNING] = "warning",
	[PKD_LOG_INFO] = "info",
	[PKD_LOG_DEBUG] = "debug",
};

const char *pkdi_level_name(enum pkd_level level)
{
	return names[level >= PKD_LOG_ERROR && level <= PKD_LOG_DEBUG ? level : PKD_LOG_INFO];
}

enum pkd_level pkdi_level_find(const char *name, size_t length)
{
	for (int i = PKD_LOG_ERROR; i <= PKD_LOG_DEBUG; i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return (enum pkd_level)i;
	return (enum pkd_level)0;
}

/* "rig" means "rig", "rig.left" and "rig[2]". */
static bool means(const char *name, size_t length, const char *node)
{
	if (strncmp(node, name, length) != 0)
		return false;
	return node[length] == '\0' || node[length] == '.' || node[length] == '[';
}

/* The workers of a pool have the same params. */
bool pkdi_name_means(const struct pkd_program *program, const char *name, size_t length,
                     uint32_t node)
{
	const struct pkd_node *nodes = program->nodes;

	uint32_t first = 0;

	/* The first worker of its pool: the workers have the same params. */
	while (first < node && (!nodes[node].params || nodes[first].params != nodes[node].params))
		first++;
	return means(name, length, nodes[node].name) || means(name, length, nodes[first].name);
}

/* One of them, up to `end`; only looks where `levels` is NULL. */
static int take_one(struct pkdi_levels *levels, const struct pkd_program *program, const char *text,
                    const char *end, bool is_weak, char *ret_why, size_t size)
{
	const char *equals = memchr(text, '=', (size_t)(end - text));
	const char *word = equals ? equals + 1 : text;
	size_t length = equals ? (size_t)(equals - text) : 0;
	enum pkd_level level = pkdi_level_find(word, (size_t)(end - word));
	bool is_there = false;

	if (!level) {
		snprintf(ret_why, size,
		         "must be error, warning, info or debug, or NODE=LEVEL, "
		         "with commas between several");
		return -EINVAL;
	}
	if (!equals) {
		if (levels && (!is_weak || !levels->all))
			levels->all = level;
		return 0;
	}
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		if (!pkdi_name_means(program, text, length, i))
			continue;
		is_there = true;
		if (levels && (!is_weak || !levels->of_node[i]))
			levels->of_node[i] = (uint8_t)level;
	}
	if (is_there)
		return 0;
	snprintf(ret_why, size, "there is no node '%.*s'", (int)length, text);
	return -EINVAL;
}

static int take_all(struct pkdi_levels *levels, const struct pkd_program *program, const char *text,
                    bool is_weak, char *ret_why, size_t size)
{
	int r = 0;

	for (const char *end; r == 0 && text; text = *end ? end + 1 : NULL) {
		end = text + strcspn(text, ",");
		r = take_one(levels, program, text, end, is_weak, ret_why, size);
	}
	return r;
}

int pkdi_levels_take(struct pkdi_levels *levels, const struct pkd_program *program,
                     const char *text, bool is_weak, char *ret_why, size_t size)
{
	int r = take_all(NULL, program, text, is_weak, ret_why, size);

	return r < 0 ? r : take_all(levels, program, text, is_weak, ret_why, size);
}

enum pkd_level pkdi_levels_of(const struct pkdi_levels *levels, uint32_t node)
{
	enum pkd_level own = levels->of_node ? (enum pkd_level)levels->of_node[node] : levels->all;

	return own ? own : levels->all;
}
