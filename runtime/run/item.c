#include "run/item.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "os/utf8.h"
#include "run/run.h"

enum { SHOWN = 96, MAX_DEPTH = 8 };

/* The value that fires the node, in the map of the supervisor. */
static const struct pkd_frame *in_hand(const struct pkdi_run *run, const struct pkdi_input *input,
                                       uint64_t number)
{
	const struct pkd_stream *stream = input->stream;
	const struct pkdi_output *output = &run->nodes[stream->writer].outputs[stream->output];
	uint64_t seq = pkdi_position(input->words);
	const struct pkd_frame *frame;
	uint32_t slot = seq == PKDI_ENDED ? PKDI_NO_SLOT : pkdi_ring_find(&output->ring, seq);

	if (slot >= stream->n_slots)
		return NULL;
	frame = (const void *)(output->data + (size_t)slot * stream->slot_size);
	return frame->number == number ? frame : NULL;
}

/* The first text in the value, and the name of its field. NULL: there is none. */
static const struct pkd_type *first_text(const struct pkd_type *type, const char **value,
                                         const char **ret_field)
{
	*ret_field = NULL;
	for (int depth = 0; type && depth < MAX_DEPTH && type->kind == PKD_RECORD; depth++) {
		const struct pkd_type *found = NULL;

		for (uint32_t i = 0; i < type->n && !found; i++) {
			const struct pkd_field *field = &type->fields[i];

			if (field->type->kind != PKD_STRING && field->type->kind != PKD_RECORD)
				continue;
			found = field->type;
			*value += field->offset;
			*ret_field = field->name;
		}
		type = found;
	}
	return type && type->kind == PKD_STRING ? type : NULL;
}

/* Any thread of the writer could have changed it: nothing of it is believed. */
static void put_text(const char *value, const struct pkd_type *type, char ret_text[SHOWN + 4])
{
	uint32_t len, n = 0;

	memcpy(&len, value, sizeof(len));
	if (len > type->n)
		len = type->n;
	value += sizeof(len);
	while (n < len && n < SHOWN) {
		size_t length = pkdi_utf8_length(value + n, len - n);
		bool is_plain = length && (length > 1 || ((unsigned char)value[n] >= ' ' &&
		                                          value[n] != 0x7f && value[n] != '\''));

		if (length > 1 && n + length > SHOWN)
			break;
		memcpy(ret_text + n, value + n, length ? length : 1);
		if (!is_plain)
			ret_text[n] = '?';
		n += length ? (uint32_t)length : 1;
	}
	snprintf(ret_text + n, 4, "%s", n < len ? "..." : "");
}

static bool show_text(const struct pkdi_run *run, const struct pkdi_input *input, uint64_t number,
                      char *to, size_t size)
{
	const struct pkd_frame *frame = in_hand(run, input, number);
	const struct pkd_node *writer = &run->program->nodes[input->stream->writer];
	const struct pkd_type *type = writer->outputs[input->stream->output].type;
	const char *value, *field;
	char text[SHOWN + 4];

	if (!frame || input->stream->private_at)
		return false;
	value = (const char *)(frame + 1);
	type = first_text(type, &value, &field);
	if (!type)
		return false;
	put_text(value, type, text);
	snprintf(to, size, " (%.40s%s%.24s '%s')", input->decl->name, field ? "." : "",
	         field ? field : "", text);
	return true;
}

bool pkdi_item_show(const struct pkdi_run *run, const struct pkdi_node *node,
                    char ret_text[PKDI_ITEM_SIZE])
{
	uint64_t number = pkdi_read(&node->words->in_hand);
	int n = snprintf(ret_text, PKDI_ITEM_SIZE, "frame %" PRIu64, number);

	if (number <= pkdi_record_number(&node->words->record))
		return false; /* it has finished that one */
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		const struct pkdi_input *input = &node->inputs[i];

		if (input->role == PKDI_ROLE_FIRING && input->stream && !node->decl->fires_any &&
		    show_text(run, input, number, ret_text + n, PKDI_ITEM_SIZE - (size_t)n))
			return true;
	}
	return false;
}
