#include "console/why.h"

#include <stdio.h>
#include <string.h>

#include "console/names.h"
#include "node/policy.h"
#include "options/levels.h"

/* ---- Asking ---- */

/* A node, or one of a pipeline, a bank or a pool of that name. */
static bool is_of_node(const struct pkdi_run *run, uint32_t node, const char *name)
{
	return pkdi_name_means(run->program, name, strlen(name), node);
}

static bool is_there(const struct pkdi_run *run, const char *name)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (is_of_node(run, i, name))
			return true;
	for (uint32_t i = 0; i < run->program->n_streams; i++)
		if (!strcmp(run->program->streams[i].name, name))
			return true;
	return false;
}

bool pkdi_begin_why(struct pkdi_run *run, struct pkdi_request *request,
                    const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	uint32_t frame = pkdi_json_member(json, parameters, "frame");
	uint32_t of = pkdi_json_member(json, parameters, "of");
	const char *known;

	if (!pkdi_json_unsigned(json, frame, &request->version) || !request->version ||
	    request->version > INT64_MAX)
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"frame\" is the number of a frame, from 1");
	request->of[0] = '\0';
	if (of == PKDI_JSON_NONE)
		return true;
	if (!pkdi_json_string(json, of, request->of, sizeof(request->of)) || !*request->of)
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"of\" is the name of a stream or of a node");
	if (is_there(run, request->of))
		return true;
	known = pkdi_names_where(run->program, request->of);
	if (!known)
		return pkdi_refuse(fault, "unknown_name", "there is no stream or node '%.160s'",
		                   request->of);
	snprintf(request->of, sizeof(request->of), "%s", known);
	return true;
}

bool pkdi_why_is_asked(const struct pkdi_run *run, const struct pkdi_request *request,
                       const struct pkdi_cursor *cursor)
{
	uint32_t index = cursor->index;
	const struct pkd_stream *stream;

	if (cursor->section == PKDI_SECTION_EDGE) {
		const struct pkdi_input *input = &run->nodes[index].inputs[cursor->part];

		if (input->role != PKDI_ROLE_FIRING)
			return false;
		if (!*request->of || is_of_node(run, index, request->of))
			return true;
		index = input->index;
	}
	stream = &run->program->streams[index];
	return !*request->of || !strcmp(stream->name, request->of) ||
	       is_of_node(run, stream->writer, request->of);
}

/* ---- Frames and values ---- */

/* The value of a frame on a stream: its seq; 0 where there is none. `is_known` says whether that is
 * so, and `is_decided` whether it stays so. */
struct value {
	uint64_t seq;
	bool is_known, is_decided;
};

static struct value value_of(const struct pkdi_run *run, uint32_t index, uint64_t frame)
{
	const struct pkd_stream *decl = &run->program->streams[index];
	const struct pkdi_output *output = &run->nodes[decl->writer].outputs[decl->output];
	struct value value = {.is_known = true};
	struct pkdi_span_copy step, next;
	/* The watermark first: what it says will not come is then looked for in what has. */
	uint64_t settled = atomic_load(&run->streams[index].words->settled);
	uint64_t head = atomic_load(&run->streams[index].words->head), seq;

	value.is_decided = settled >= frame || pkdi_run_has_ended(run, decl->writer);
	switch (pkdi_spans_find(&output->steps, frame, true, &step, &next)) {
	case PKDI_FORGOTTEN:
		value.is_known = false;
		break;
	case PKDI_FOUND_NOT:
		break;
	case PKDI_FOUND:
		seq = step.from + (frame - step.what);
		if ((!next.from || seq < next.from) && seq <= head)
			value.seq = seq;
		break;
	}
	value.is_decided |= value.seq != 0;
	return value;
}

/* The frame of a value; 0: it is not known. */
static uint64_t frame_of(const struct pkdi_run *run, uint32_t index, uint64_t seq)
{
	const struct pkd_stream *decl = &run->program->streams[index];
	const struct pkdi_output *output = &run->nodes[decl->writer].outputs[decl->output];
	struct pkdi_span_copy step, next;

	if (pkdi_spans_find(&output->steps, seq, false, &step, &next) != PKDI_FOUND)
		return 0;
	return step.what + (seq - step.from);
}

/* ---- What became of a value on an edge ---- */

struct fate {
	const char *name;
	uint32_t lacker; /* unjoined: the input; else PKD_NONE */
	uint64_t until;  /* dropped: up to before this value; else 0 */
};

static struct fate remembered(const struct pkdi_input *input, uint64_t seq, uint64_t frame)
{
	static const char *const names[] = {
		[PKDI_FATE_DROPPED] = "dropped",
		[PKDI_FATE_THINNED] = "thinned",
		[PKDI_FATE_OTHER_WORKER] = "other_worker",
		[PKDI_FATE_FAILED] = "failed",
		[PKDI_FATE_RESTED] = "rested",
		[PKDI_FATE_UNJOINED] = "unjoined",
	};
	struct fate fate = {.name = "delivered", .lacker = PKD_NONE};
	struct pkdi_span_copy span, next;
	enum pkdi_found found = pkdi_spans_find(&input->why, seq, false, &span, &next);
	uint32_t column = (uint32_t)(span.what & 0xff);

	if (found == PKDI_FOUND && seq < span.to && column <= PKDI_FATE_UNJOINED && names[column]) {
		fate.name = names[column];
		if (column == PKDI_FATE_UNJOINED)
			fate.lacker = (uint32_t)(span.what >> 8);
		if (column == PKDI_FATE_DROPPED)
			fate.until = span.to;
	} else if (pkdi_is_thinned(input->decl, frame)) {
		fate.name = input->shares ? "other_worker" : "thinned";
	} else if (found == PKDI_FORGOTTEN) {
		fate.name = "unknown";
	}
	return fate;
}

static struct fate fate_of(const struct pkdi_node *node, const struct pkdi_input *input,
                           uint64_t seq, uint64_t frame)
{
	struct fate fate = {.name = "in_flight", .lacker = PKD_NONE};
	uint64_t position = pkdi_position(input->words), most, newest;
	bool in_hand = pkdi_read(&input->words->chosen) == position;

	if (seq < position)
		return remembered(input, seq, frame);
	if (pkdi_read(&input->words->cursor) == PKDI_ENDED || atomic_load(&node->orders->gone))
		fate.name = "left";
	if (strcmp(fate.name, "left") != 0 && input->decl->policy == PKD_LATEST &&
	    !(in_hand && seq == position)) {
		most = input->thins ? input->ring.depth : input->window;
		newest = atomic_load(&input->ring.words->head);
		if (seq + most <= newest)
			fate.name = "dropped";
	}
	return fate;
}

/* ---- Lines ---- */

/* Why the writer has made no value of a frame for this stream. */
static void tell_none(const struct pkdi_run *run, const struct pkd_stream *stream, uint64_t frame,
                      struct pkdi_out *out)
{
	static const char *const names[] = {
		[PKDI_LOST_FAILED] = "failed",
		[PKDI_LOST_REFUSED] = "refused",
		[PKDI_LOST_PAUSED] = "paused",
		[PKDI_LOST_RESTED] = "rested",
	};
	const struct pkdi_node *writer = &run->nodes[stream->writer];
	const struct pkd_node *decl = writer->decl;
	struct pkdi_span_copy span, next;
	enum pkdi_found found = pkdi_spans_find(&writer->why, frame, false, &span, &next);
	uint32_t lost = (uint32_t)(span.what & 0xff), reader = (uint32_t)(span.what >> 8);

	if (found == PKDI_FOUND && frame < span.to && lost < PKDI_LOST_NO_FRAME && names[lost]) {
		pkdi_out_text(out, "state", names[lost]);
		for (uint32_t i = 0; lost == PKDI_LOST_REFUSED && i < decl->n_outputs; i++) {
			const struct pkdi_output *output = &writer->outputs[i];

			if (reader < output->n_gates) {
				uint32_t index = output->stream->readers[reader].node;

				pkdi_out_text(out, "for", run->program->nodes[index].name);
				return;
			}
			reader -= output->n_gates;
		}
		return;
	}
	for (uint32_t i = 0; !decl->fires_any && i < decl->n_inputs; i++) {
		const struct pkdi_input *input = &writer->inputs[i];
		struct value value;
		struct fate fate = {.name = "none", .lacker = PKD_NONE};

		if (input->role != PKDI_ROLE_FIRING || input->decl->optional)
			continue;
		value = value_of(run, input->index, frame);
		if (value.seq)
			fate = fate_of(writer, input, value.seq, frame);
		if (!strcmp(fate.name, "delivered"))
			continue;
		if (!value.is_known || !strcmp(fate.name, "unknown")) {
			pkdi_out_text(out, "state", "unknown");
			return;
		}
		pkdi_out_text(out, "state", "not_fired");
		pkdi_out_text(out, "input",
		              fate.lacker < decl->n_inputs ? decl->inputs[fate.lacker].name
		                                           : input->decl->name);
		return;
	}
	pkdi_out_text(out, "state", found == PKDI_FORGOTTEN ? "unknown" : "absent");
}

static void tell_stream(const struct pkdi_run *run, uint32_t index, uint64_t frame,
                        struct pkdi_out *out)
{
	const struct pkd_stream *stream = &run->program->streams[index];
	struct value value = value_of(run, index, frame);

	pkdi_out_text(out, "name", stream->name);
	pkdi_out_text(out, "node", run->program->nodes[stream->writer].name);
	if (value.seq) {
		pkdi_out_text(out, "state", "published");
		pkdi_out_unsigned(out, "value", value.seq);
	} else if (!value.is_known) {
		pkdi_out_text(out, "state", "unknown");
	} else if (!value.is_decided) {
		pkdi_out_text(out, "state", "not_yet");
	} else if (frame > pkdi_record_number(&run->nodes[stream->writer].words->record) &&
	           pkdi_node_is_source(run->nodes[stream->writer].decl)) {
		pkdi_out_text(out, "state", "never");
	} else {
		tell_none(run, stream, frame, out);
	}
}

static void tell_edge(const struct pkdi_run *run, uint32_t index, uint32_t part, uint64_t frame,
                      struct pkdi_out *out)
{
	const struct pkdi_node *node = &run->nodes[index];
	const struct pkdi_input *input = &node->inputs[part];
	struct value value = value_of(run, input->index, frame);
	struct fate fate = {.name = "none", .lacker = PKD_NONE};

	if (value.seq)
		fate = fate_of(node, input, value.seq, frame);
	else if (!value.is_known)
		fate.name = "unknown";
	pkdi_out_text(out, "stream", input->stream->name);
	pkdi_out_text(out, "node", node->decl->name);
	pkdi_out_text(out, "input", input->decl->name);
	pkdi_out_text(out, "state", fate.name);
	if (fate.lacker < node->decl->n_inputs)
		pkdi_out_text(out, "lacked", node->decl->inputs[fate.lacker].name);
	if (fate.until && (frame = frame_of(run, input->index, fate.until)))
		pkdi_out_unsigned(out, "instead", frame);
}

void pkdi_write_why(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out)
{
	const struct pkdi_cursor *cursor = &request->cursor;

	if (cursor->section == PKDI_SECTION_STREAM) {
		pkdi_out_open(out, "stream", '{');
		tell_stream(run, cursor->index, request->version, out);
		pkdi_out_close(out, '}');
	} else if (cursor->section == PKDI_SECTION_EDGE) {
		pkdi_out_open(out, "edge", '{');
		tell_edge(run, cursor->index, cursor->part, request->version, out);
		pkdi_out_close(out, '}');
	} else {
		pkdi_out_unsigned(out, "frame", request->version);
		pkdi_out_bool(out, "remembers", run->n_spans > 0);
	}
}
