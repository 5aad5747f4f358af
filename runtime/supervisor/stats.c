#include "supervisor/stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/policy.h"
#include "os/backlog.h"

enum { LINE_SIZE = 320, NAME_SIZE = 32 };

/* ---- Progress ---- */

static uint64_t count_dropped(const struct pkdi_run *run)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[i];

		struct pkdi_node_account firings;
		struct pkdi_edge_account edge;

		pkdi_account_node(node, &firings);
		n += firings.refused;
		for (uint32_t j = 0; j < node->decl->n_inputs; j++) {
			if (!node->inputs[j].stream)
				continue;
			pkdi_account_edge(node, j, &edge);
			n += edge.dropped;
		}
	}
	return n;
}

/* What fits of it: all of it, unless the numbers are damaged. */
struct line {
	char text[LINE_SIZE];
	size_t n;
};

static void append(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->n;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line->text + line->n, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		line->n += (size_t)n < room ? (size_t)n : room - 1;
}

static void show(const struct pkdi_run *run, const char *text, size_t n)
{
	if (run->log.backlog)
		pkdi_backlog_offer(run->log.backlog, text, n);
}

void pkdi_progress_init(struct pkdi_progress *progress, int64_t now_ns)
{
	*progress = (struct pkdi_progress){.start_ns = now_ns, .last_ns = now_ns};
}

void pkdi_progress_show(struct pkdi_progress *progress, const struct pkdi_run *run, int64_t now_ns)
{
	const struct pkdi_node *origin = pkdi_run_origin(run);
	double seconds = (double)(now_ns - progress->last_ns) / 1e9;
	uint64_t number, expected, dropped;
	struct line line = {.n = 0};
	char name[NAME_SIZE];

	if (!origin || seconds <= 0)
		return;
	number = pkdi_record_number(&origin->words->record);
	expected = pkdi_read(&origin->words->n_expected);
	dropped = count_dropped(run);
	progress->rate = progress->last_number
	                         ? 0.7 * progress->rate +
	                                   0.3 * (double)(number - progress->last_number) / seconds
	                         : (double)number / seconds;
	progress->last_ns = now_ns;
	progress->last_number = number;
	append(&line, "\r\033[K%s: frame %" PRIu64,
	       pkdi_shorten(run->program->name, name, sizeof(name)), number);
	if (expected)
		append(&line, " of %" PRIu64 " (%.0f %%)", expected,
		       100.0 * (double)number / (double)expected);
	append(&line, ", %.1f fps", progress->rate);
	if (dropped)
		append(&line, ", %" PRIu64 " dropped", dropped);
	show(run, line.text, line.n);
}

void pkdi_progress_clear(const struct pkdi_run *run)
{
	show(run, "\r\033[K", 4);
}

/* ---- The table ---- */

static int widest_name(const struct pkdi_run *run)
{
	size_t width = 4;

	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (strlen(run->program->nodes[i].name) > width)
			width = strlen(run->program->nodes[i].name);
	return (int)(width < 32 ? width : 32);
}

static void print_nodes(const struct pkdi_run *run, int64_t elapsed_ns)
{
	int width = widest_name(run);

	pkdi_log_bare(&run->log, "  %-*s  %9s  %8s  %5s  %9s  %9s", width, "node", "firings",
	              "busy s", "%", "mean ms", "max ms");
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_node_words *words = run->nodes[i].words;
		uint64_t n = pkdi_read(&words->n_firings);
		struct pkdi_node_account account;
		double busy_ns = (double)pkdi_read(&words->busy_ns);

		pkdi_account_node(&run->nodes[i], &account);
		pkdi_log_bare(&run->log, "  %-*s  %9" PRIu64 "  %8.2f  %5.1f  %9.3f  %9.3f", width,
		              run->program->nodes[i].name, account.firings, busy_ns / 1e9,
		              elapsed_ns > 0 ? 100.0 * busy_ns / (double)elapsed_ns : 0.0,
		              n ? busy_ns / (double)n / 1e6 : 0.0,
		              (double)pkdi_read(&words->longest_ns) / 1e6);
	}
}

static void append_column(struct line *line, uint64_t n, const char *what)
{
	if (n)
		append(line, "%s%" PRIu64 " %s", line->n ? ", " : "", n, what);
}

/* What the reader did not get although it might have. What `every` leaves out, or other workers
 * have, is in the whole account only. */
static void print_edge(const struct pkdi_run *run, const struct pkdi_node *node,
                       const struct pkdi_input *input, const struct pkdi_edge_account *account)
{
	struct line line = {.n = 0};
	const char *before = "";

	append_column(&line, account->dropped, "dropped");
	append_column(&line, account->unjoined, "not joined");
	for (uint32_t i = 0; i < PKDI_LACKERS && i < node->decl->n_inputs; i++) {
		const char *name = node->decl->inputs[i].name;

		/* Those of a bank have one name. */
		if (!account->lacked[i] || !strcmp(name, before))
			continue;
		append(&line, "%s %s", *before ? "," : " for lack of", name);
		before = name;
	}
	append_column(&line, account->left, "left when it ended");
	append_column(&line, account->in_flight, "on the way");
	if (line.n)
		pkdi_log_bare(&run->log, "  %s -> %s.%s: %.*s", input->stream->name,
		              node->decl->name, input->decl->name, (int)line.n, line.text);
}

static void print_input(const struct pkdi_run *run, const struct pkdi_node *node, uint32_t index)
{
	const struct pkdi_input *input = &node->inputs[index];
	struct pkdi_edge_account account;
	uint64_t n_present;
	char ages[128] = "";

	pkdi_account_edge(node, index, &account);
	print_edge(run, node, input, &account);
	if (!account.n_looks)
		return;
	n_present = account.n_looks - account.n_absent;
	if (n_present)
		snprintf(ages, sizeof(ages), ", mean age %.1f ms, max %.1f ms",
		         (double)account.age_sum_ns / (double)n_present / 1e6,
		         (double)account.age_max_ns / 1e6);
	pkdi_log_bare(&run->log,
	              "  %s -> %s.%s: sampled%s, absent in %" PRIu64 " of %" PRIu64 " firings",
	              input->stream->name, node->decl->name, input->decl->name, ages,
	              account.n_absent, account.n_looks);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_losses(const struct pkdi_run *run, const struct pkdi_node *node)
{
	struct pkdi_node_account account;

	pkdi_account_node(node, &account);
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].stream)
			print_input(run, node, i);
	if (account.failed)
		pkdi_log_bare(&run->log, "  %s: %" PRIu64 " frame%s failed", node->decl->name,
		              account.failed, plural(account.failed));
}

/* What a status of 0 does not say. */
void pkdi_stats_failed(const struct pkdi_run *run)
{
	struct pkdi_node_account account;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		pkdi_account_node(&run->nodes[i], &account);
		if (account.failed)
			pkdi_log_at(&run->log, PKD_LOG_WARNING, "%s: %" PRIu64 " frame%s failed",
			            run->program->nodes[i].name, account.failed,
			            plural(account.failed));
	}
}

static void print_refused(const struct pkdi_run *run, const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		for (uint32_t j = 0; output->stream && j < output->n_gates; j++) {
			const struct pkd_reader *reader = &output->stream->readers[j];
			const struct pkd_node *decl = &run->program->nodes[reader->node];
			uint64_t n = pkdi_account_refused_for(node, i, j);

			if (n)
				pkdi_log_bare(&run->log,
				              "  %s -> %s.%s: %" PRIu64
				              " frame%s refused for lack of room",
				              output->stream->name, decl->name,
				              decl->inputs[reader->input].name, n, plural(n));
		}
	}
}

void pkdi_stats_table(const struct pkdi_run *run, const struct pkdi_life *lives, int64_t elapsed_ns)
{
	const struct pkdi_node *origin = pkdi_run_origin(run);
	uint64_t frames = origin ? pkdi_record_number(&origin->words->record) : 0;
	double seconds = (double)elapsed_ns / 1e9;

	pkdi_log_at(&run->log, PKD_LOG_INFO, "%" PRIu64 " frame%s in %.2f s (%.1f fps)", frames,
	            plural(frames), seconds, seconds > 0 ? (double)frames / seconds : 0.0);
	print_nodes(run, elapsed_ns);
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		print_losses(run, &run->nodes[i]);
		print_refused(run, &run->nodes[i]);
	}
	for (uint32_t i = 0; i < run->n_processes; i++)
		if (lives[i].n_restarts)
			pkdi_log_bare(&run->log, "  process %s: restarted %u time%s",
			              lives[i].decl->name, lives[i].n_restarts,
			              plural(lives[i].n_restarts));
}
