/* relabel: new labels from a table, which each process that needs them reads once. Two that lie in
 * one container never get the same. */
#include "study.pkd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LABEL = 255, NO_PAIR = -1 };

struct pair {
	char old[MAX_LABEL + 1], label[MAX_LABEL + 1];
};

struct study_relabel {
	const struct study_relabel_params *params;
	struct study_Given *given; /* [depth][the first pair with this new label] */
	struct pair *pairs;
	size_t n;
};

/* The pair that has the old label, or the first one that has the new one. */
static long find_old(const struct study_relabel *self, const char *label)
{
	for (size_t i = 0; i < self->n; i++)
		if (strcmp(self->pairs[i].old, label) == 0)
			return (long)i;
	return NO_PAIR;
}

static long find_new(const struct study_relabel *self, const char *label)
{
	for (size_t i = 0; i < self->n; i++)
		if (strcmp(self->pairs[i].label, label) == 0)
			return (long)i;
	return NO_PAIR;
}

/* ---- The table ---- */

static bool is_label(const char *text)
{
	return *text && strlen(text) <= MAX_LABEL && !strpbrk(text, ",\"/") &&
	       strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

/* Of a line without its end; NULL, or what is wrong with it. */
static const char *read_pair(char *line, struct pair *ret_pair)
{
	char *label = strchr(line, ',');

	if (!label)
		return "it has no comma";
	*label++ = '\0';
	if (!is_label(line) || !is_label(label))
		return "a label is a name of 1 to 255 bytes without , \" and /";
	memcpy(ret_pair->old, line, strlen(line) + 1);
	memcpy(ret_pair->label, label, strlen(label) + 1);
	return NULL;
}

static const char *add(struct study_relabel *self, char *line)
{
	struct pair *pairs = realloc(self->pairs, (self->n + 1) * sizeof(*pairs));
	const char *why;

	if (!pairs)
		return strerror(errno);
	self->pairs = pairs;
	if (self->n == self->params->N)
		return "there are more than N of them: write a larger N";
	why = read_pair(line, &pairs[self->n]);
	if (!why && find_old(self, pairs[self->n].old) != NO_PAIR)
		why = "its old label has a line already";
	self->n += !why;
	return why;
}

static const char *read_line(struct study_relabel *self, char *line, bool is_first)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (is_first)
		return strcmp(line, "old,new") == 0 ? NULL : "the first one is to be old,new";
	return add(self, line);
}

static int read_table(struct study_relabel *self, FILE *file, struct pkd_ctx *ctx)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	unsigned number = 0;
	const char *why = NULL;

	while (!why && (n = getline(&line, &size, file)) >= 0) {
		number++;
		why = strlen(line) != (size_t)n ? "it has a NUL"
		                                : read_line(self, line, number == 1);
	}
	free(line);
	if (!why && ferror(file))
		why = strerror(errno);
	if (!why && number == 0)
		why = "the first one is to be old,new";
	return why ? pkd_error(ctx, EINVAL, "'%s', line %u: %s", self->params->labels, number, why)
	           : PKD_OK;
}

int study_relabel_init(struct study_relabel *self, const struct study_relabel_params *params,
                       struct pkd_ctx *ctx)
{
	FILE *file = fopen(params->labels, "r");
	int error;

	self->params = params;
	self->given = study_relabel_get_given(ctx);
	if (!file)
		return pkd_error(ctx, errno, "cannot open '%s'", params->labels);
	error = read_table(self, file, ctx);
	fclose(file);
	return error;
}

/* ---- Labels ---- */

/* Who else in the same container has got this label; NULL: nobody. Only a new label of the table
 * can be one that two get, and depth first those in a container come with no other of their depth
 * between them. */
static const char *who_has(struct study_relabel *self, const struct files_Entry *entry,
                           const char *label)
{
	long found = find_new(self, label);
	struct study_Given *given;

	if (found == NO_PAIR)
		return NULL;
	given = &self->given[entry->depth * self->params->N + (size_t)found];
	if (given->parent == entry->parent && strcmp(given->to.text, entry->name.text) != 0)
		return given->to.text;
	given->parent = entry->parent;
	given->to.len = entry->name.len;
	memcpy(given->to.text, entry->name.text, sizeof(given->to.text));
	return NULL;
}

int study_relabel_step(struct study_relabel *self, const struct study_relabel_in *in,
                       struct study_relabel_out *out, struct pkd_ctx *ctx)
{
	const struct files_Entry *entry = in->entry;
	long pair = find_old(self, entry->name.text);
	const char *label = pair == NO_PAIR ? entry->name.text : self->pairs[pair].label;
	const char *other = NULL;

	if (entry->depth >= 1 && entry->depth <= 4)
		other = who_has(self, entry, label);
	if (!other) {
		study_relabel_absent_error(ctx);
		pkd_string_set(out->relabelled, label);
		return PKD_OK;
	}
	if (!pkd_wanted(ctx, 1))
		return pkd_error(ctx, EEXIST, "'%s' and '%s' would both be '%s'", other,
		                 entry->name.text, label);
	study_relabel_absent_relabelled(ctx);
	out->error->len = (uint32_t)snprintf(out->error->text, sizeof(out->error->text),
	                                     "'%.55s' and '%.55s' would both be '%.55s'", other,
	                                     entry->name.text, label);
	return PKD_OK;
}

void study_relabel_finish(struct study_relabel *self)
{
	free(self->pairs);
}

PKD_NODE(study_relabel);
