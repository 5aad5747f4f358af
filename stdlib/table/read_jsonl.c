/* table.read_jsonl: a line is an object, and a row. */
#include "extra.h"
#include "row_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <table/read_jsonl.pkd.h>

struct table_read_jsonl {
	const struct table_read_jsonl_params *params;
	struct row_source source;
	struct table_extra extra;
};

static bool is_space(const char *text, size_t n)
{
	while (n > 0 && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')) {
		text++;
		n--;
	}
	return n == 0;
}

static enum row_result find_row(void *node, const char *text, size_t n, bool is_last, bool is_full,
                                void *row, struct row_found *ret_found)
{
	struct table_read_jsonl *self = node;
	struct parse_members members = {table_extra_tell, &self->extra, self->params->time, 0,
	                                false};
	const char *newline = memchr(text, '\n', n);

	(void)is_full;
	if (!newline && !is_last)
		return ROW_MORE;
	n = newline ? (size_t)(newline - text) : n;
	ret_found->used = n + (newline != NULL);
	if (is_space(text, n))
		return ROW_NO_ROW;
	if (!parse_json_row(&self->source.parse, self->params->T, text, n, row, &members))
		return ROW_BAD;
	ret_found->time_ns = members.time_ns;
	return ROW_FOUND;
}

int table_read_jsonl_init(struct table_read_jsonl *self,
                          const struct table_read_jsonl_params *params, struct pkd_ctx *ctx)
{
	const struct table_read_jsonl_state *state = table_read_jsonl_get_state(ctx);
	struct row_source *source = &self->source;

	self->params = params;
	source->ctx = ctx;
	source->place = state->place;
	source->T = params->T;
	source->bad = params->bad;
	source->is_paced = *params->time;
	source->find = find_row;
	source->node = self;
	self->extra.type = params->T->name;
	self->extra.known = params->time;
	return row_source_open(source, params->source);
}

int table_read_jsonl_step(struct table_read_jsonl *self, const struct table_read_jsonl_in *in,
                          struct table_read_jsonl_out *out, struct pkd_ctx *ctx)
{
	struct table_read_jsonl_state *state = table_read_jsonl_get_state(ctx);

	(void)in;
	self->source.ctx = self->extra.ctx = ctx;
	self->source.speed = self->params->speed;
	return row_source_step(&self->source, out->row, &state->place);
}

int table_read_jsonl_ready(struct table_read_jsonl *self, struct pkd_ctx *ctx)
{
	return source_file_ready(&self->source.file, ctx);
}

void table_read_jsonl_finish(struct table_read_jsonl *self)
{
	row_source_close(&self->source);
}

PKD_WATCHING_NODE(table_read_jsonl);
