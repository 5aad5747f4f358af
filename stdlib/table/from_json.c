/* table.from_json: a text is a value. */
#include "extra.h"
#include "parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <table/from_json.pkd.h>

enum { ERROR = 1 }; /* output numbers, in the order of from_json.pkd */

struct table_from_json {
	const struct table_from_json_params *params;
	struct parse parse;
	struct table_extra extra;
};

int table_from_json_init(struct table_from_json *self, const struct table_from_json_params *params,
                         struct pkd_ctx *ctx)
{
	const struct pkd_type *S = params->S;

	self->params = params;
	self->extra.type = params->T->name;
	self->extra.known = "";
	if (S->kind != PKD_STRING && S->kind != PKD_BYTES)
		return pkd_error(ctx, EINVAL,
		                 "a text is a string<N> or bytes<N>, and not %s: give one of these",
		                 S->name);
	if (!parse_is_possible(&self->parse, params->T))
		return pkd_error(ctx, EINVAL, "cannot read a %s: %s", params->T->name,
		                 self->parse.why);
	self->parse.scratch_size = (size_t)S->n + 8;
	self->parse.scratch = malloc(self->parse.scratch_size);
	return self->parse.scratch ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for a text");
}

static bool read_text(struct table_from_json *self, const void *text, void *ret_value)
{
	struct parse_members members = {table_extra_tell, &self->extra, "", 0, false};
	const struct pkd_type *type = self->params->T;
	uint32_t n = pkd_length(text, self->params->S->n);
	const char *from = (const char *)text + sizeof(uint32_t);

	if (type->kind == PKD_RECORD)
		return parse_json_row(&self->parse, type, from, n, ret_value, &members);
	return parse_json(&self->parse, type, from, n, ret_value);
}

int table_from_json_step(struct table_from_json *self, const struct table_from_json_in *in,
                         struct table_from_json_out *out, struct pkd_ctx *ctx)
{
	self->extra.ctx = ctx;
	if (read_text(self, in->text, out->value)) {
		table_from_json_absent_error(ctx);
		return PKD_OK;
	}
	if (!pkd_wanted(ctx, ERROR))
		return pkd_error(ctx, EINVAL, "cannot read a %s: %s", self->params->T->name,
		                 self->parse.why);
	table_from_json_absent_value(ctx);
	pkd_string_set(out->error, self->parse.why);
	return PKD_OK;
}

void table_from_json_finish(struct table_from_json *self)
{
	free(self->parse.scratch);
}

PKD_NODE(table_from_json);
