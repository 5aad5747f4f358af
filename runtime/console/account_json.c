#define _GNU_SOURCE
#include "console/account_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/write.h"

static void tell_some(struct pkdi_out *out, const char *name, uint64_t n)
{
	if (n)
		pkdi_out_unsigned(out, name, n);
}

/* Of the inputs that have this one's name: those of a bank. 0 where an earlier one has it. */
static uint64_t lacked(const struct pkd_node *node, const struct pkdi_edge_account *account,
                       uint32_t input)
{
	const char *name = node->inputs[input].name;
	uint64_t n = 0;

	for (uint32_t i = 0; i < node->n_inputs && i < PKDI_LACKERS; i++) {
		if (strcmp(node->inputs[i].name, name) != 0)
			continue;
		if (i < input)
			return 0;
		n += account->lacked[i];
	}
	return n;
}

/* By the input that lacked them. */
static void tell_unjoined(const struct pkd_node *node, const struct pkdi_edge_account *account,
                          struct pkdi_out *out)
{
	if (!account->unjoined)
		return;
	pkdi_out_open(out, "unjoined", '{');
	for (uint32_t i = 0; i < node->n_inputs && i < PKDI_LACKERS; i++)
		tell_some(out, node->inputs[i].name, lacked(node, account, i));
	pkdi_out_close(out, '}');
}

static uint64_t refused_for(const struct pkdi_run *run, uint32_t node, uint32_t input)
{
	const struct pkd_stream *stream =
		&run->program->streams[run->program->nodes[node].inputs[input].stream];

	for (uint32_t i = 0; i < stream->n_readers; i++)
		if (stream->readers[i].node == node && stream->readers[i].input == input)
			return pkdi_account_refused_for(&run->nodes[stream->writer], stream->output,
			                                i);
	return 0;
}

void pkdi_tell_edge(const struct pkdi_run *run, uint32_t index, uint32_t i, struct pkdi_out *out)
{
	const struct pkdi_node *node = &run->nodes[index];
	const struct pkdi_input *input = &node->inputs[i];
	uint64_t taken = atomic_load(&input->words->cursor);
	struct pkdi_edge_account account;
	struct pkdi_node_account firings;

	pkdi_account_edge(node, i, &account);
	pkdi_account_node(node, &firings);
	pkdi_out_text(out, "stream", input->stream->name);
	pkdi_out_text(out, "node", node->decl->name);
	pkdi_out_text(out, "input", input->decl->name);
	pkdi_out_unsigned(out, "published", account.published);
	if (taken != PKDI_ENDED && !atomic_load(&node->orders->gone))
		pkdi_out_unsigned(out, "taken", taken - 1);
	if (input->role == PKDI_ROLE_FIRING) {
		pkdi_out_unsigned(out, "delivered", account.delivered);
		pkdi_out_unsigned(out, "in_flight", account.in_flight);
	}
	pkdi_out_unsigned(out, "dropped", account.dropped);
	tell_some(out, "thinned", account.thinned);
	tell_some(out, "other_worker", account.other_worker);
	tell_unjoined(node->decl, &account, out);
	tell_some(out, "failed", account.failed);
	tell_some(out, "rested", account.rested);
	tell_some(out, "left", account.left);
	tell_some(out, "refused", refused_for(run, index, i));
	if (input->role == PKDI_ROLE_HISTORY)
		tell_some(out, "looks", firings.firings);
	if (!account.n_looks)
		return;
	pkdi_out_unsigned(out, "looks", account.n_looks);
	pkdi_out_unsigned(out, "absent", account.n_absent);
}

void pkdi_tell_stream(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	const struct pkd_stream *stream = &run->program->streams[index];
	struct pkdi_stream_account account;

	pkdi_account_stream(&run->nodes[stream->writer], stream->output, &account);
	pkdi_out_text(out, "name", stream->name);
	pkdi_out_unsigned(out, "firings", account.firings);
	pkdi_out_unsigned(out, "published", account.published);
	tell_some(out, "absent", account.absent);
	tell_some(out, "refused", account.refused);
	tell_some(out, "paused", account.paused);
	tell_some(out, "failed", account.failed);
	tell_some(out, "rested", account.rested);
}

/* ---- The file ---- */

static void tell_all(const struct pkdi_run *run, int status, struct pkdi_out *out)
{
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "program", run->program->name);
	pkdi_out_signed(out, "status", status);
	pkdi_out_open(out, "nodes", '[');
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node_account account;

		pkdi_account_node(&run->nodes[i], &account);
		pkdi_out_open(out, NULL, '{');
		pkdi_out_text(out, "name", run->program->nodes[i].name);
		pkdi_out_text(out, "state", atomic_load(&run->orders[i].gone) ? "gone" : "ended");
		pkdi_out_unsigned(out, "firings", account.firings);
		tell_some(out, "failed", account.failed);
		tell_some(out, "rested", account.rested);
		pkdi_out_close(out, '}');
	}
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "streams", '[');
	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		pkdi_out_open(out, NULL, '{');
		pkdi_tell_stream(run, i, out);
		pkdi_out_close(out, '}');
	}
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "edges", '[');
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		for (uint32_t j = 0; j < run->program->nodes[i].n_inputs; j++) {
			if (run->program->nodes[i].inputs[j].stream == PKD_NONE)
				continue;
			pkdi_out_open(out, NULL, '{');
			pkdi_tell_edge(run, i, j, out);
			pkdi_out_close(out, '}');
		}
	}
	pkdi_out_close(out, ']');
	pkdi_out_close(out, '}');
}

int pkdi_account_write(const struct pkdi_run *run, int fd, int status)
{
	struct pkdi_out out = {.size = 4096};
	int r;

	do {
		free(out.text);
		out = (struct pkdi_out){.size = 2 * out.size};
		out.text = malloc(out.size);
		if (!out.text)
			return -ENOMEM;
		tell_all(run, status, &out);
	} while (out.is_full || out.n == out.size);
	out.text[out.n++] = '\n';
	r = pkdi_write_all(fd, out.text, out.n);
	free(out.text);
	return r;
}
