#define _GNU_SOURCE
#include "options/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options/secret.h"
#include "options/value.h"

enum { WANTED_SIZE = 512, TEXT_SIZE = 1024, MAX_SIZE = 1 << 20 };

static const char *const own_names[] = {"log", "log-format", "log-rate"};

enum { N_OWN = sizeof(own_names) / sizeof(own_names[0]) };

/* What has not been read yet. */
struct lines {
	char *rest;      /* NULL: nothing */
	uint32_t number; /* of the line that was read last */
};

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

/* Cuts the line where its comment begins: at a # that begins a word, outside quotes. */
static void cut_comment(char *line)
{
	bool quoted = false;

	for (char *c = line; *c; c++) {
		if (quoted && *c == '\\' && c[1])
			c++;
		else if (*c == '"')
			quoted = !quoted;
		else if (*c == '#' && !quoted && (c == line || strchr(" \t", c[-1])))
			*c = '\0';
		if (!*c)
			return;
	}
}

/* Decodes a string literal of the language in place: removes the quotes, replaces the escape
 * sequences. NULL if it is well formed, else what is wrong. */
static const char *decode_text(char *text)
{
	static const char escapes[] = "n\nt\t\\\\\"\"";
	char *to = text;

	for (const char *from = text + 1; *from; from++) {
		char c = *from;

		if (c == '"') {
			*to = '\0';
			return from[1] ? "unexpected text after the closing quote" : NULL;
		}
		if (c == '\\') {
			const char *escape = escapes;

			for (from++; *escape && *escape != *from; escape += 2)
				;
			if (!*from || !*escape)
				return "unknown escape sequence; there are \\n \\t \\\\ \\\"";
			c = escape[1];
		}
		*to++ = c;
	}
	return "the string has no closing quote";
}

static int report_unknown(const struct pkd_program *program, const struct pkdi_log *log,
                          const char *path, uint32_t line, const char *name)
{
	static const char *const no_others[] = {NULL};
	char found[PKDI_NAME_SIZE], text[TEXT_SIZE];

	pkdi_param_suggest(program, no_others, name, strlen(name), found);
	snprintf(text, sizeof(text), "unknown parameter '%s'%s%s%s", name,
	         *found ? "; did you mean '" : "", found, *found ? "'?" : "");
	return refuse(log, path, line, text);
}

/* Values are parsed twice, so that all mistakes of the file are found before anything is stored. */
static int check_value(const struct pkd_program *program, const struct pkdi_param *target,
                       const char *value, char *ret_text, size_t size)
{
	const char *shown = pkdi_param_is_secret(program, target) ? PKDI_SECRET_SHOWN : value;
	struct pkd_param param = *target->param;
	char wanted[WANTED_SIZE], name[PKDI_NAME_SIZE], why[WANTED_SIZE + 64];
	uint32_t n = param.n ? param.n : 1;
	char **scratch = calloc(1, pkdi_value_size(&param));
	int r;

	if (!scratch) {
		snprintf(ret_text, size, "not enough memory to check %.200s", shown);
		return -ENOMEM;
	}
	param.offset = 0;
	r = pkdi_value_parse(&param, value, scratch, wanted, sizeof(wanted));
	for (uint32_t i = 0; param.kind == PKD_STRING && !param.capacity && i < n; i++)
		free(scratch[i]);
	free(scratch);
	if (r == 0)
		return 0;
	pkdi_param_name(target, name);
	pkdi_param_refuse(target, wanted, why, sizeof(why));
	snprintf(ret_text, size, "%s = %.200s%s", name, shown, why);
	return r;
}

bool pkdi_config_may_hold(const char *name)
{
	for (size_t i = 0; i < N_OWN; i++)
		if (!strcmp(own_names[i], name))
			return true;
	return false;
}

/* The value is looked at by options.c, which has the option. */
static int take_own(struct pkdi_config *config, const struct pkdi_log *log, const char *name,
                    struct pkdi_setting *setting)
{
	char text[TEXT_SIZE];

	for (uint32_t i = 0; i < config->n_settings; i++) {
		const struct pkdi_setting *other = &config->settings[i];

		if (!other->own || strcmp(other->own, name) != 0)
			continue;
		snprintf(text, sizeof(text), "'%s' was already set in line %u", name, other->line);
		return refuse(log, config->path, setting->line, text);
	}
	setting->own = name;
	setting->target.index = PKD_NONE;
	config->settings[config->n_settings++] = *setting;
	return 0;
}

/* Whether there is a comma behind the last element, and not one that belongs to it. */
static bool goes_on(const char *value)
{
	size_t n = strlen(value), n_escapes = 0;

	if (n == 0 || value[n - 1] != ',')
		return false;
	while (n_escapes + 1 < n && value[n - n_escapes - 2] == '\\')
		n_escapes++;
	return n_escapes % 2 == 0;
}

/* An array may have its elements on lines of their own. The text of the next ones is moved up, to
 * where the value ends. */
static void take_more(char *value, struct lines *lines)
{
	char *end = value + strlen(value), *line;

	while (goes_on(value) && (line = strsep(&lines->rest, "\n")) != NULL) {
		lines->number++;
		cut_comment(line);
		line = trim(line);
		memmove(end, line, strlen(line) + 1);
		end += strlen(end);
	}
}

static int take_line(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, char *line, struct lines *lines)
{
	uint32_t number = lines->number;
	struct pkdi_setting setting = {.line = number};
	const struct pkdi_setting *other;
	const char *wrong = NULL;
	char text[TEXT_SIZE];
	char *name, *equals, *value;

	cut_comment(line);
	name = trim(line);
	if (!*name)
		return 0;
	equals = strchr(name, '=');
	if (!equals)
		return refuse(log, config->path, number, "expected `name = value`");
	*equals = '\0';
	name = trim(name);
	setting.value = value = trim(equals + 1);
	if (!pkdi_param_find(program, name, strlen(name), &setting.target))
		return pkdi_config_may_hold(name)
		               ? take_own(config, log, name, &setting)
		               : report_unknown(program, log, config->path, number, name);
	if (setting.target.param->n)
		take_more(value, lines);
	/* Without quotes it is taken literally. */
	if (setting.target.param->kind == PKD_STRING && *value == '"')
		wrong = decode_text(value);
	if (wrong)
		return refuse(log, config->path, number, wrong);
	other = pkdi_config_find(config, setting.target.index);
	if (other) {
		snprintf(text, sizeof(text), "'%s' was already set in line %u", name, other->line);
		return refuse(log, config->path, number, text);
	}
	if (check_value(program, &setting.target, setting.value, text, sizeof(text)) < 0)
		return refuse(log, config->path, number, text);
	config->settings[config->n_settings++] = setting;
	return 0;
}

/* Only a file is opened: a pipe would block the program, and opening a device may have side
 * effects. */
static const char *why_no_file(const struct stat *status)
{
	if (S_ISDIR(status->st_mode))
		return "it is a directory";
	if (!S_ISREG(status->st_mode))
		return "it is not a file";
	return status->st_size > MAX_SIZE ? "it is larger than 1 MiB" : NULL;
}

static int open_file(const char *path, const char **ret_why)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0)
		return -errno;
	*ret_why = why_no_file(&status);
	if (*ret_why)
		return -EINVAL;
	/* O_NONBLOCK, in case it has been replaced since. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0)
		*ret_why = why_no_file(&status);
	if (!*ret_why)
		return fd;
	close(fd);
	return -EINVAL;
}

/* Until the end of the file or of the memory; the number of bytes, or -errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t more = read(fd, text + n, size - n);

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -errno;
		if (more == 0)
			break;
		n += (size_t)more;
	}
	return (ssize_t)n;
}

int pkdi_config_read_text(const char *path, char **ret_text, size_t *ret_size, const char **ret_why)
{
	int fd = open_file(path, ret_why);
	ssize_t n = -ENOMEM;
	char *text;

	if (fd < 0)
		return fd;
	text = malloc(MAX_SIZE + 2);
	if (text)
		n = read_all(fd, text, MAX_SIZE + 1);
	close(fd);
	if (n > MAX_SIZE) {
		*ret_why = "it is larger than 1 MiB";
		n = -EFBIG;
	}
	if (n < 0) {
		free(text);
		return (int)n;
	}
	text[n] = '\0';
	*ret_text = text;
	*ret_size = (size_t)n;
	return 0;
}

/* A NUL would hide the rest of its line. */
static int refuse_nul(const struct pkdi_config *config, const struct pkdi_log *log, size_t size)
{
	const char *nul = memchr(config->text, '\0', size);
	uint32_t line = 1;

	if (!nul)
		return 0;
	for (const char *c = config->text; c < nul; c++)
		line += *c == '\n';
	return refuse(log, config->path, line, "unexpected NUL byte: this is not a text file");
}

static int take_lines(struct pkdi_config *config, const struct pkd_program *program,
                      const struct pkdi_log *log)
{
	struct lines lines = {.rest = config->text};
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&lines.rest, "\n")) != NULL) {
		lines.number++;
		r = take_line(config, program, log, line, &lines);
	}
	return r;
}

int pkdi_config_read(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, const char *path)
{
	const char *why = NULL;
	size_t size = 0;
	int r;

	*config = (struct pkdi_config){.path = path};
	r = pkdi_config_read_text(path, &config->text, &size, &why);
	config->size = size;
	if (r == 0) {
		config->settings = calloc(pkdi_param_count(program) + N_OWN,
		                          sizeof(*config->settings));
		r = config->settings ? 0 : -ENOMEM;
	}
	if (r < 0)
		pkdi_log(log, "cannot read %s: %s", path, why ? why : strerror(-r));
	if (r == 0)
		r = refuse_nul(config, log, size);
	if (r == 0)
		r = take_lines(config, program, log);
	if (r < 0)
		pkdi_config_finish(config);
	return r < 0 ? -EINVAL : 0;
}

void pkdi_config_finish(struct pkdi_config *config)
{
	/* It may have secrets. */
	if (config->text)
		explicit_bzero(config->text, config->size);
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
