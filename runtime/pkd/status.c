/* pkd status: how a program is, counted from its start. */
#include <stdio.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/table.h"
#include "pkd/view.h"
#include "pkd/words.h"

static void add_count(struct table *table, uint64_t number)
{
	table_add_format(table, "%llu", (unsigned long long)number);
}

static void print_nodes(const struct view *view)
{
	static const char *const heads[] = {"node",     "state",   "frame", "firings",
	                                    "busy",     "mean",    "p99",   "longest",
	                                    "restarts", "refused", "failed"};
	struct table table;
	char text[WORDS_SIZE];

	table_begin(&table, "llrrrrrrrrr");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < view->n_nodes; i++) {
		const struct view_node *node = &view->nodes[i];

		table_add(&table, node->name);
		table_add(&table, node->state);
		add_count(&table, node->frame);
		add_count(&table, node->firings);
		words_step((int64_t)node->busy_ns, text);
		table_add(&table, text);
		words_step((int64_t)node->mean_ns, text);
		table_add(&table, node->mean_ns >= 0 ? text : "-");
		words_step((int64_t)node->p99_ns, text);
		table_add(&table, node->p99_ns ? text : "-");
		words_step((int64_t)node->longest_ns, text);
		table_add(&table, node->firings ? text : "-");
		add_count(&table, node->restarts);
		add_count(&table, node->refused);
		add_count(&table, node->failed);
	}
	table_end(&table, 2);
}

static void print_edges(const struct view *view)
{
	static const char *const heads[] = {
		"edge", "", "policy", "waiting", "published", "delivered", "dropped", "absent", ""};
	struct table table;

	table_begin(&table, "lllrrrrrl");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < view->n_edges; i++) {
		const struct view_edge *edge = &view->edges[i];

		table_add(&table, edge->stream);
		table_add_format(&table, "-> %s.%s", edge->node, edge->input);
		table_add(&table, edge->policy);
		if (edge->has_left)
			table_add(&table, "ended");
		else if (view_is_lossless(edge))
			table_add_format(&table, "%llu/%llu", (unsigned long long)view_depth(edge),
			                 (unsigned long long)edge->window);
		else
			add_count(&table, view_depth(edge));
		add_count(&table, edge->published);
		add_count(&table, edge->delivered);
		add_count(&table, edge->dropped);
		if (edge->looks)
			add_count(&table, edge->absent);
		else
			table_add(&table, "-");
		table_add(&table, edge->others);
	}
	table_end(&table, 2);
}

static int print(struct talk *talk)
{
	struct view view = {.n_samples = 0};
	char uptime[WORDS_SIZE], memory[WORDS_SIZE];
	int status = 0;

	if (view_describe(&view, talk) && view_sample(&view, talk)) {
		view_look(&view, talk);
		words_duration(view.age_ns, uptime);
		words_bytes(view.usage.bytes, memory);
		printf("%s (%d): %s, up %s, %zu processes, %s\n\n", talk->name, (int)talk->pid,
		       view.phase, uptime, view.n_processes,
		       view.usage.is_known ? memory : "memory not known");
		print_nodes(&view);
		putchar('\n');
		print_edges(&view);
	} else {
		status = talk_fail(talk);
	}
	view_finish(&view);
	return status;
}

int status_command(struct call *call)
{
	static const char *const kinds[] = {"process", "node", "stream", "edge", NULL};
	struct talk *talk = find_program(command_operand(call));
	int status;

	if (!talk)
		return STATUS_FAILED;
	status = call->option[OPTION_JSON] ? gather_answer(talk, "status", NULL, kinds)
	                                   : print(talk);
	talk_close(talk);
	return status;
}
