/* pkd describe: what a program is made of. */
#include <stdio.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/table.h"
#include "pkd/view.h"
#include "pkd/words.h"

static void begin(struct table *table, const char *title, const char *layout,
                  const char *const *heads)
{
	printf("\n%s\n", title);
	table_begin(table, layout);
	for (; *heads; heads++)
		table_add(table, *heads);
}

static void print_nodes(const struct view *view)
{
	static const char *const heads[] = {"node", "what it is", "process", "place", NULL};
	struct table table;

	begin(&table, "nodes", "llll", heads);
	for (size_t i = 0; i < view->n_nodes; i++) {
		const struct view_node *node = &view->nodes[i];

		table_add(&table, node->name);
		table_add_format(&table, "%s%s", node->kind, node->is_origin ? ", an origin" : "");
		table_add(&table, node->process);
		table_add(&table, node->at);
	}
	table_end(&table, 2);
}

static void print_streams(const struct view *view)
{
	static const char *const heads[] = {"stream", "type", "slots", "memory", NULL};
	struct table table;
	char text[WORDS_SIZE];

	begin(&table, "streams", "llrr", heads);
	for (size_t i = 0; i < view->n_streams; i++) {
		const struct view_stream *stream = &view->streams[i];

		table_add(&table, stream->name);
		table_add_format(&table, "%s%s", stream->type,
		                 stream->is_private ? ", private" : "");
		table_add_format(&table, "%llu", (unsigned long long)stream->slots);
		words_bytes(stream->bytes, text);
		table_add(&table, text);
	}
	table_end(&table, 2);
}

static void print_edges(const struct view *view)
{
	static const char *const heads[] = {"edge", "", "policy", "window", "place", NULL};
	struct table table;

	begin(&table, "edges", "lllrl", heads);
	for (size_t i = 0; i < view->n_edges; i++) {
		const struct view_edge *edge = &view->edges[i];

		table_add(&table, edge->stream);
		table_add_format(&table, "-> %s.%s", edge->node, edge->input);
		table_add(&table, edge->policy);
		table_add_format(&table, "%llu", (unsigned long long)edge->window);
		table_add(&table, edge->at);
	}
	table_end(&table, 2);
}

static void print_params(const struct view *view)
{
	static const char *const heads[] = {"parameter", "takes", "range", "what it is", NULL};
	struct table table;

	begin(&table, "parameters", "llll", heads);
	for (size_t i = 0; i < view->n_params; i++) {
		const struct view_param *param = &view->params[i];

		table_add(&table, param->name);
		table_add(&table, param->takes);
		table_add(&table, param->range);
		table_add(&table, param->doc);
	}
	table_end(&table, 2);
}

static void print_commands(const struct view *view)
{
	static const char *const heads[] = {"command", "answers", "what it does", NULL};
	struct table table;

	begin(&table, "commands", "lll", heads);
	for (size_t i = 0; i < view->n_commands; i++) {
		const struct view_command *command = &view->commands[i];

		table_add_format(&table, "%s %s(%s)", command->node, command->name,
		                 command->arguments);
		table_add(&table, command->answer);
		table_add(&table, command->doc);
	}
	table_end(&table, 2);
}

static int print(struct talk *talk)
{
	struct view view = {.n_samples = 0};
	char memory[WORDS_SIZE];
	int status = 0;

	if (view_describe(&view, talk)) {
		words_bytes(view.bytes, memory);
		printf("%s (%d): compiled from %s by pkd %s; %zu processes, %s for its streams\n",
		       talk->name, (int)talk->pid, view.source ? view.source : "?", talk->version,
		       view.n_processes, memory);
		if (view.doc && *view.doc)
			printf("%s\n", view.doc);
		print_nodes(&view);
		print_streams(&view);
		print_edges(&view);
		if (view.n_params)
			print_params(&view);
		if (view.n_commands)
			print_commands(&view);
	} else {
		status = talk_fail(talk);
	}
	view_finish(&view);
	return status;
}

int describe_command(struct call *call)
{
	static const char *const kinds[] = {"process", "node",    "stream", "edge",
	                                    "param",   "command", "type",   NULL};
	struct talk *talk = find_program(command_operand(call));
	int status;

	if (!talk)
		return STATUS_FAILED;
	status = call->option[OPTION_JSON] ? gather_answer(talk, "describe", NULL, kinds)
	                                   : print(talk);
	talk_close(talk);
	return status;
}
