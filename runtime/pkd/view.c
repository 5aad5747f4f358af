#define _GNU_SOURCE
#include "pkd/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/say.h"

/* ---- Members of what the program says ---- */

struct object {
	const struct pkdi_json *json;
	uint32_t number;
};

/* A copy of a text; "" where there is none. */
static char *text_of(const struct object *object, const char *name)
{
	uint32_t value = pkdi_json_member(object->json, object->number, name);
	size_t size = 1;
	char *text;

	if (value != PKDI_JSON_NONE)
		size += object->json->values[value].end - object->json->values[value].start;
	text = calloc(1, size);
	if (!text)
		abort();
	if (value != PKDI_JSON_NONE && !pkdi_json_string(object->json, value, text, size))
		*text = '\0';
	return say_clean(text);
}

static void word_of(const struct object *object, const char *name, char *ret_word, size_t size)
{
	uint32_t value = pkdi_json_member(object->json, object->number, name);

	if (!pkdi_json_string(object->json, value, ret_word, size))
		memcpy(ret_word, "?", 2);
	say_clean(ret_word);
}

static uint64_t number_of(const struct object *object, const char *name)
{
	uint32_t value = pkdi_json_member(object->json, object->number, name);
	uint64_t number;

	return pkdi_json_unsigned(object->json, value, &number) ? number : 0;
}

static bool has(const struct object *object, const char *name)
{
	return pkdi_json_member(object->json, object->number, name) != PKDI_JSON_NONE;
}

/* One more item in an array, empty. */
static void *grow(void *items, size_t *n, size_t size)
{
	char *grown = reallocarray(items, *n + 1, size);

	if (!grown)
		abort();
	memset(grown + *n * size, 0, size);
	++*n;
	return grown;
}

#define GROW(items, n) ((items) = grow(items, &(n), sizeof(*(items))), &(items)[(n)-1])

/* ---- What it is made of ---- */

static void add_node(struct view *view, const struct object *o)
{
	struct view_node *node = GROW(view->nodes, view->n_nodes);
	char origin[16];

	node->name = text_of(o, "name");
	node->kind = text_of(o, "kind");
	node->at = text_of(o, "at");
	node->process = text_of(o, "process");
	word_of(o, "origin", origin, sizeof(origin));
	node->is_origin = !strcmp(origin, "live") || !strcmp(origin, "paced");
	node->mean_ns = -1;
	memcpy(node->state, "?", 2);
}

static void add_edge(struct view *view, const struct object *o)
{
	struct view_edge *edge = GROW(view->edges, view->n_edges);

	edge->stream = text_of(o, "stream");
	edge->node = text_of(o, "node");
	edge->input = text_of(o, "input");
	edge->policy = text_of(o, "policy");
	edge->at = text_of(o, "at");
	edge->window = number_of(o, "window");
}

static void add_stream(struct view *view, const struct object *o)
{
	struct view_stream *stream = GROW(view->streams, view->n_streams);

	stream->name = text_of(o, "name");
	stream->type = text_of(o, "type");
	stream->node = text_of(o, "node");
	stream->slots = number_of(o, "slots");
	stream->bytes = number_of(o, "bytes");
	stream->is_private = has(o, "private");
}

static void add_param(struct view *view, const struct object *o)
{
	struct view_param *param = GROW(view->params, view->n_params);

	param->name = text_of(o, "name");
	param->doc = text_of(o, "doc");
	param->takes = text_of(o, "takes");
	param->range = text_of(o, "range");
}

/* Appends " = 0" with the value as it is in JSON; nothing where there is no such member. */
static size_t put_json(const struct object *o, const char *name, const char *before, char *text,
                       size_t size)
{
	uint32_t value = pkdi_json_member(o->json, o->number, name);
	const struct pkdi_json_value *v;
	unsigned quote;

	if (value == PKDI_JSON_NONE)
		return 0;
	v = &o->json->values[value];
	quote = v->kind == PKDI_JSON_STRING;
	return (size_t)snprintf(text, size, "%s%.*s", before, (int)(v->end - v->start + 2 * quote),
	                        o->json->text + v->start - quote);
}

/* "to: i64 = 0 in 0..1000, how: Mode", and the names alone. */
static char *take_arguments(struct view_command *command, const struct object *o)
{
	uint32_t list = pkdi_json_member(o->json, o->number, "arguments");
	size_t size = 1, n = 0;
	char *text;

	if (list != PKDI_JSON_NONE)
		size += o->json->values[list].end - o->json->values[list].start;
	text = calloc(1, size);
	if (!text)
		abort();
	if (list == PKDI_JSON_NONE || o->json->values[list].kind != PKDI_JSON_ARRAY)
		return text;
	for (uint32_t i = list + 1; i < o->json->values[list].next; i = o->json->values[i].next) {
		struct object argument = {o->json, i};
		char *name = text_of(&argument, "name"), *type = text_of(&argument, "type");
		char *range = text_of(&argument, "range"), *takes = text_of(&argument, "takes");

		/* Shorter than in JSON. */
		n += (size_t)snprintf(text + n, size - n, "%s%s: %s", n ? ", " : "", name, type);
		if (n < size && *takes && pkdi_json_member(o->json, i, "default") == PKDI_JSON_NONE)
			n += (size_t)snprintf(text + n, size - n, " %s", takes);
		if (n < size)
			n += put_json(&argument, "default", " = ", text + n, size - n);
		if (n < size && *range)
			n += (size_t)snprintf(text + n, size - n, " in %s", range);
		*GROW(command->names, command->n_names) = name;
		free(type);
		free(range);
		free(takes);
		if (n >= size)
			break;
	}
	return say_clean(text);
}

static void add_command(struct view *view, const struct object *o)
{
	struct view_command *command = GROW(view->commands, view->n_commands);

	command->node = text_of(o, "node");
	command->name = text_of(o, "name");
	command->doc = text_of(o, "doc");
	command->arguments = take_arguments(command, o);
	command->answer = text_of(o, "answer");
}

static bool find(const struct pkdi_json *json, uint32_t parameters, const char *name,
                 struct object *ret_object)
{
	*ret_object = (struct object){json, pkdi_json_member(json, parameters, name)};
	return ret_object->number != PKDI_JSON_NONE;
}

void view_take_description(struct view *view, const struct pkdi_json *json, uint32_t parameters)
{
	struct object o;

	if (find(json, parameters, "process", &o)) {
		struct view_process *process = GROW(view->processes, view->n_processes);

		process->name = text_of(&o, "name");
		process->share = -1;
	} else if (find(json, parameters, "node", &o)) {
		add_node(view, &o);
	} else if (find(json, parameters, "edge", &o)) {
		add_edge(view, &o);
	} else if (find(json, parameters, "stream", &o)) {
		add_stream(view, &o);
	} else if (find(json, parameters, "param", &o)) {
		add_param(view, &o);
	} else if (find(json, parameters, "command", &o)) {
		add_command(view, &o);
	} else if (find(json, parameters, "program", &o)) {
		free(view->name);
		free(view->doc);
		free(view->source);
		view->name = text_of(&o, "name");
		view->doc = text_of(&o, "doc");
		view->source = text_of(&o, "source");
		view->bytes = number_of(&o, "bytes");
	}
}

/* ---- How it is ---- */

static void take_process(struct view *view, const struct object *o)
{
	struct view_process *process;

	if (view->process == view->n_processes)
		return;
	process = &view->processes[view->process++];
	process->pid = (pid_t)number_of(o, "pid");
	process->restarts = number_of(o, "restarts");
	free(process->calling);
	process->calling = has(o, "calling") ? text_of(o, "calling") : NULL;
	process->since_ns = (int64_t)number_of(o, "since_ns");
}

bool view_is_held(const struct view_node *node)
{
	return !strcmp(node->state, "paused") || !strcmp(node->state, "resting");
}

static void take_node(struct view *view, const struct object *o)
{
	uint64_t at = view->n_samples % VIEW_SAMPLES;
	struct view_node *node;

	if (view->node == view->n_nodes)
		return;
	node = &view->nodes[view->node++];
	word_of(o, "state", node->state, sizeof(node->state));
	if (has(o, "paused"))
		snprintf(node->state, sizeof(node->state), "paused");
	if (has(o, "resting"))
		snprintf(node->state, sizeof(node->state), "resting");
	node->p99_ns = number_of(o, "p99_ns");
	node->frame = number_of(o, "frame");
	node->firings = number_of(o, "firings");
	node->busy_ns = number_of(o, "busy_ns");
	node->longest_ns = number_of(o, "longest_ns");
	node->refused = number_of(o, "refused");
	node->failed = number_of(o, "failed");
	node->past_firings[at] = node->firings;
	node->past_busy_ns[at] = node->busy_ns;
	node->past_frame[at] = node->frame;
}

/* A number, or the sum of an object's. */
static uint64_t sum_of(const struct object *object, const char *name)
{
	uint32_t value = pkdi_json_member(object->json, object->number, name);
	uint64_t sum = 0, n;

	if (value == PKDI_JSON_NONE)
		return 0;
	for (uint32_t v = value; v < object->json->values[value].next; v++)
		if (pkdi_json_unsigned(object->json, v, &n))
			sum += n;
	return sum;
}

static void take_others(struct view_edge *edge, const struct object *o)
{
	static const char *const columns[][2] = {
		{"thinned", "thinned"},     {"other_worker", "others'"},
		{"unjoined", "not joined"}, {"failed", "failed"},
		{"left", "left"},           {"refused", "refused"},
	};
	size_t n = 0;

	*edge->others = '\0';
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		uint64_t count = sum_of(o, columns[i][0]);

		if (count && n < sizeof(edge->others))
			n += (size_t)snprintf(edge->others + n, sizeof(edge->others) - n,
			                      "%s%llu %s", n ? ", " : "", (unsigned long long)count,
			                      columns[i][1]);
	}
}

static void take_edge(struct view *view, const struct object *o)
{
	uint64_t at = view->n_samples % VIEW_SAMPLES;
	struct view_edge *edge;

	if (view->edge == view->n_edges)
		return;
	edge = &view->edges[view->edge++];
	edge->published = number_of(o, "published");
	edge->taken = number_of(o, "taken");
	edge->has_left = !has(o, "taken");
	edge->delivered = number_of(o, "delivered");
	edge->dropped = number_of(o, "dropped");
	take_others(edge, o);
	edge->looks = number_of(o, "looks");
	edge->absent = number_of(o, "absent");
	edge->past_published[at] = edge->published;
	edge->past_dropped[at] = edge->dropped;
}

void view_take_status(struct view *view, const struct pkdi_json *json, uint32_t parameters)
{
	struct object o;

	if (find(json, parameters, "process", &o)) {
		take_process(view, &o);
	} else if (find(json, parameters, "node", &o)) {
		take_node(view, &o);
	} else if (find(json, parameters, "edge", &o)) {
		take_edge(view, &o);
	} else if (find(json, parameters, "program", &o)) {
		word_of(&o, "phase", view->phase, sizeof(view->phase));
		view->now_ns = (int64_t)number_of(&o, "now_ns");
		view->at_ns[view->n_samples % VIEW_SAMPLES] = view->now_ns;
		view->n_samples++;
		view->process = view->node = view->edge = 0;
	}
}

void view_take_values(struct view *view, const struct pkdi_json *json, uint32_t parameters)
{
	struct object o;
	char *name;

	if (!find(json, parameters, "param", &o))
		return;
	name = text_of(&o, "name");
	for (size_t i = 0; i < view->n_params; i++)
		if (!strcmp(view->params[i].name, name))
			pkdi_json_bool(json, pkdi_json_member(json, o.number, "live"),
			               &view->params[i].is_live);
	free(name);
}

/* ---- What has changed ---- */

/* What was counted since an older sample: the youngest one since which enough has happened, or the
 * oldest within some seconds. Slow things need a longer look than fast ones. */
struct change {
	double n, seconds;
	uint64_t from; /* the older sample's place */
};

static struct change change_of(const struct view *view, const uint64_t *past)
{
	const int64_t longest_ns = INT64_C(10000000000);
	uint64_t last = view->n_samples - 1;
	struct change change = {0, 0, last % VIEW_SAMPLES};

	for (uint64_t i = 1; i < VIEW_SAMPLES && i <= last; i++) {
		uint64_t from = (last - i) % VIEW_SAMPLES;
		int64_t passed_ns = view->now_ns - view->at_ns[from];

		if (i > 1 && passed_ns > longest_ns)
			break;
		change.n = past[last % VIEW_SAMPLES] < past[from]
		                   ? 0
		                   : (double)(past[last % VIEW_SAMPLES] - past[from]);
		change.seconds = (double)passed_ns / 1e9;
		change.from = from;
		if (change.n >= VIEW_ENOUGH)
			break;
	}
	return change;
}

static double per_second(struct change change)
{
	return change.seconds > 0 ? change.n / change.seconds : 0;
}

static void settle_node(const struct view *view, struct view_node *node)
{
	struct change firings = change_of(view, node->past_firings);
	uint64_t before = node->past_busy_ns[firings.from];
	double busy_ns = node->busy_ns > before ? (double)(node->busy_ns - before) : 0;

	node->rate = per_second(firings);
	node->frame_rate = per_second(change_of(view, node->past_frame));
	/* A step is counted when it ends, with all its time. */
	node->busy = firings.seconds > 0 ? fmin(busy_ns / firings.seconds / 1e9, 1) : 0;
	if (firings.n > 0)
		node->mean_ns = busy_ns / firings.n;
	else
		node->mean_ns = node->firings ? (double)node->busy_ns / (double)node->firings : -1;
	node->restarts = 0;
	node->in_call_ns = 0;
	for (size_t i = 0; i < view->n_processes; i++) {
		const struct view_process *process = &view->processes[i];

		if (strcmp(process->name, node->process) != 0)
			continue;
		node->restarts = process->restarts;
		if (process->calling && process->since_ns && process->since_ns < view->now_ns &&
		    !strcmp(process->calling, node->name))
			node->in_call_ns = view->now_ns - process->since_ns;
	}
	/* A step that has not ended yet is not counted yet, but it is busy. */
	if (firings.n == 0 && firings.seconds > 0)
		node->busy = fmin((double)node->in_call_ns / 1e9 / firings.seconds, 1);
}

void view_settle(struct view *view)
{
	if (view->n_samples == 0)
		return;
	for (size_t i = 0; i < view->n_nodes; i++)
		settle_node(view, &view->nodes[i]);
	for (size_t i = 0; i < view->n_edges; i++) {
		struct view_edge *edge = &view->edges[i];

		edge->rate = per_second(change_of(view, edge->past_published));
		edge->drop_rate = per_second(change_of(view, edge->past_dropped));
	}
}

/* ---- Asking ---- */

static bool ask(struct view *view, struct talk *talk, const char *method,
                void (*take)(struct view *view, const struct pkdi_json *json, uint32_t parameters))
{
	if (!talk_ask(talk, method, NULL))
		return false;
	do {
		if (!talk_next(talk, TALK_PATIENCE_NS))
			return false;
		take(view, &talk->json, talk->parameters);
	} while (!talk->is_last);
	return true;
}

bool view_describe(struct view *view, struct talk *talk)
{
	return ask(view, talk, "describe", view_take_description);
}

bool view_values(struct view *view, struct talk *talk)
{
	return ask(view, talk, "get", view_take_values);
}

bool view_sample(struct view *view, struct talk *talk)
{
	if (!ask(view, talk, "status", view_take_status))
		return false;
	view_settle(view);
	return true;
}

void view_look(struct view *view, const struct talk *talk)
{
	int64_t now_ns = talk_now(), passed_ns = now_ns - view->looked_ns;
	struct usage usage = {.is_known = false};

	view->age_ns = talk->is_near ? proc_age_ns(talk->pid) : -1;
	if (talk->is_near)
		usage = proc_usage_tree(talk->pid);
	view->share = proc_share(&view->usage, &usage, passed_ns);
	view->usage = usage;
	for (size_t i = 0; i < view->n_processes; i++) {
		struct view_process *process = &view->processes[i];

		usage = (struct usage){.is_known = false};
		if (talk->is_near && process->pid > 0)
			usage = proc_usage(process->pid);
		process->share = proc_share(&process->usage, &usage, passed_ns);
		process->usage = usage;
	}
	view->looked_ns = now_ns;
}

const struct view_node *view_origin(const struct view *view)
{
	for (size_t i = 0; i < view->n_nodes; i++)
		if (view->nodes[i].is_origin)
			return &view->nodes[i];
	return NULL;
}

uint64_t view_depth(const struct view_edge *edge)
{
	return !edge->has_left && edge->published > edge->taken ? edge->published - edge->taken : 0;
}

bool view_is_lossless(const struct view_edge *edge)
{
	return strcmp(edge->policy, "queue") == 0;
}

/* ---- The end ---- */

void view_finish(struct view *view)
{
	for (size_t i = 0; i < view->n_processes; i++) {
		free(view->processes[i].name);
		free(view->processes[i].calling);
	}
	for (size_t i = 0; i < view->n_nodes; i++) {
		free(view->nodes[i].name);
		free(view->nodes[i].kind);
		free(view->nodes[i].at);
		free(view->nodes[i].process);
	}
	for (size_t i = 0; i < view->n_edges; i++) {
		free(view->edges[i].stream);
		free(view->edges[i].node);
		free(view->edges[i].input);
		free(view->edges[i].policy);
		free(view->edges[i].at);
	}
	for (size_t i = 0; i < view->n_streams; i++) {
		free(view->streams[i].name);
		free(view->streams[i].type);
		free(view->streams[i].node);
	}
	for (size_t i = 0; i < view->n_params; i++) {
		free(view->params[i].name);
		free(view->params[i].doc);
		free(view->params[i].takes);
		free(view->params[i].range);
	}
	free(view->processes);
	free(view->nodes);
	free(view->edges);
	free(view->streams);
	for (size_t i = 0; i < view->n_commands; i++) {
		free(view->commands[i].node);
		free(view->commands[i].name);
		free(view->commands[i].doc);
		free(view->commands[i].arguments);
		for (size_t k = 0; k < view->commands[i].n_names; k++)
			free(view->commands[i].names[k]);
		free(view->commands[i].names);
		free(view->commands[i].answer);
	}
	free(view->params);
	free(view->commands);
	free(view->name);
	free(view->doc);
	free(view->source);
	*view = (struct view){.n_samples = 0};
}
