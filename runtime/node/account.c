#include "node/account.h"

#include "node/node.h"
#include "node/policy.h"

/* How often a reading is tried that another process changes meanwhile. It takes a tenth of a
 * microsecond. */
enum { MAX_TRIES = 10000 };

uint32_t pkdi_account_of_input(const struct pkd_node *decl, const struct pkd_input *input)
{
	uint32_t n_lackers = decl->n_inputs < PKDI_LACKERS ? decl->n_inputs : PKDI_LACKERS;

	if (pkdi_policy_role(input) != PKDI_ROLE_FIRING)
		return 0;
	return PKDI_FATE_UNJOINED + (decl->fires_any || decl->n_inputs < 2 ? 0 : n_lackers);
}

uint32_t pkdi_account_of_node(uint32_t n_outputs, uint32_t n_readers)
{
	return PKDI_LOST_ABSENT + n_outputs + n_readers;
}

/* ---- Counting ---- */

void pkdi_account_pass(struct pkdi_input *input, uint64_t to, enum pkdi_fate fate)
{
	_Atomic uint64_t *counts = pkdi_ledger_begin(&input->ledger, input->cursor);

	pkdi_count(&counts[fate], to - input->cursor);
	pkdi_ledger_end(counts, to);
	/* Otherwise the number of the frame says it. */
	if (fate == PKDI_FATE_FAILED || fate == PKDI_FATE_RESTED || input->decl->every_ns ||
	    input->pool.claims)
		pkdi_spans_append(&input->why, input->cursor, to, fate);
}

void pkdi_account_choose(struct pkdi_input *input, uint64_t to, uint64_t from)
{
	_Atomic uint64_t *counts = pkdi_ledger_begin(&input->ledger, input->cursor);

	if (from > to)
		from = to;
	pkdi_count(&counts[PKDI_FATE_DROPPED], from - input->cursor);
	pkdi_count(&counts[PKDI_FATE_THINNED], to - from);
	pkdi_ledger_end(counts, to);
	if (from > input->cursor)
		pkdi_spans_append(&input->why, input->cursor, from, PKDI_FATE_DROPPED);
	if (to > from)
		pkdi_spans_append(&input->why, from, to, PKDI_FATE_THINNED);
}

/* One that is past the frame without having had it. An input that has been advanced past it may
 * have had it: its value came earlier than that of another one, or it was advanced before a death
 * in the midst of this. Only where all are such ones, the first is as good as any. */
static uint32_t find_lacker(const struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number)
{
	uint32_t found = n_inputs;

	for (uint32_t i = 0; i < n_inputs; i++) {
		const struct pkdi_input *input = &inputs[i];

		if (!pkdi_policy_fires(input) || input->fires || input->decl->optional ||
		    (!input->front && input->settled < number))
			continue;
		if (pkdi_ledger_get(&input->ledger, input->cursor, PKDI_FATE_FRAME) < number)
			return i;
		if (found == n_inputs)
			found = i;
	}
	return found;
}

void pkdi_account_unjoined(struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number)
{
	uint32_t lacker = find_lacker(inputs, n_inputs, number);

	for (uint32_t i = 0; i < n_inputs; i++) {
		struct pkdi_input *input = &inputs[i];
		uint32_t last = input->ledger.n - 1;
		uint32_t place = PKDI_FATE_UNJOINED + lacker;
		_Atomic uint64_t *counts;

		if (!input->fires)
			continue;
		counts = pkdi_ledger_begin(&input->ledger, input->cursor);
		atomic_store_explicit(&counts[PKDI_FATE_FRAME], number, memory_order_relaxed);
		pkdi_count(&counts[place < last ? place : last], 1);
		pkdi_ledger_end(counts, input->cursor + 1);
		pkdi_spans_append(&input->why, input->cursor, input->cursor + 1,
		                  pkdi_why(PKDI_FATE_UNJOINED, lacker));
	}
}

void pkdi_account_look(struct pkdi_input *input, uint64_t committed)
{
	const struct pkdi_looks *now = &input->words->looks[committed % 2];
	struct pkdi_looks *next = &input->words->looks[(committed + 1) % 2];
	bool saw = input->looked && input->saw;
	uint64_t most = pkdi_read(&now->age_max_ns);

	/* Release: who sees any of this also sees that the other copy counts. */
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&next->n_present, pkdi_read(&now->n_present) + saw,
	                      memory_order_relaxed);
	atomic_store_explicit(&next->n_absent, pkdi_read(&now->n_absent) + (input->looked && !saw),
	                      memory_order_relaxed);
	atomic_store_explicit(&next->age_sum_ns,
	                      pkdi_read(&now->age_sum_ns) + (saw ? input->saw_age_ns : 0),
	                      memory_order_relaxed);
	atomic_store_explicit(&next->age_max_ns,
	                      saw && input->saw_age_ns > most ? input->saw_age_ns : most,
	                      memory_order_relaxed);
	input->looked = false;
}

void pkdi_account_unmade(struct pkdi_node *node, uint64_t committed, bool publishes)
{
	_Atomic uint64_t *counts = pkdi_ledger_begin(&node->ledger, committed);
	uint32_t n_outputs = node->decl->n_outputs;

	pkdi_count(&counts[node->lost], 1);
	if (node->lost == PKDI_LOST_REFUSED)
		pkdi_count(&counts[PKDI_LOST_ABSENT + n_outputs + node->refused_for], 1);
	for (uint32_t i = 0; !node->lost && publishes && i < n_outputs; i++)
		if (node->outputs[i].stream && node->outputs[i].absent)
			pkdi_count(&counts[PKDI_LOST_ABSENT + i], 1);
	pkdi_ledger_end(counts, committed + 1);
	if (node->lost && node->lost != PKDI_LOST_NO_FRAME)
		pkdi_spans_append(&node->why, node->ctx.number, node->ctx.number + 1,
		                  pkdi_why(node->lost, node->refused_for));
}

void pkdi_account_recover(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];

		input->looked = false;
		if (!input->stream)
			continue;
		pkdi_ledger_recover(&input->ledger, pkdi_position(input->words));
		pkdi_spans_recover(&input->why, pkdi_position(input->words));
	}
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (node->outputs[i].stream)
			pkdi_spans_recover(&node->outputs[i].steps,
			                   node->outputs[i].slots.next - 1);
	pkdi_ledger_recover(&node->ledger, pkdi_read(&node->words->record.committed));
	pkdi_spans_recover(&node->why, pkdi_record_number(&node->words->record) + 1);
}

/* ---- Reading ---- */

/* All loads before happen before the next one. */
static void before_next(void)
{
	atomic_thread_fence(memory_order_acquire);
}

struct reading {
	uint64_t position, head;
	bool in_hand; /* the value at the position was chosen by `latest` */
	uint64_t counts[PKDI_FATE_UNJOINED + PKDI_LACKERS];
};

/* The reader's words first: what it has decided about was published before. All of it at a moment
 * at which the reader stood at the position. */
static struct reading read_edge(const struct pkdi_input *input)
{
	struct reading reading = {0};

	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		reading.position = pkdi_position(input->words);
		reading.in_hand = pkdi_read(&input->words->chosen) == reading.position;
		pkdi_ledger_read(&input->ledger, reading.position, reading.counts);
		reading.head = atomic_load_explicit(&input->ring.words->head, memory_order_acquire);
		before_next();
		if (pkdi_position(input->words) == reading.position)
			break;
	}
	return reading;
}

static void read_looks(const struct pkdi_node *node, uint32_t input,
                       struct pkdi_edge_account *account)
{
	const _Atomic uint64_t *position = &node->words->record.committed;

	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t committed = atomic_load_explicit(position, memory_order_acquire);
		const struct pkdi_looks *looks = &node->inputs[input].words->looks[committed % 2];

		account->n_absent = pkdi_read(&looks->n_absent);
		account->n_looks = pkdi_read(&looks->n_present) + account->n_absent;
		account->age_sum_ns = pkdi_read(&looks->age_sum_ns);
		account->age_max_ns = pkdi_read(&looks->age_max_ns);
		before_next();
		if (pkdi_read(position) == committed)
			break;
	}
}

static bool has_left(const struct pkdi_node *node, const struct pkdi_input *input)
{
	return pkdi_read(&input->words->cursor) == PKDI_ENDED || atomic_load(&node->orders->gone);
}

/* Of the values from the position on, `latest` takes none but the newest, and what it has in hand:
 * it need not have looked to have lost the others. */
static void split_rest(const struct pkdi_input *input, const struct reading *reading,
                       struct pkdi_edge_account *account)
{
	uint64_t rest = account->published + 1 - reading->position, most = rest;

	if (input->decl->policy == PKD_LATEST)
		most = (input->thins ? input->ring.depth : input->window) + reading->in_hand;
	account->in_flight = rest < most ? rest : most;
	account->to_drop = rest - account->in_flight;
	account->dropped += account->to_drop;
}

void pkdi_account_edge(const struct pkdi_node *node, uint32_t index,
                       struct pkdi_edge_account *ret_account)
{
	const struct pkdi_input *input = &node->inputs[index];
	bool left = has_left(node, input);
	struct reading reading = read_edge(input);
	const uint64_t *counts = reading.counts;
	/* Its writer may not have stored yet that it has published what is decided about. */
	uint64_t decided = reading.position - 1, seen = decided + reading.in_hand;
	struct pkdi_edge_account account = {
		.published = reading.head > seen ? reading.head : seen,
		.dropped = counts[PKDI_FATE_DROPPED],
		.thinned = counts[PKDI_FATE_THINNED],
		.other_worker = counts[PKDI_FATE_OTHER_WORKER],
		.failed = counts[PKDI_FATE_FAILED],
		.rested = counts[PKDI_FATE_RESTED],
	};

	if (input->role != PKDI_ROLE_FIRING) {
		account.published = reading.head;
		if (input->role == PKDI_ROLE_SAMPLED)
			read_looks(node, index, &account);
		*ret_account = account;
		return;
	}
	for (uint32_t i = PKDI_FATE_UNJOINED; i < input->ledger.n; i++) {
		account.lacked[i - PKDI_FATE_UNJOINED] = counts[i];
		account.unjoined += counts[i];
	}
	account.delivered = decided - account.dropped - account.thinned - account.other_worker -
	                    account.failed - account.rested - account.unjoined;
	if (left)
		account.left = account.published - decided;
	else
		split_rest(input, &reading, &account);
	*ret_account = account;
}

/* All of a node's firings that `account` has columns for; of one of its streams where `output` is
 * not PKD_NONE. */
static uint64_t read_firings(const struct pkdi_node *node, uint32_t output,
                             struct pkdi_stream_account *account)
{
	const struct pkdi_record *record = &node->words->record;
	const struct pkdi_ledger *ledger = &node->ledger;
	uint64_t firings = 0;

	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t position = atomic_load_explicit(&record->committed, memory_order_acquire);
		/* Acquire: with the effects in place, the head below is at least theirs. */
		bool applied = atomic_load_explicit(&record->applied, memory_order_acquire) ==
		               position;

		account->failed = pkdi_ledger_get(ledger, position, PKDI_LOST_FAILED);
		account->refused = pkdi_ledger_get(ledger, position, PKDI_LOST_REFUSED);
		account->paused = pkdi_ledger_get(ledger, position, PKDI_LOST_PAUSED);
		account->rested = pkdi_ledger_get(ledger, position, PKDI_LOST_RESTED);
		firings = position - pkdi_ledger_get(ledger, position, PKDI_LOST_NO_FRAME);
		if (output != PKD_NONE) {
			account->absent = pkdi_ledger_get(ledger, position,
			                                  PKDI_LOST_ABSENT + output);
			account->published = atomic_load_explicit(
				&node->outputs[output].ring.words->head, memory_order_acquire);
		}
		before_next();
		if (pkdi_read(&record->committed) != position)
			continue;
		if (applied)
			break;
		/* What it publishes may be there already, or come; of who was given up between the
		 * two, never: then it has fired once less. */
		if (output != PKD_NONE && i + 1 == MAX_TRIES)
			firings = account->published + account->absent + account->failed +
			          account->refused + account->paused + account->rested;
	}
	return firings;
}

void pkdi_account_stream(const struct pkdi_node *node, uint32_t output,
                         struct pkdi_stream_account *ret_account)
{
	struct pkdi_stream_account account = {0};

	account.firings = read_firings(node, output, &account);
	/* It has a value even then. */
	if (node->decl->outputs[output].is_tick)
		account.failed = account.rested = 0;
	*ret_account = account;
}

void pkdi_account_node(const struct pkdi_node *node, struct pkdi_node_account *ret_account)
{
	struct pkdi_stream_account lost = {0};
	uint64_t firings = read_firings(node, PKD_NONE, &lost);

	*ret_account = (struct pkdi_node_account){
		.firings = firings - lost.failed - lost.rested,
		.failed = lost.failed,
		.refused = lost.refused,
		.paused = lost.paused,
		.rested = lost.rested,
	};
}

uint64_t pkdi_account_refused_for(const struct pkdi_node *node, uint32_t output, uint32_t reader)
{
	const _Atomic uint64_t *committed = &node->words->record.committed;
	uint32_t count = PKDI_LOST_ABSENT + node->decl->n_outputs + reader;
	uint64_t position, n = 0;

	for (uint32_t i = 0; i < output; i++)
		count += node->outputs[i].n_gates;
	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		position = atomic_load_explicit(committed, memory_order_acquire);
		n = pkdi_ledger_get(&node->ledger, position, count);
		before_next();
		if (pkdi_read(committed) == position)
			return n;
	}
	return n;
}
