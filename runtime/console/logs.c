#include "console/logs.h"

#include <stdlib.h>
#include <string.h>

#include "console/log_line.h"
#include "console/names.h"
#include "console/take.h"
#include "options/levels.h"
#include "os/journal.h"

/* A line that was found, and how many before it were written over unseen. */
struct found {
	struct pkdi_journal_line line;
	uint64_t n_lost;
};

struct pkdi_tail {
	bool follows;
	enum pkd_level level; /* the least */
	bool *nodes;          /* by node, whose lines are asked for; NULL: all */
	uint64_t at;          /* where the search goes on, */
	uint64_t end;         /* and where it ends, unless it follows */
	uint64_t number;      /* of the line before; 0: not known */
	uint64_t n_lost;      /* since the last that was found */
	uint32_t n_found;
	struct found found[2]; /* line i in i % 2 */
	struct pkdi_journal_line line;
};

/* ---- The search ---- */

static bool is_of_nodes(const struct pkdi_run *run, const struct pkdi_tail *tail,
                        const struct pkdi_about *about)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const char *process = run->processes[run->process_of[i]].decl->name;

		if (!tail->nodes[i])
			continue;
		if (about->node ? !strcmp(about->node, run->program->nodes[i].name)
		                : about->process && !strcmp(about->process, process))
			return true;
	}
	return false;
}

static bool is_meant(const struct pkdi_run *run, const struct pkdi_tail *tail,
                     const struct pkdi_about *about)
{
	return about->level <= tail->level && (!tail->nodes || is_of_nodes(run, tail, about));
}

/* Reads on to the next line that is meant; it is in tail->line. */
static bool search(const struct pkdi_run *run, struct pkdi_tail *tail)
{
	struct pkdi_journal_line *line = &tail->line;

	while ((tail->follows || tail->at < tail->end) &&
	       pkdi_journal_read(run->journal, tail->at, line)) {
		if (tail->number && line->number > tail->number + 1)
			tail->n_lost += line->number - tail->number - 1;
		tail->number = line->number;
		tail->at = line->next;
		if (is_meant(run, tail, &line->about))
			return true;
	}
	return false;
}

/* The strings of a line are in itself. */
static void take_over(struct found *found, const struct pkdi_journal_line *line)
{
	const struct pkdi_about *from = &line->about;
	struct pkdi_about *to = &found->line.about;
	char *bytes = found->line.bytes;

	found->line = *line;
	to->process = from->process ? bytes + (from->process - line->bytes) : NULL;
	to->node = from->node ? bytes + (from->node - line->bytes) : NULL;
	to->at = from->at ? bytes + (from->at - line->bytes) : NULL;
	to->output = from->output ? bytes + (from->output - line->bytes) : NULL;
	found->line.text = bytes + (line->text - line->bytes);
}

bool pkdi_logs_has(const struct pkdi_run *run, const struct pkdi_request *request, uint32_t index)
{
	struct pkdi_tail *tail = request->tail;
	struct found *found = &tail->found[index % 2];

	if (index < tail->n_found)
		return true;
	if (!search(run, tail))
		return false;
	take_over(found, &tail->line);
	found->n_lost = tail->n_lost;
	tail->n_lost = 0;
	tail->n_found++;
	return true;
}

bool pkdi_logs_goes_on(const struct pkdi_run *run, const struct pkdi_request *request,
                       uint32_t index)
{
	return request->tail->follows || pkdi_logs_has(run, request, index);
}

bool pkdi_logs_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	(void)now_ns;
	return request->cursor.section != PKDI_SECTION_LINE ||
	       pkdi_logs_has(run, request, request->cursor.index);
}

/* ---- The request ---- */

/* Leaves out all but the last `n` that are meant. */
static void skip(const struct pkdi_run *run, struct pkdi_tail *tail, uint64_t n)
{
	struct pkdi_tail *copy = malloc(sizeof(*copy));
	uint64_t all = 0;

	if (!copy)
		return;
	*copy = *tail;
	copy->follows = false;
	while (search(run, copy))
		all++;
	while (all > n && search(run, tail))
		all--;
	free(copy);
}

static bool take_nodes(const struct pkdi_run *run, struct pkdi_tail *tail,
                       const struct pkdi_json *json, uint32_t value, struct pkdi_fault *fault)
{
	char name[256] = "";
	bool is_there = false;

	if (!pkdi_json_string(json, value, name, sizeof(name)))
		return pkdi_refuse(fault, "unknown_node", "the name of a node is a string");
	tail->nodes = calloc(run->program->n_nodes + 1, sizeof(*tail->nodes));
	if (!tail->nodes)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		is_there |= tail->nodes[i] = pkdi_name_means(run->program, name, strlen(name), i);
	return is_there || pkdi_names_refuse_node(run->program, name, fault);
}

static bool take_parameters(const struct pkdi_run *run, struct pkdi_tail *tail,
                            const struct pkdi_json *json, uint32_t parameters, uint64_t *ret_lines,
                            uint64_t *ret_after, struct pkdi_fault *fault)
{
	uint32_t level = pkdi_json_member(json, parameters, "level");
	uint32_t node = pkdi_json_member(json, parameters, "node");
	uint32_t lines = pkdi_json_member(json, parameters, "lines");
	uint32_t after = pkdi_json_member(json, parameters, "after");
	char name[16] = "";

	if (level != PKDI_JSON_NONE && (!pkdi_json_string(json, level, name, sizeof(name)) ||
	                                !(tail->level = pkdi_level_find(name, strlen(name)))))
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"level\" is one of error, warning, info, debug");
	if (!pkdi_take_bool(json, parameters, "follow", &tail->follows, fault))
		return false;
	if ((lines != PKDI_JSON_NONE && !pkdi_json_unsigned(json, lines, ret_lines)) ||
	    (after != PKDI_JSON_NONE && !pkdi_json_unsigned(json, after, ret_after)))
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"lines\" and \"after\" are whole numbers");
	return node == PKDI_JSON_NONE || take_nodes(run, tail, json, node, fault);
}

bool pkdi_logs_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	struct pkdi_tail *tail = calloc(1, sizeof(*tail));
	uint64_t lines = UINT64_MAX, after = 0;

	request->tail = tail;
	if (!tail)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	tail->level = PKD_LOG_DEBUG;
	tail->end = pkdi_journal_end(run->journal);
	if (!take_parameters(run, tail, json, parameters, &lines, &after, fault))
		return false;
	/* Up to that line nothing is searched; what is missing behind it is lost. */
	while (after && pkdi_journal_read(run->journal, tail->at, &tail->line) &&
	       tail->line.number <= after && tail->line.next <= tail->end)
		tail->at = tail->line.next;
	tail->number = after;
	if (lines != UINT64_MAX)
		skip(run, tail, lines);
	return true;
}

void pkdi_logs_finish(struct pkdi_tail *tail)
{
	if (tail)
		free(tail->nodes);
	free(tail);
}

void pkdi_logs_write(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out)
{
	const struct pkdi_tail *tail = request->tail;
	const struct found *found = &tail->found[request->cursor.index % 2];

	(void)run;
	if (request->cursor.section == PKDI_SECTION_WHOLE) {
		pkdi_out_unsigned(out, "last", tail->number);
		return;
	}
	if (found->n_lost)
		pkdi_out_unsigned(out, "lost", found->n_lost);
	pkdi_out_open(out, "line", '{');
	pkdi_out_unsigned(out, "number", found->line.number);
	pkdi_log_members(&found->line.about, found->line.text, out);
	pkdi_out_close(out, '}');
}
