/* table.jsonl: one object a line. Names and values are those of JSON in table.csv; the fields of a
 * record stand beside `frame` and `time_s`, so that other programs see one flat table. */
#include "json.h"
#include "only.h"
#include "row_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <table/jsonl.pkd.h>

enum { ROW = 0 }; /* input numbers, in the order of jsonl.pkd */

struct table_jsonl {
	struct pkd_ctx *ctx;
	const struct table_jsonl_params *params;
	struct row_file file;
	uint64_t n_replaced; /* bytes of texts that are no part of UTF-8 */
	bool has_told_replaced;
	struct table_sink sink;
	bool sampled;
	bool lacks_newline; /* the old content, at its end */
};

static void put(struct table_jsonl *self, const char *text)
{
	row_file_put(&self->file, text, strlen(text));
}

static void put_member(struct table_jsonl *self, const char *name, const struct pkd_type *type,
                       const void *value)
{
	put(self, ",");
	table_put_json_string(&self->sink, name, strlen(name));
	put(self, ":");
	if (value)
		table_put_json(&self->sink, type, value);
	else
		put(self, "null");
}

static void put_fields(struct table_jsonl *self, const struct pkd_type *type, const char *row)
{
	if (type->kind != PKD_RECORD) {
		put_member(self, table_only_name(type), type, row);
		return;
	}
	for (uint32_t i = 0; i < type->n; i++) {
		const struct pkd_field *field = &type->fields[i];

		put_member(self, field->name, field->type, row ? row + field->offset : NULL);
	}
}

static void put_source(struct table_jsonl *self, const void *row)
{
	const struct pkd_type time_type = {.kind = PKD_F64};
	char text[3 * TABLE_SCALAR_SIZE];
	double age_ms;

	if (!row) {
		put(self, ",\"source_frame\":null,\"age_ms\":null");
		return;
	}
	age_ms = (double)(pkd_age(self->ctx, row) / 1000) / 1000;
	snprintf(text, sizeof(text),
	         ",\"source_frame\":%" PRIu64 ",\"age_ms\":", pkd_frame_of(row)->number);
	put(self, text);
	table_put_json(&self->sink, &time_type, &age_ms);
}

static void put_row(struct table_jsonl *self, const void *row)
{
	char text[2 * TABLE_SCALAR_SIZE];

	if (self->lacks_newline)
		put(self, "\n");
	snprintf(text, sizeof(text), "{\"frame\":%" PRIu64, pkd_number(self->ctx));
	put(self, text);
	if (!self->params->untimed) {
		put(self, ",\"time_s\":");
		table_seconds(pkd_time(self->ctx), self->params->digits, text);
		put(self, text);
	}
	if (self->params->wall_clock) {
		table_date(table_time_of_day(), text);
		put(self, ",\"wall_clock\":\"");
		put(self, text);
		put(self, "\"");
	}
	if (self->sampled)
		put_source(self, row);
	if (self->params->T)
		put_fields(self, self->params->T, row);
	put(self, "}\n");
}

int table_jsonl_init(struct table_jsonl *self, const struct table_jsonl_params *params,
                     struct pkd_ctx *ctx)
{
	const struct table_jsonl_state *state = table_jsonl_get_state(ctx);
	int error;

	self->ctx = self->file.ctx = ctx;
	self->params = params;
	self->file.path = params->path;
	self->file.append = params->append;
	self->file.rules = ROW_FILE_RULES(params, ".jsonl");
	self->file.mark = state->mark;
	self->file.before = table_jsonl_get_before(ctx);
	self->file.made = table_jsonl_get_made(ctx);
	self->sampled = pkd_sampled(ctx, ROW);
	self->sink = (struct table_sink){row_file_put, &self->file, params->digits,
	                                 &self->n_replaced};
	error = row_file_open(&self->file);
	if (!error && row_file_has_old(&self->file))
		error = row_file_lacks_newline(&self->file, &self->lacks_newline);
	return error;
}

int table_jsonl_step(struct table_jsonl *self, const struct table_jsonl_in *in,
                     struct table_jsonl_out *out, struct pkd_ctx *ctx)
{
	struct table_jsonl_state *state = table_jsonl_get_state(ctx);
	bool is_new;
	int error;

	(void)out;
	self->ctx = self->file.ctx = ctx;
	error = row_file_begin_row(&self->file, &is_new);
	if (error)
		return error;
	put_row(self, in->row);
	error = row_file_end_row(&self->file);
	if (error)
		return error;
	table_tell_replaced(ctx, pkd_number(ctx), self->n_replaced, &self->has_told_replaced);
	self->lacks_newline = false;
	state->mark = self->file.mark;
	return PKD_OK;
}

void table_jsonl_finish(struct table_jsonl *self)
{
	row_file_close(&self->file);
}

PKD_NODE(table_jsonl);
