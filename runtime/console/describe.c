#include "console/describe.h"

#include "console/calls.h"
#include "console/types.h"
#include "options/param.h"
#include "options/value.h"

static const char *const policies[] = {
#define POLICY(constant, word, fires, loses) word,
#include <pkd/policy.def>
#undef POLICY
};

static const char *const kinds_of_origin[] = {
	[PKD_NOT_ORIGIN] = "none", [PKD_PACED] = "paced", [PKD_LIVE] = "live"};

static void describe_node(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	const struct pkd_node *node = &run->program->nodes[index];

	pkdi_out_text(out, "name", node->name);
	pkdi_out_text(out, "kind", node->kind);
	pkdi_out_text(out, "at", node->at);
	pkdi_out_text(out, "process", run->processes[run->process_of[index]].decl->name);
	pkdi_out_text(out, "origin", kinds_of_origin[node->origin]);
	if (node->budget_ns)
		pkdi_out_signed(out, "budget_ns", node->budget_ns);
	if (node->rest)
		pkdi_out_bool(out, "may_rest", true);
}

static void describe_stream(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	const struct pkd_stream *stream = run->streams[index].decl;

	pkdi_out_text(out, "name", stream->name);
	pkdi_out_text(out, "type", stream->type);
	pkdi_out_text(out, "node", run->program->nodes[stream->writer].name);
	pkdi_out_unsigned(out, "slots", stream->n_slots);
	pkdi_out_unsigned(out, "bytes", (uint64_t)stream->n_slots * stream->slot_size);
	if (stream->private_at)
		pkdi_out_text(out, "private", stream->private_at);
}

void pkdi_name_edge(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                    struct pkdi_out *out)
{
	const struct pkd_node *node = &run->program->nodes[cursor->index];
	const struct pkd_input *input = &node->inputs[cursor->part];

	pkdi_out_text(out, "stream", run->program->streams[input->stream].name);
	pkdi_out_text(out, "node", node->name);
	pkdi_out_text(out, "input", input->name);
}

static void describe_edge(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                          struct pkdi_out *out)
{
	const struct pkd_input *input = &run->program->nodes[cursor->index].inputs[cursor->part];

	pkdi_name_edge(run, cursor, out);
	pkdi_out_text(out, "policy", policies[input->policy]);
	pkdi_out_unsigned(out, "window", input->window);
	pkdi_out_text(out, "at", input->at);
}

static void describe_param(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	struct pkdi_param target;
	char name[PKDI_NAME_SIZE], text[512];

	pkdi_param_nth(run->program, index, &target);
	pkdi_param_name(&target, name);
	pkdi_out_text(out, "name", name);
	if (*target.param->doc)
		pkdi_out_text(out, "doc", target.param->doc);
	pkdi_value_describe(target.param, text, sizeof(text));
	pkdi_out_text(out, "takes", *text ? text : "true|false");
	pkdi_value_range(target.param, text, sizeof(text));
	if (*text)
		pkdi_out_text(out, "range", text);
	if (target.param->capacity)
		pkdi_out_unsigned(out, "capacity", target.param->capacity);
	if (pkdi_param_is_secret(run->program, &target))
		pkdi_out_bool(out, "secret", true);
}

void pkdi_write_describe(struct pkdi_run *run, const struct pkdi_request *request,
                         struct pkdi_out *out)
{
	const struct pkdi_cursor *cursor = &request->cursor;

	switch (cursor->section) {
	case PKDI_SECTION_PROCESS:
		pkdi_out_open(out, "process", '{');
		pkdi_out_text(out, "name", run->processes[cursor->index].decl->name);
		break;
	case PKDI_SECTION_NODE:
		pkdi_out_open(out, "node", '{');
		describe_node(run, cursor->index, out);
		break;
	case PKDI_SECTION_STREAM:
		pkdi_out_open(out, "stream", '{');
		describe_stream(run, cursor->index, out);
		break;
	case PKDI_SECTION_EDGE:
		pkdi_out_open(out, "edge", '{');
		describe_edge(run, cursor, out);
		break;
	case PKDI_SECTION_PARAM:
		pkdi_out_open(out, "param", '{');
		describe_param(run, cursor->index, out);
		break;
	case PKDI_SECTION_COMMAND:
		pkdi_out_open(out, "command", '{');
		pkdi_call_describe(run, cursor, out);
		break;
	case PKDI_SECTION_TYPE:
		pkdi_out_open(out, "type", '{');
		pkdi_types_write(request->types, cursor->index, out);
		break;
	case PKDI_SECTION_LINE:
	case PKDI_SECTION_TRACE:
	case PKDI_SECTION_WHOLE:
		pkdi_out_open(out, "program", '{');
		pkdi_out_text(out, "name", run->program->name);
		pkdi_out_text(out, "doc", run->program->doc);
		pkdi_out_text(out, "source", run->program->source);
		pkdi_out_unsigned(out, "bytes", run->program->memory);
		break;
	}
	pkdi_out_close(out, '}');
}
