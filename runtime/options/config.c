#define _GNU_SOURCE
#include "options/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/value.h"

enum { WANTED_SIZE = 512, TEXT_SIZE = 1024, MAX_SIZE = 1 << 20 };

static int refuse(const struct pkdi_log *log, const char *path, uint32_t line, const char *text)
{
	pkdi_log(log, "%s:%u: %s", path, line, text);
	return -EINVAL;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* Ends the line where its comment begins: at a # that begins a word, outside quotes. */
static void cut_comment(char *line)
{
	bool quoted = false;

	for (char *c = line; *c; c++) {
		if (*c == '"')
			quoted = !quoted;
		if (*c == '#' && !quoted && (c == line || strchr(" \t", c[-1]))) {
			*c = '\0';
			return;
		}
	}
}

/* "a # b" is a # b; a value without quotes is as it stands. */
static char *unquote(char *value)
{
	size_t n = strlen(value);

	if (n < 2 || value[0] != '"' || value[n - 1] != '"')
		return value;
	value[n - 1] = '\0';
	return value + 1;
}

static int report_unknown(const struct pkd_program *program, const struct pkdi_log *log,
                          const char *path, uint32_t line, const char *name)
{
	static const char *const no_others[] = {NULL};
	char found[PKDI_NAME_SIZE], text[TEXT_SIZE];

	pkdi_param_suggest(program, no_others, name, strlen(name), found);
	snprintf(text, sizeof(text), "there is no param '%s'%s%s%s", name,
	         *found ? "; did you mean '" : "", found, *found ? "'?" : "");
	return refuse(log, path, line, text);
}

/* Values are parsed twice, so that all mistakes of the file are found before anything is stored. */
static int check_value(const struct pkdi_param *target, const char *value, char *ret_text,
                       size_t size)
{
	struct pkd_param param = *target->param;
	char wanted[WANTED_SIZE], name[PKDI_NAME_SIZE], why[WANTED_SIZE + 64];
	union {
		uint64_t number;
		char *text;
	} scratch = {0};
	int r;

	param.offset = 0;
	r = pkdi_value_parse(&param, value, &scratch, wanted, sizeof(wanted));
	if (r == 0) {
		if (param.kind == PKD_STRING)
			free(scratch.text);
		return 0;
	}
	pkdi_param_name(target, name);
	pkdi_param_refuse(target, wanted, why, sizeof(why));
	snprintf(ret_text, size, "%s = %.200s%s", name, value, why);
	return r;
}

static int take_line(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, char *line, uint32_t number)
{
	struct pkdi_setting setting = {.line = number};
	const struct pkdi_setting *other;
	char text[TEXT_SIZE];
	char *name, *equals;

	cut_comment(line);
	name = trim(line);
	if (!*name)
		return 0;
	equals = strchr(name, '=');
	if (!equals)
		return refuse(log, config->path, number, "this is not `name = value`");
	*equals = '\0';
	name = trim(name);
	setting.value = unquote(trim(equals + 1));
	if (!pkdi_param_find(program, name, strlen(name), &setting.target))
		return report_unknown(program, log, config->path, number, name);
	other = pkdi_config_find(config, setting.target.index);
	if (other) {
		snprintf(text, sizeof(text), "'%s' has been set in line %u already", name,
		         other->line);
		return refuse(log, config->path, number, text);
	}
	if (check_value(&setting.target, setting.value, text, sizeof(text)) < 0)
		return refuse(log, config->path, number, text);
	config->settings[config->n_settings++] = setting;
	return 0;
}

/* The whole file, ended by a NUL; NULL with errno set. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t n = 0;
	int saved;

	if (!file)
		return NULL;
	text = malloc(MAX_SIZE + 1);
	if (text)
		n = fread(text, 1, MAX_SIZE, file);
	saved = !text ? ENOMEM : ferror(file) ? errno : n == MAX_SIZE ? EFBIG : 0;
	fclose(file);
	if (saved) {
		free(text);
		errno = saved;
		return NULL;
	}
	text[n] = '\0';
	return text;
}

int pkdi_config_read(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, const char *path)
{
	char *rest, *line;
	int r = 0;

	*config = (struct pkdi_config){.path = path};
	config->text = read_file(path);
	config->settings = calloc(pkdi_param_count(program) + 1, sizeof(*config->settings));
	if (!config->text || !config->settings) {
		pkdi_log(log, "cannot read %s: %s", path, strerror(errno));
		pkdi_config_finish(config);
		return -EINVAL;
	}
	rest = config->text;
	for (uint32_t number = 1; r == 0 && (line = strsep(&rest, "\n")) != NULL; number++)
		r = take_line(config, program, log, line, number);
	if (r < 0)
		pkdi_config_finish(config);
	return r;
}

void pkdi_config_finish(struct pkdi_config *config)
{
	free(config->text);
	free(config->settings);
	*config = (struct pkdi_config){0};
}

const struct pkdi_setting *pkdi_config_find(const struct pkdi_config *config, uint32_t target)
{
	for (uint32_t i = 0; i < config->n_settings; i++)
		if (config->settings[i].target.index == target)
			return &config->settings[i];
	return NULL;
}
