#include "run/check.h"

#include <errno.h>

#include "node/policy.h"
#include "node/say.h"
#include "run/run.h"

static bool is_input_sound(const struct pkd_node *node, const struct pkd_input *input)
{
	if (input->port >= node->n_ports || input->first > input->last || input->last > 0)
		return false;
	if (input->stream == PKD_NONE)
		return true;
	/* A window holds the history and at least one frame more. */
	if (input->first < 0 && input->policy != PKD_SAMPLE &&
	    (int64_t)input->window <= -(int64_t)input->first)
		return false;
	if (input->pool && (input->policy != PKD_QUEUE || input->last < 0 || input->every_n < 2 ||
	                    input->every_from >= PKDI_MAX_SLOTS))
		return false;
	return input->last == 0 || (input->policy == PKD_QUEUE && !node->fires_any);
}

static bool is_node_sound(const struct pkd_program *program, const struct pkd_node *node)
{
	for (uint32_t i = 0; i < node->n_inputs; i++)
		if (!is_input_sound(node, &node->inputs[i]))
			return false;
	if (node->orders > program->n_nodes ||
	    (node->orders && (!node->n_inputs || !node->n_outputs)))
		return false;
	if (node->flushes && (!node->n_inputs || (node->n_outputs && !node->fires_any)))
		return false;
	if (node->wakes && (!node->fires_any || !node->n_inputs))
		return false;
	return !node->fires_any || node->origin != PKD_NOT_ORIGIN;
}

static bool is_stream_sound(const struct pkd_program *program, const struct pkd_stream *stream)
{
	uint64_t n_pins = 0;
	uint32_t window = 1;

	for (uint32_t i = 0; i < stream->n_readers; i++) {
		const struct pkd_reader *reader = &stream->readers[i];
		const struct pkd_input *input = pkdi_reader_input(program, reader);

		n_pins += input->n_pins;
		if (input->window > window)
			window = input->window;
		if (input->n_pins !=
		    pkdi_policy_pins(input, program->nodes[reader->node].fires_any))
			return false;
	}
	return stream->ring_size >= window && stream->n_slots >= stream->ring_size + n_pins + 1 &&
	       stream->n_slots <= PKDI_FILLING &&
	       stream->slot_size >= sizeof(struct pkd_frame) + stream->value_size &&
	       stream->slot_size >= 2 * PKDI_LINE && stream->slot_size % PKDI_LINE == 0;
}

/* A table that disagrees would corrupt values silently. */
int pkdi_check(const struct pkd_program *program, const struct pkdi_log *log)
{
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (is_node_sound(program, node))
			continue;
		pkdi_node_log(log, node, "its table is inconsistent: run pkdc build again");
		return -EINVAL;
	}
	for (uint32_t i = 0; i < program->n_streams; i++) {
		if (is_stream_sound(program, &program->streams[i]))
			continue;
		pkdi_log(log, "stream %s: its table is inconsistent: run pkdc build again",
		         program->streams[i].name);
		return -EINVAL;
	}
	return 0;
}
