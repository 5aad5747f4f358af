#include "console/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/method.h"

static const char *const policies[] = {
#define POLICY(constant, word, fires, loses) word,
#include <pkd/policy.def>
#undef POLICY
};

/* ---- Samples ---- */

/* A line that is being written: a name, labels, a value. */
struct sample {
	struct pkdi_out *out;
	bool has_label;
};

static struct sample begin(struct pkdi_out *out, const char *family, const char *suffix)
{
	pkdi_out_format(out, "%s%s", family, suffix);
	return (struct sample){out, false};
}

/* Escaped as the format says; what is not UTF-8 may not stand there. */
static void put_text(struct pkdi_out *out, const char *text)
{
	static const char escaped[] = "\\\"\n";

	if (!pkdi_out_is_utf8(text))
		text = "?";
	while (*text) {
		size_t n = strcspn(text, escaped);

		pkdi_out_format(out, "%.*s", (int)n, text);
		text += n;
		if (*text)
			pkdi_out_format(out, "\\%c", *text == '\n' ? 'n' : *text);
		text += !!*text;
	}
}

static void begin_label(struct sample *sample, const char *name)
{
	pkdi_out_format(sample->out, "%c%s=\"", sample->has_label ? ',' : '{', name);
	sample->has_label = true;
}

static void label(struct sample *sample, const char *name, const char *value)
{
	begin_label(sample, name);
	put_text(sample->out, value);
	pkdi_out_format(sample->out, "\"");
}

static void end(const struct sample *sample, uint64_t value)
{
	pkdi_out_format(sample->out, "%s %" PRIu64 "\n", sample->has_label ? "}" : "", value);
}

static void end_seconds(const struct sample *sample, uint64_t ns)
{
	pkdi_out_format(sample->out, "%s %" PRIu64 ".%09" PRIu64 "\n", sample->has_label ? "}" : "",
	                ns / 1000000000, ns % 1000000000);
}

/* ---- The program ---- */

/* Where the samples are written for: the index of a process, node or stream; of an edge, its reader
 * and the input. */
struct place {
	const char *family;
	uint32_t index, input;
};

static void info(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample = begin(out, place->family, "");

	label(&sample, "program", run->program->name);
	label(&sample, "source", run->program->source);
	label(&sample, "version", PKD_VERSION);
	end(&sample, 1);
}

static void start_time(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample = begin(out, place->family, "");

	end(&sample, (uint64_t)run->started);
}

/* A sample for each name; 1 for the one that holds, 0 for the others. */
static void one_of(const struct place *place, const char *node, const char *name,
                   const char *const *names, uint32_t n, uint32_t holds, struct pkdi_out *out)
{
	for (uint32_t i = 0; i < n; i++) {
		struct sample sample = begin(out, place->family, "");

		if (node)
			label(&sample, "node", node);
		label(&sample, name, names[i]);
		end(&sample, i == holds);
	}
}

static void phase(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	const char *names[PKDI_PHASES];

	for (uint32_t i = 0; i < PKDI_PHASES; i++)
		names[i] = pkdi_phase_name(i);
	one_of(place, NULL, "phase", names, PKDI_PHASES, atomic_load(&run->program_words->phase),
	       out);
}

/* ---- Processes ---- */

static void count_process(const struct pkdi_run *run, const struct place *place, uint64_t n,
                          struct pkdi_out *out)
{
	struct sample sample = begin(out, place->family, "");

	label(&sample, "process", run->processes[place->index].decl->name);
	end(&sample, n);
}

static void up(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	const struct pkdi_orders *orders = pkdi_run_orders(run, place->index);

	if (orders)
		count_process(run, place, !atomic_load(&orders->down), out);
}

static void restarts(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	const struct pkdi_orders *orders = pkdi_run_orders(run, place->index);

	if (orders)
		count_process(run, place, atomic_load(&orders->incarnation), out);
}

/* ---- Nodes ---- */

static struct sample begin_node(const struct pkdi_run *run, const struct place *place,
                                const char *suffix, struct pkdi_out *out)
{
	struct sample sample = begin(out, place->family, suffix);

	label(&sample, "node", run->program->nodes[place->index].name);
	return sample;
}

static void count_node(const struct pkdi_run *run, const struct place *place, uint64_t n,
                       struct pkdi_out *out)
{
	struct sample sample = begin_node(run, place, "", out);

	end(&sample, n);
}

static void state(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	static const char *const names[] = {[PKDI_STARTING] = "starting",
	                                    [PKDI_RUNNING] = "running",
	                                    [PKDI_LEFT] = "ended",
	                                    "gone"};
	enum { GONE = PKDI_LEFT + 1 };
	uint32_t now = atomic_load(&run->nodes[place->index].words->state);

	one_of(place, run->program->nodes[place->index].name, "state", names, GONE + 1,
	       atomic_load(&run->orders[place->index].gone) ? GONE : now, out);
}

static bool is_held(const struct pkdi_run *run, const struct place *place, enum pkdi_held held)
{
	return atomic_load(&run->held[place->index]) == held &&
	       !pkdi_run_has_ended(run, place->index);
}

static void paused(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	count_node(run, place, is_held(run, place, PKDI_HELD_PAUSED), out);
}

static void resting(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	if (run->program->nodes[place->index].rest)
		count_node(run, place, is_held(run, place, PKDI_HELD_RESTS), out);
}

static void frame(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	count_node(run, place, pkdi_record_number(&run->nodes[place->index].words->record), out);
}

/* What its ledger says: firings that made nothing, and why. */
static struct pkdi_node_account account_of(const struct pkdi_run *run, const struct place *place)
{
	struct pkdi_node_account account;

	pkdi_account_node(&run->nodes[place->index], &account);
	return account;
}

static void firings(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	count_node(run, place, account_of(run, place).firings, out);
}

static void busy(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample = begin_node(run, place, "", out);

	end_seconds(&sample, pkdi_read(&run->nodes[place->index].words->busy_ns));
}

static void refused(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	if (run->program->nodes[place->index].origin == PKD_LIVE)
		count_node(run, place, account_of(run, place).refused, out);
}

static void failed(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	count_node(run, place, account_of(run, place).failed, out);
}

static void dropped_paused(const struct pkdi_run *run, const struct place *place,
                           struct pkdi_out *out)
{
	if (run->program->nodes[place->index].origin == PKD_LIVE)
		count_node(run, place, account_of(run, place).paused, out);
}

static void rested(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	if (run->program->nodes[place->index].rest)
		count_node(run, place, account_of(run, place).rested, out);
}

/* A bucket for each power of 2 ns, which are exact in seconds and half as many as the node has. */
static void steps(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	const struct pkdi_node_words *words = run->nodes[place->index].words;
	struct sample sample;
	uint64_t below = 0;

	for (uint32_t i = 0; i < PKDI_STEP_BUCKETS - 1; i++) {
		char limit[32];

		below += pkdi_read(&words->steps[i]);
		if (i % 2)
			continue;
		snprintf(limit, sizeof(limit), "%.12g", (double)pkdi_step_end(i) / 1e9);
		sample = begin_node(run, place, "_bucket", out);
		label(&sample, "le", limit);
		end(&sample, below);
	}
	sample = begin_node(run, place, "_bucket", out);
	label(&sample, "le", "+Inf");
	below += pkdi_read(&words->steps[PKDI_STEP_BUCKETS - 1]);
	end(&sample, below);
	sample = begin_node(run, place, "_sum", out);
	end_seconds(&sample, pkdi_read(&words->busy_ns));
	sample = begin_node(run, place, "_count", out);
	end(&sample, below);
}

/* ---- Streams and edges ---- */

static void published(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample = begin(out, place->family, "");

	label(&sample, "stream", run->program->streams[place->index].name);
	end(&sample, atomic_load(&run->streams[place->index].words->head));
}

/* Named as in the table at the end of a run: "cam.frame -> found.frame". */
static struct sample begin_edge(const struct pkdi_run *run, const struct place *place,
                                struct pkdi_out *out)
{
	const struct pkd_node *node = &run->program->nodes[place->index];
	const struct pkd_input *input = &node->inputs[place->input];
	struct sample sample = begin(out, place->family, "");

	begin_label(&sample, "edge");
	put_text(out, run->program->streams[input->stream].name);
	pkdi_out_format(out, " -> ");
	put_text(out, node->name);
	pkdi_out_format(out, ".");
	put_text(out, input->name);
	pkdi_out_format(out, "\"");
	return sample;
}

static const struct pkdi_input_words *words_of(const struct pkdi_run *run,
                                               const struct place *place)
{
	return run->nodes[place->index].inputs[place->input].words;
}

static void taken(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	uint64_t cursor = atomic_load(&words_of(run, place)->cursor);
	struct sample sample;

	if (cursor == PKDI_ENDED || atomic_load(&run->orders[place->index].gone))
		return;
	sample = begin_edge(run, place, out);
	end(&sample, cursor - 1);
}

static struct pkdi_edge_account edge_account(const struct pkdi_run *run, const struct place *place)
{
	struct pkdi_edge_account account;

	pkdi_account_edge(&run->nodes[place->index], place->input, &account);
	return account;
}

static void drop(const struct pkdi_run *run, const struct place *place, const char *by, uint64_t n,
                 struct pkdi_out *out)
{
	struct sample sample = begin_edge(run, place, out);

	label(&sample, "by", by);
	end(&sample, n);
}

/* By its policy always; by what else from the first one on. */
static void dropped(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct pkdi_edge_account account = edge_account(run, place);
	const struct {
		const char *by;
		uint64_t n;
	} others[] = {{"every", account.thinned},
	              {"join", account.unjoined},
	              {"failure", account.failed},
	              {"end", account.left}};

	drop(run, place, policies[run->program->nodes[place->index].inputs[place->input].policy],
	     account.dropped - account.to_drop, out);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].n)
			drop(run, place, others[i].by, others[i].n, out);
}

static bool is_sampled(const struct pkdi_run *run, const struct place *place)
{
	return run->nodes[place->index].inputs[place->input].role == PKDI_ROLE_SAMPLED;
}

static void looks(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample;

	if (!is_sampled(run, place))
		return;
	sample = begin_edge(run, place, out);
	end(&sample, edge_account(run, place).n_looks);
}

static void absent(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out)
{
	struct sample sample;

	if (!is_sampled(run, place))
		return;
	sample = begin_edge(run, place, out);
	end(&sample, edge_account(run, place).n_absent);
}

/* ---- All of them ---- */

static const struct family {
	const char *name, *type, *help;
	enum pkdi_section of;
	void (*write)(const struct pkdi_run *run, const struct place *place, struct pkdi_out *out);
} families[] = {
#define METRIC(name, type, of, samples, help) {name, type, help, PKDI_SECTION_##of, samples},
#include "console/metric.def"
#undef METRIC
};
enum { N_FAMILIES = sizeof(families) / sizeof(families[0]) };

/* To what is behind it; inputs that are not connected are no edges. */
static void step_on(const struct pkdi_run *run, struct pkdi_page_cursor *cursor)
{
	enum pkdi_section of = families[cursor->part].of;

	if (!cursor->has_begun)
		cursor->has_begun = true;
	else if (of == PKDI_SECTION_EDGE &&
	         cursor->sub_index + 1 < run->program->nodes[cursor->index].n_inputs)
		cursor->sub_index++;
	else
		*cursor = (struct pkdi_page_cursor){cursor->part, cursor->index + 1, 0, true};
	if (cursor->index >= pkdi_section_count(run, of))
		*cursor = (struct pkdi_page_cursor){cursor->part + 1, 0, 0, false};
}

static void write_samples(const struct pkdi_run *run, const struct pkdi_page_cursor *cursor,
                          struct pkdi_out *out)
{
	const struct family *family = &families[cursor->part];
	const struct place place = {family->name, cursor->index, cursor->sub_index};
	const struct pkd_node *node;

	if (family->of == PKDI_SECTION_EDGE) {
		node = &run->program->nodes[place.index];
		if (place.input >= node->n_inputs || node->inputs[place.input].stream == PKD_NONE)
			return;
	}
	family->write(run, &place, out);
}

bool pkdi_metrics_write(const struct pkdi_run *run, struct pkdi_page_cursor *cursor,
                        struct pkdi_out *out)
{
	const struct family *family;

	if (cursor->part >= N_FAMILIES)
		return false;
	family = &families[cursor->part];
	if (!cursor->has_begun)
		pkdi_out_format(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
		                family->name, family->type);
	else
		write_samples(run, cursor, out);
	step_on(run, cursor);
	return cursor->part < N_FAMILIES;
}
