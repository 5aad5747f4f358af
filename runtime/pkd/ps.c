/* pkd ps: the programs of this user, or the processes of one. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/table.h"
#include "pkd/view.h"
#include "pkd/words.h"

/* Between two samples. */
#define LOOK_NS INT64_C(500000000)

static void pause_for(int64_t ns)
{
	struct timespec left = {ns / 1000000000, ns % 1000000000};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static void or_dash(struct table *table, bool is_known, const char *text)
{
	table_add(table, is_known ? text : "-");
}

/* ---- Samples of all ---- */

/* The samples of a program, or why there are none. */
struct look {
	struct found *found;
	struct view view;
	bool is_whole;
};

static void sample(struct look *look, bool is_first)
{
	struct found *found = look->found;
	struct talk *talk = found->talk;

	if (!found->can_talk)
		return;
	found->can_talk = (!is_first || view_describe(&look->view, talk)) &&
	                  view_sample(&look->view, talk);
	view_look(&look->view, talk);
	look->is_whole = found->can_talk && !is_first;
	if (found->can_talk)
		return;
	snprintf(found->error, sizeof(found->error), "%s", talk->error);
	snprintf(found->message, sizeof(found->message), "%s", talk->message);
}

/* Frames per second of the first origin. Of one so slow that a look sees hardly any, the mean since
 * its begin. Negative: it has none. */
static double rate_of(const struct view *view)
{
	const struct view_node *origin = view_origin(view);
	double seconds = (double)view->age_ns / 1e9, mean;

	if (!origin)
		return -1;
	if (view->age_ns <= 0)
		return origin->frame_rate;
	mean = (double)origin->frame / seconds;
	if (strcmp(origin->state, "running") != 0)
		return 0;
	return mean * LOOK_NS / 1e9 < 5 && origin->frame_rate * LOOK_NS / 1e9 < 5
	               ? mean
	               : origin->frame_rate;
}

/* ---- Programs ---- */

static void add_program(struct table *table, const struct look *look)
{
	const struct view *view = &look->view;
	const struct view_node *origin = view_origin(view);
	char text[WORDS_SIZE];

	table_add_format(table, "%d", (int)look->found->pid);
	table_add(table, *look->found->talk->name ? look->found->talk->name : "?");
	table_add(table, view->phase);
	words_duration(view->age_ns, text);
	table_add(table, text);
	words_rate(rate_of(view), text);
	or_dash(table, origin != NULL, text);
	table_add_format(table, "%zu", view->n_processes);
	words_bytes(view->usage.bytes, text);
	or_dash(table, view->usage.is_known, text);
	words_share(view->share, text);
	or_dash(table, view->share >= 0, text);
}

static void print_programs(const struct look *looks, size_t n)
{
	static const char *const heads[] = {"pid",      "program",   "phase",  "uptime",
	                                    "frames/s", "processes", "memory", "cpu"};
	struct table table;

	table_begin(&table, "rllrrrrr");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < n; i++)
		if (looks[i].is_whole)
			add_program(&table, &looks[i]);
	table_end(&table, 0);
}

static void known_number(struct say_out *say, const char *name, bool is_known, double number)
{
	if (is_known)
		say_number(say, name, number);
	else
		say_null(say, name);
}

static void write_program(struct say_out *say, const struct look *look)
{
	const struct found *found = look->found;
	const struct view *view = &look->view;
	const struct view_node *origin = view_origin(view);

	say_room(say, 16384);
	pkdi_out_open(&say->out, NULL, '{');
	pkdi_out_signed(&say->out, "pid", found->pid);
	if (found->talk && *found->talk->name) {
		pkdi_out_text(&say->out, "program", found->talk->name);
		pkdi_out_text(&say->out, "version", found->talk->version);
	}
	if (!look->is_whole) {
		pkdi_out_text(&say->out, "error", found->error);
		pkdi_out_text(&say->out, "message", found->message);
		pkdi_out_close(&say->out, '}');
		return;
	}
	pkdi_out_text(&say->out, "phase", view->phase);
	known_number(say, "uptime_s", view->age_ns >= 0, (double)view->age_ns / 1e9);
	if (origin)
		pkdi_out_unsigned(&say->out, "frame", origin->frame);
	else
		say_null(say, "frame");
	known_number(say, "rate", origin != NULL, rate_of(view));
	pkdi_out_unsigned(&say->out, "processes", view->n_processes);
	known_number(say, "memory", view->usage.is_known, (double)view->usage.bytes);
	known_number(say, "cpu", view->share >= 0, view->share);
	pkdi_out_close(&say->out, '}');
}

static void write_programs(const struct look *looks, size_t n)
{
	struct say_out say;

	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_open(&say.out, "programs", '[');
	for (size_t i = 0; i < n; i++)
		write_program(&say, &looks[i]);
	pkdi_out_close(&say.out, ']');
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

/* Those that could not be looked at; returns the exit status. */
static int complain_of(const struct look *looks, size_t n, const char *refused)
{
	int status = 0;

	for (size_t i = 0; i < n; i++) {
		const char *error = looks[i].found->error;

		if (looks[i].is_whole || !strcmp(error, "ended") || !strcmp(error, "lost"))
			continue;
		complain("%s", looks[i].found->message);
		status = STATUS_FAILED;
	}
	if (*refused) {
		complain("%s, so nothing is looked for there", refused);
		status = STATUS_FAILED;
	}
	return status;
}

static bool has_whole(const struct look *looks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (looks[i].is_whole)
			return true;
	return false;
}

static void print_short(const struct found_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!list->items[i].can_talk)
			continue;
		printf("%d ", (int)list->items[i].pid);
		say_text(list->items[i].talk->name);
		putchar('\n');
	}
}

static int list_programs(const struct call *call)
{
	struct found_list list;
	struct look *looks;
	int status;

	find_all(&list, 0);
	looks = calloc(list.n + 1, sizeof(*looks));
	if (!looks)
		abort();
	for (size_t i = 0; i < list.n; i++)
		looks[i].found = &list.items[i];
	if (call->option[OPTION_SHORT]) {
		print_short(&list);
		for (size_t i = 0; i < list.n; i++)
			looks[i].is_whole = list.items[i].can_talk;
	} else {
		for (size_t i = 0; i < list.n; i++)
			sample(&looks[i], true);
		if (list.n)
			pause_for(LOOK_NS);
		for (size_t i = 0; i < list.n; i++)
			sample(&looks[i], false);
		if (call->option[OPTION_JSON])
			write_programs(looks, list.n);
		else if (has_whole(looks, list.n))
			print_programs(looks, list.n);
	}
	status = complain_of(looks, list.n, list.refused);
	if (!list.n && !*list.refused && !call->option[OPTION_JSON] && !call->option[OPTION_SHORT])
		complain("no pkd program of this user runs");
	for (size_t i = 0; i < list.n; i++)
		view_finish(&looks[i].view);
	free(looks);
	find_close(&list);
	return status;
}

/* ---- Processes ---- */

static void print_processes(const struct view *view)
{
	static const char *const heads[] = {"process", "pid", "in the code of", "since", "restarts",
	                                    "memory",  "cpu"};
	struct table table;
	char text[WORDS_SIZE];

	table_begin(&table, "lrlrrrr");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < view->n_processes; i++) {
		const struct view_process *process = &view->processes[i];
		bool is_timed = process->calling && process->since_ns > 0;

		table_add(&table, process->name);
		if (process->pid)
			table_add_format(&table, "%d", (int)process->pid);
		else
			table_add(&table, "ended");
		table_add(&table, process->calling ? process->calling : "-");
		words_step(is_timed ? view->now_ns - process->since_ns : 0, text);
		or_dash(&table, is_timed, text);
		table_add_format(&table, "%llu", (unsigned long long)process->restarts);
		words_bytes(process->usage.bytes, text);
		or_dash(&table, process->usage.is_known, text);
		words_share(process->share, text);
		or_dash(&table, process->share >= 0, text);
	}
	table_end(&table, 0);
}

static void write_process(struct say_out *say, const struct view *view,
                          const struct view_process *process)
{
	say_room(say, 16384);
	pkdi_out_open(&say->out, NULL, '{');
	pkdi_out_text(&say->out, "name", process->name);
	if (process->pid)
		pkdi_out_signed(&say->out, "pid", process->pid);
	else
		say_null(say, "pid"); /* it has ended */
	if (process->calling)
		pkdi_out_text(&say->out, "calling", process->calling);
	else
		say_null(say, "calling");
	known_number(say, "since_s", process->calling && process->since_ns > 0,
	             (double)(view->now_ns - process->since_ns) / 1e9);
	pkdi_out_unsigned(&say->out, "restarts", process->restarts);
	known_number(say, "memory", process->usage.is_known, (double)process->usage.bytes);
	known_number(say, "cpu", process->share >= 0, process->share);
	pkdi_out_close(&say->out, '}');
}

static void write_processes(const struct view *view, const struct talk *talk)
{
	struct say_out say;

	say_begin(&say);
	say_room(&say, 4096);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_text(&say.out, "program", talk->name);
	pkdi_out_signed(&say.out, "pid", talk->pid);
	pkdi_out_open(&say.out, "processes", '[');
	for (size_t i = 0; i < view->n_processes; i++)
		write_process(&say, view, &view->processes[i]);
	pkdi_out_close(&say.out, ']');
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

static int list_processes(const struct call *call)
{
	struct talk *talk = find_program(command_operand(call));
	struct view view = {.n_samples = 0};
	int status = 0;

	if (!talk)
		return STATUS_FAILED;
	if (view_describe(&view, talk) && view_sample(&view, talk)) {
		view_look(&view, talk);
		pause_for(LOOK_NS);
		if (!view_sample(&view, talk))
			status = talk_fail(talk);
		view_look(&view, talk);
	} else {
		status = talk_fail(talk);
	}
	if (status == 0 && call->option[OPTION_JSON])
		write_processes(&view, talk);
	else if (status == 0)
		print_processes(&view);
	view_finish(&view);
	talk_close(talk);
	return status;
}

int ps_command(struct call *call)
{
	return call->n_operands ? list_processes(call) : list_programs(call);
}
