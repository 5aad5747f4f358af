#include "run/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/change.h"
#include "options/param.h"
#include "options/value.h"

/* Of one node. */
enum { MAX_SETTINGS = 64 };

static int refuse_name(const struct pkdi_run *run, const struct pkd_node *node, const char *name,
                       size_t length)
{
	static const char *const none[] = {NULL};
	char like[PKDI_NAME_SIZE];

	pkdi_param_suggest(run->program, none, name, length, like);
	pkdi_log(&run->log, "%s is to set '%.*s', which is no parameter of the program%s%s%s",
	         node->name, (int)length, name, *like ? "; did you mean '" : "", like,
	         *like ? "'?" : "");
	return -EINVAL;
}

static int add(struct pkdi_run *run, struct pkdi_node *node, const char *name, size_t length)
{
	struct pkdi_settings *settings = &node->settings;
	struct pkdi_setting *setting = &settings->items[settings->n];
	char whole[PKDI_NAME_SIZE];
	struct pkdi_param target;
	const char *why;

	if (!pkdi_param_find(run->program, name, length, &target))
		return refuse_name(run, node->decl, name, length);
	pkdi_param_name(&target, whole);
	if (!pkdi_may_change(run->program, target.index, &why)) {
		pkdi_log(&run->log, "%s is to set '%s', which %s", node->decl->name, whole, why);
		return -EINVAL;
	}
	for (uint32_t i = 0; i < settings->n; i++)
		if (strcmp(settings->items[i].name, whole) == 0)
			return 0;
	if (settings->n == MAX_SETTINGS) {
		pkdi_log(&run->log, "%s is to set more than %d parameters", node->decl->name,
		         MAX_SETTINGS);
		return -EINVAL;
	}
	*setting = (struct pkdi_setting){.name = strdup(whole), .target = target.index};
	if (!setting->name)
		return -ENOMEM;
	/* As in the program, not as on its command line. */
	for (char *c = strchr(setting->name, '-'); c; c = strchr(c, '-'))
		*c = '_';
	settings->n++;
	return 0;
}

/* "green.low, exposure" */
static int add_all(struct pkdi_run *run, struct pkdi_node *node, const char *names)
{
	static const char between[] = ", \t\n";
	int r = 0;

	if (!node->settings.items)
		node->settings.items = calloc(MAX_SETTINGS + 1, sizeof(*node->settings.items));
	if (!node->settings.items)
		return -ENOMEM;
	for (const char *name = names + strspn(names, between); *name && r == 0;) {
		size_t length = strcspn(name, between);

		r = add(run, node, name, length);
		name += length;
		name += strspn(name, between);
	}
	return r;
}

int pkdi_settings_find(struct pkdi_run *run)
{
	int r = 0;

	for (uint32_t i = 0; i < run->program->n_nodes && r == 0; i++) {
		struct pkdi_node *node = &run->nodes[i];

		for (uint32_t j = 0; j < node->decl->n_rights && r == 0; j++)
			if (node->paths[j].right->kind == PKD_SETS && node->paths[j].text)
				r = add_all(run, node, node->paths[j].text);
	}
	if (r == -ENOMEM)
		pkdi_log(&run->log, "no memory for what nodes may set");
	return r;
}

size_t pkdi_settings_place(struct pkdi_run *run, uint32_t index, char *base, size_t at)
{
	struct pkdi_settings *settings = &run->nodes[index].settings;

	if (base)
		settings->answers = (struct pkdi_ask_answer *)(void *)(base + at);
	return at + settings->n * sizeof(*settings->answers);
}

/* NULL: nobody reads it while the program runs. */
static const struct pkdi_live_value *find_value(const struct pkdi_live_values *live,
                                                uint32_t target)
{
	for (uint32_t i = 0; i < live->n; i++)
		if (live->values[i].target == target)
			return &live->values[i];
	return NULL;
}

/* As on the command line, where a string has no quotation marks. */
static bool show(const struct pkd_param *param, const void *params, char *ret_text, size_t size)
{
	if (param->kind != PKD_STRING || param->n)
		return pkdi_value_show(param, params, ret_text, size);
	snprintf(ret_text, size, "%s", pkdi_value_text(param, params));
	return *ret_text;
}

static int link_node(struct pkdi_run *run, struct pkdi_node *node, bool has_console)
{
	struct pkdi_settings *settings = &node->settings;
	size_t most = 1;
	uint64_t seq;

	settings->all = &run->live;
	settings->show = show;
	settings->bell_fd = has_console ? run->console_fd : -1;
	for (uint32_t k = 0; k < settings->n; k++) {
		struct pkdi_setting *setting = &settings->items[k];

		setting->value = find_value(&run->live, setting->target);
		if (!setting->value) {
			pkdi_log(&run->log,
			         "%s is to set '%s', which nothing reads while the "
			         "program runs",
			         node->decl->name, setting->name);
			return -EINVAL;
		}
		most = setting->value->size > most ? setting->value->size : most;
		/* What was asked of a run before this one is over, also where it died in asking. */
		seq = (pkdi_read(&settings->asks[k].seq) + 1) & ~UINT64_C(1);
		atomic_store(&settings->asks[k].seq, seq);
		atomic_store(&settings->answers[k].seq, seq);
	}
	settings->scratch = malloc(most);
	return settings->scratch ? 0 : -ENOMEM;
}

int pkdi_settings_link(struct pkdi_run *run, bool has_console)
{
	int r = 0;

	for (uint32_t i = 0; i < run->program->n_nodes && r == 0; i++)
		if (run->nodes[i].settings.n)
			r = link_node(run, &run->nodes[i], has_console);
	return r;
}

void pkdi_settings_finish(struct pkdi_run *run)
{
	for (uint32_t i = 0; run->nodes && i < run->program->n_nodes; i++) {
		struct pkdi_settings *settings = &run->nodes[i].settings;

		for (uint32_t k = 0; k < settings->n; k++)
			free(settings->items[k].name);
		free(settings->items);
		free(settings->scratch);
	}
}
