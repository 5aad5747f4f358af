/* table.to_json: a value is a text. */
#include "json_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <table/to_json.pkd.h>

enum { ERROR = 1 }; /* output numbers, in the order of to_json.pkd */

struct table_to_json {
	const struct table_to_json_params *params;
};

int table_to_json_init(struct table_to_json *self, const struct table_to_json_params *params,
                       struct pkd_ctx *ctx)
{
	self->params = params;
	if (!table_json_is_whole(params->T))
		return pkd_error(ctx, EINVAL,
		                 "JSON has no images: give the other fields of %s alone, or make a "
		                 "JPEG of the image by image.jpeg",
		                 params->T->name);
	return PKD_OK;
}

int table_to_json_step(struct table_to_json *self, const struct table_to_json_in *in,
                       struct table_to_json_out *out, struct pkd_ctx *ctx)
{
	uint32_t N = self->params->N;
	size_t n = table_json_text(self->params->T, in->value, out->text->text, N);
	char why[200];

	if (n <= N) {
		out->text->len = (uint32_t)n;
		out->text->text[n] = '\0';
		table_to_json_absent_error(ctx);
		return PKD_OK;
	}
	snprintf(why, sizeof(why),
	         "the JSON has %zu bytes, and there is room for N = %" PRIu32 ": write N: %zu", n,
	         N, n);
	if (!pkd_wanted(ctx, ERROR))
		return pkd_error(ctx, EMSGSIZE, "%s", why);
	out->text->len = 0;
	table_to_json_absent_text(ctx);
	pkd_string_set(out->error, why);
	return PKD_OK;
}

void table_to_json_finish(struct table_to_json *self)
{
	(void)self;
}

PKD_NODE(table_to_json);
