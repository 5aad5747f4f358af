#include "console/asks.h"

#include <stdio.h>
#include <string.h>

#include "console/out.h"
#include "console/set.h"

/* A name and a text, with every byte of both escaped. */
enum { LINE_SIZE = 6 * (PKDI_ASK_TEXT + 200) };

/* The text, whole, and its number; false: there is none that was not carried out, or it is being
 * written, and then the node rings once more. */
static bool take(const struct pkdi_ask *ask, const struct pkdi_ask_answer *answer,
                 uint64_t *ret_seq, char ret_text[PKDI_ASK_TEXT])
{
	*ret_seq = atomic_load_explicit(&ask->seq, memory_order_acquire);
	if (*ret_seq % 2 || *ret_seq == pkdi_read(&answer->seq))
		return false;
	memcpy(ret_text, ask->text, PKDI_ASK_TEXT);
	ret_text[PKDI_ASK_TEXT - 1] = '\0'; /* whatever the node has written */
	atomic_thread_fence(memory_order_acquire);
	return pkdi_read(&ask->seq) == *ret_seq;
}

static bool set(struct pkdi_run *run, const char *name, const char *text,
                struct pkdi_json_value *values, uint32_t n_values, struct pkdi_fault *fault)
{
	struct pkdi_json json = {.values = values, .max_values = n_values};
	char line[LINE_SIZE];
	struct pkdi_out out = {.text = line, .size = sizeof(line)};
	uint64_t version;

	pkdi_out_open(&out, NULL, '{');
	pkdi_out_text(&out, name, text);
	pkdi_out_close(&out, '}');
	if (out.is_full || !pkdi_json_read(&json, line, out.n))
		return pkdi_refuse(fault, "invalid_value", "it cannot be a value");
	return pkdi_set_values(run, &json, 0, 0, &version, fault);
}

static void answer(struct pkdi_ask_answer *to, uint64_t seq, bool is_taken, const char *reason)
{
	/* Where this process dies on the way, none was answered. */
	atomic_store_explicit(&to->seq, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&to->is_refused, !is_taken, memory_order_relaxed);
	snprintf(to->reason, sizeof(to->reason), "%.*s", (int)sizeof(to->reason) - 1,
	         is_taken ? "" : reason);
	atomic_store_explicit(&to->seq, seq, memory_order_release);
}

bool pkdi_asks_carry_out(struct pkdi_run *run, struct pkdi_json_value *values, uint32_t n_values)
{
	bool waits = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_settings *settings = &run->nodes[i].settings;

		for (uint32_t k = 0; k < settings->n; k++) {
			struct pkdi_fault fault = {.text = ""};
			char text[PKDI_ASK_TEXT];
			uint64_t seq;
			bool is_taken;

			if (!take(&settings->asks[k], &settings->answers[k], &seq, text))
				continue;
			is_taken = set(run, settings->items[k].name, text, values, n_values,
			               &fault);
			/* A newer text may take its place until then. */
			if (!is_taken && strcmp(fault.name, "busy") == 0) {
				waits = true;
				continue;
			}
			answer(&settings->answers[k], seq, is_taken, fault.text);
		}
	}
	return waits;
}
