/* text.print: one write for each line, so that those of several programs do not mix. */
#include "../base/sink_file.h"
#include "../base/utf8.h"

#include <stdlib.h>
#include <text/print.pkd.h>

struct text_print {
	struct sink_file file;
	const struct text_print_params *params;
	bool is_terminal;
	char *buffer; /* a line in which each byte was replaced, and its newline */
};

int text_print_init(struct text_print *self, const struct text_print_params *params,
                    struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->file.fd = -1;
	self->buffer = malloc((sizeof(UTF8_REPLACEMENT) - 1) * (size_t)params->N + 1);
	if (!self->buffer)
		return pkd_error(ctx, ENOMEM, "no memory for a line of %u bytes", params->N);
	error = sink_file_open(&self->file, ctx, "-", true);
	if (error)
		free(self->buffer);
	else
		self->is_terminal = isatty(self->file.fd);
	return error;
}

/* What would move the cursor or worse; a tab does no harm. */
static bool is_control(const char *c)
{
	unsigned char first = (unsigned char)c[0];

	return (first < ' ' && first != '\t') || first == 0x7f ||
	       (first == 0xc2 && (unsigned char)c[1] < 0xa0);
}

static size_t make_line(struct text_print *self, const char *text, size_t n)
{
	size_t used = 0;

	while (n > 0) {
		size_t length = utf8_length(text, n);
		bool is_good = length && !(self->is_terminal && is_control(text));
		size_t size = is_good ? length : sizeof(UTF8_REPLACEMENT) - 1;

		memcpy(self->buffer + used, is_good ? text : UTF8_REPLACEMENT, size);
		used += size;
		text += length ? length : 1;
		n -= length ? length : 1;
	}
	self->buffer[used++] = '\n';
	return used;
}

int text_print_step(struct text_print *self, const struct text_print_in *in,
                    struct text_print_out *out, struct pkd_ctx *ctx)
{
	size_t n = make_line(self, in->line->text, pkd_length(&in->line->len, self->params->N));
	int error = sink_file_append(&self->file, self->buffer, n);

	(void)out;
	if (error)
		return pkd_error(ctx, -error, "cannot print: %s", sink_file_error(-error));
	return PKD_OK;
}

void text_print_finish(struct text_print *self)
{
	sink_file_close(&self->file);
	free(self->buffer);
}

PKD_NODE(text_print);
