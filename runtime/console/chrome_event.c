#include <inttypes.h>
#include <pkd/version.h>
#include <stdio.h>
#include <time.h>

#include "console/chrome_copy.h"

enum { NAME_SIZE = 192 };

/* ---- Names and numbers there ---- */

/* Of the supervisor 1, then the processes; the thread of a process's waits has its number, and the
 * nodes have those behind. Each is of one thing only. */
static uint32_t id_of_process(const struct pkdi_chrome *chrome, uint32_t part)
{
	return part == chrome->run->n_processes ? 1 : part + 2;
}

static uint32_t id_of_node(const struct pkdi_chrome *chrome, uint32_t node)
{
	return chrome->run->n_processes + 2 + node;
}

static const char *name_of_process(const struct pkdi_chrome *chrome, uint32_t part)
{
	return part == chrome->run->n_processes ? "supervisor"
	                                        : chrome->run->processes[part].decl->name;
}

static void put_time(struct pkdi_out *out, const char *name, int64_t ns)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%s%" PRId64 ".%03d", ns < 0 ? "-" : "",
	                 (ns < 0 ? -ns : ns) / 1000, (int)((ns < 0 ? -ns : ns) % 1000));

	pkdi_out_raw(out, name, text, (size_t)n);
}

static void put_place(struct pkdi_out *out, const char *phase, uint32_t process, uint32_t thread,
                      int64_t ns)
{
	pkdi_out_text(out, "ph", phase);
	pkdi_out_unsigned(out, "pid", process);
	pkdi_out_unsigned(out, "tid", thread);
	put_time(out, "ts", ns);
}

/* As much of it as a name of an event may have. */
static void put_text(struct pkdi_out *out, const char *name, const char *text)
{
	char shown[NAME_SIZE];

	snprintf(shown, sizeof(shown), "%s", text);
	pkdi_out_text(out, name, shown);
}

/* ---- Metadata ---- */

static void put_meta(struct pkdi_out *out, const char *what, uint32_t process, uint32_t thread,
                     const char *name, uint32_t order)
{
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", what);
	pkdi_out_text(out, "ph", "M");
	pkdi_out_unsigned(out, "pid", process);
	pkdi_out_unsigned(out, "tid", thread);
	pkdi_out_open(out, "args", '{');
	if (name)
		put_text(out, "name", name);
	else
		pkdi_out_unsigned(out, "sort_index", order);
	pkdi_out_close(out, '}');
	pkdi_out_close(out, '}');
}

static void write_meta(const struct pkdi_chrome *chrome, uint64_t item, struct pkdi_out *out)
{
	uint32_t i = (uint32_t)(item / 2), id;

	if (i < chrome->n_parts) {
		id = id_of_process(chrome, i);
		if (item % 2)
			put_meta(out, "process_sort_index", id, id, NULL, id);
		else
			put_meta(out, "process_name", id, id, name_of_process(chrome, i), 0);
		return;
	}
	item -= 2 * (uint64_t)chrome->n_parts;
	if (item < chrome->run->n_processes) {
		id = id_of_process(chrome, (uint32_t)item);
		put_meta(out, "thread_name", id, id, "waits", 0);
		return;
	}
	item -= chrome->run->n_processes;
	i = (uint32_t)(item / 2);
	id = id_of_process(chrome, chrome->run->process_of[i]);
	if (item % 2)
		put_meta(out, "thread_sort_index", id, id_of_node(chrome, i), NULL,
		         id_of_node(chrome, i));
	else
		put_meta(out, "thread_name", id, id_of_node(chrome, i),
		         chrome->run->program->nodes[i].name, 0);
}

/* ---- Events ---- */

static void show_reason(const struct pkdi_chrome *chrome, uint64_t reason, char text[NAME_SIZE])
{
	static const char *const plain[] = {
		[PKDI_WAITS_START] = "waits for the init of others",
		[PKDI_WAITS_INPUT] = "waits for its inputs",
		[PKDI_WAITS_ROOM] = "waits for room",
		[PKDI_WAITS_TIME] = "waits for its time",
		[PKDI_WAITS_RESUME] = "is paused",
	};
	const struct pkd_program *program = chrome->run->program;
	uint64_t node = reason >> 32, what = reason >> 16 & 0xffff, port = reason & 0xffff;
	uint32_t stream = PKD_NONE;

	if (node < program->n_nodes && what == PKDI_WAITS_INPUT &&
	    port < program->nodes[node].n_inputs)
		stream = program->nodes[node].inputs[port].stream;
	if (node < program->n_nodes && what == PKDI_WAITS_ROOM &&
	    port < program->nodes[node].n_outputs)
		stream = program->nodes[node].outputs[port].stream;
	if (stream != PKD_NONE)
		snprintf(text, NAME_SIZE, "waits for %s%.150s",
		         what == PKDI_WAITS_ROOM ? "room in " : "", program->streams[stream].name);
	else
		snprintf(text, NAME_SIZE, "%s", what <= PKDI_WAITS_RESUME ? plain[what] : "waits");
}

static void write_wait(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       struct pkdi_out *out)
{
	char text[NAME_SIZE] = "waits", name[NAME_SIZE];

	if (event->n_links == 1)
		show_reason(chrome, event->links[0], text);
	pkdi_out_text(out, "name", text);
	pkdi_out_text(out, "cat", "wait");
	pkdi_out_open(out, "args", '{');
	pkdi_out_bool(out, "slept", event->what);
	for (uint32_t i = 0; event->n_links > 1 && i < event->n_links; i++) {
		uint64_t node = event->links[i] >> 32;

		show_reason(chrome, event->links[i], text);
		if (node >= chrome->run->program->n_nodes)
			continue;
		snprintf(name, sizeof(name), "%s", chrome->run->program->nodes[node].name);
		pkdi_out_text(out, name, text);
	}
	pkdi_out_close(out, '}');
}

static void write_drop(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       struct pkdi_out *out)
{
	static const char *const names[] = {[PKDI_DROP_PASSED] = "dropped",
	                                    [PKDI_DROP_REFUSED] = "refused",
	                                    [PKDI_DROP_PAUSED] = "dropped while paused",
	                                    [PKDI_DROP_RESTED] = "passed by at rest"};
	uint64_t link = event->links[1] | (event->what == PKDI_DROP_PASSED ? 0 : PKDI_TRACE_PORTS);
	uint32_t stream = event->links[1] < PKDI_TRACE_PORTS
	                          ? pkdi_chrome_stream(chrome, event->node, link)
	                          : PKD_NONE;

	pkdi_out_text(out, "name", names[event->what <= PKDI_DROP_RESTED ? event->what : 0]);
	pkdi_out_text(out, "cat", "drop");
	pkdi_out_open(out, "args", '{');
	pkdi_out_unsigned(out, "frame", event->frame);
	pkdi_out_unsigned(out, "values", event->links[0]);
	if (stream != PKD_NONE)
		put_text(out, "stream", chrome->run->program->streams[stream].name);
	pkdi_out_close(out, '}');
}

static void write_firing(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                         struct pkdi_out *out)
{
	put_text(out, "name", chrome->run->program->nodes[event->node].name);
	pkdi_out_text(out, "cat", "firing");
	pkdi_out_open(out, "args", '{');
	pkdi_out_unsigned(out, "frame", event->frame);
	if (event->what)
		pkdi_out_bool(out, "failed", true);
	pkdi_out_close(out, '}');
}

static void write_call(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       struct pkdi_out *out)
{
	static const char *const names[] = {
		[PKDI_CALL_STEP] = "step",       [PKDI_CALL_READY] = "ready",
		[PKDI_CALL_INIT] = "init",       [PKDI_CALL_FINISH] = "finish",
		[PKDI_CALL_COMMAND] = "command", [PKDI_CALL_FLUSH] = "last output",
	};
	const struct pkd_node *node = &chrome->run->program->nodes[event->node];
	bool is_command = event->what == PKDI_CALL_COMMAND && event->links[0] < node->n_commands;

	pkdi_out_text(out, "name", names[event->what <= PKDI_CALL_FLUSH ? event->what : 0]);
	pkdi_out_text(out, "cat", is_command ? "command" : "call");
	if (!is_command)
		return;
	pkdi_out_open(out, "args", '{');
	put_text(out, "command", node->commands[event->links[0]].name);
	pkdi_out_unsigned(out, "after_frame", event->frame);
	pkdi_out_close(out, '}');
}

/* Of the supervisor: what became of a process, or of the program. */
static void write_life(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       struct pkdi_out *out)
{
	const char *name = event->kind == PKDI_TRACE_RESTART ? "restart"
	                   : event->kind == PKDI_TRACE_GONE  ? "given up"
	                   : event->kind == PKDI_TRACE_DIED  ? "died"
	                                                     : pkdi_phase_name(event->what);

	pkdi_out_text(out, "name", name);
	pkdi_out_text(out, "cat", event->kind == PKDI_TRACE_PHASE ? "phase" : "restart");
	pkdi_out_open(out, "args", '{');
	if (event->kind == PKDI_TRACE_RESTART)
		pkdi_out_unsigned(out, "restarts", event->links[1]);
	if (event->kind == PKDI_TRACE_DIED && event->node != PKD_NONE) {
		put_text(out, "node", chrome->run->program->nodes[event->node].name);
		pkdi_out_unsigned(out, "frame", event->frame);
	}
	pkdi_out_close(out, '}');
}

static void write_what(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       struct pkdi_out *out)
{
	switch ((enum pkdi_trace_kind)event->kind) {
	case PKDI_TRACE_FIRING:
		write_firing(chrome, event, out);
		break;
	case PKDI_TRACE_CALL:
		write_call(chrome, event, out);
		break;
	case PKDI_TRACE_WAIT:
		write_wait(chrome, event, out);
		break;
	case PKDI_TRACE_DROP:
		write_drop(chrome, event, out);
		break;
	case PKDI_TRACE_VERSION:
	case PKDI_TRACE_FAILED:
		pkdi_out_text(out, "name", event->kind == PKDI_TRACE_FAILED ? "failed" : "set");
		pkdi_out_text(out, "cat", event->kind == PKDI_TRACE_FAILED ? "drop" : "set");
		pkdi_out_open(out, "args", '{');
		pkdi_out_unsigned(out, "frame", event->frame);
		if (event->kind == PKDI_TRACE_VERSION)
			pkdi_out_unsigned(out, "version", event->links[0]);
		pkdi_out_close(out, '}');
		break;
	case PKDI_TRACE_DIED:
	case PKDI_TRACE_RESTART:
	case PKDI_TRACE_GONE:
	case PKDI_TRACE_PHASE:
		write_life(chrome, event, out);
		break;
	case PKDI_TRACE_NONE:
	case PKDI_TRACE_MORE:
	case PKDI_TRACE_KINDS:
		break;
	}
}

static void write_event(const struct pkdi_chrome *chrome, uint32_t part,
                        const struct pkdi_trace_event *event, struct pkdi_out *out)
{
	bool is_slice = event->kind == PKDI_TRACE_FIRING || event->kind == PKDI_TRACE_CALL ||
	                event->kind == PKDI_TRACE_WAIT ||
	                (event->kind == PKDI_TRACE_DIED && event->duration_ns);
	uint32_t process = id_of_process(chrome, part), thread;

	if (!pkdi_chrome_is_valid(chrome, event, part) || event->kind == PKDI_TRACE_MORE)
		return;
	if (event->kind >= PKDI_TRACE_DIED && event->kind != PKDI_TRACE_PHASE)
		process = id_of_process(chrome, (uint32_t)event->links[0]);
	thread = event->node == PKD_NONE || event->kind == PKDI_TRACE_WAIT
	                 ? process
	                 : id_of_node(chrome, event->node);
	pkdi_out_open(out, NULL, '{');
	put_place(out, is_slice ? "X" : "i", process, thread,
	          event->start_ns - chrome->run->start_ns);
	if (is_slice)
		put_time(out, "dur", event->duration_ns);
	else
		pkdi_out_text(out, "s",
		              event->kind == PKDI_TRACE_PHASE  ? "g"
		              : event->kind >= PKDI_TRACE_DIED ? "p"
		                                               : "t");
	write_what(chrome, event, out);
	pkdi_out_close(out, '}');
}

/* The part with event number `event`. */
static uint32_t part_of(const struct pkdi_chrome *chrome, uint64_t event)
{
	uint32_t low = 0, high = chrome->n_parts - 1;

	while (low < high) {
		uint32_t middle = (low + high + 1) / 2;

		if (chrome->parts[middle].first <= event)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Each end in its slice: where two slices meet, the end of one is the beginning of the next. A step
 * may be said to begin a microsecond too early, as an old reading of the clock is good enough for
 * it, and so before the value was published. */
static void write_flow(const struct pkdi_chrome *chrome, uint64_t number, bool ends,
                       struct pkdi_out *out)
{
	const struct pkdi_chrome_flow *flow = &chrome->flows[number];
	const struct pkdi_trace_event *event = ends ? flow->to : flow->from;
	int64_t left_ns = flow->from->start_ns + flow->from->duration_ns;
	int64_t at_ns = left_ns - (flow->from->duration_ns > 0);

	if (ends && flow->to->start_ns > at_ns)
		at_ns = flow->to->start_ns;
	pkdi_out_open(out, NULL, '{');
	put_place(out, ends ? "f" : "s",
	          id_of_process(chrome, chrome->run->process_of[event->node]),
	          id_of_node(chrome, event->node), at_ns - chrome->run->start_ns);
	pkdi_out_unsigned(out, "id", number + 1);
	put_text(out, "name", chrome->run->program->streams[flow->stream].name);
	pkdi_out_text(out, "cat", "value");
	if (ends)
		pkdi_out_text(out, "bp", "e");
	pkdi_out_close(out, '}');
}

void pkdi_chrome_write(const struct pkdi_chrome *chrome, uint64_t item, struct pkdi_out *out)
{
	uint32_t part;

	if (item < chrome->n_meta) {
		write_meta(chrome, item, out);
		return;
	}
	item -= chrome->n_meta;
	if (item >= chrome->n_events) {
		item -= chrome->n_events;
		write_flow(chrome, item / 2, item % 2, out);
		return;
	}
	part = part_of(chrome, item);
	write_event(chrome, part,
	            &chrome->parts[part].copy.events[item - chrome->parts[part].first], out);
}

/* ---- What else is to be known ---- */

/* What was overwritten ended before the oldest that is there: events are written at their ends. */
static int64_t complete_from(const struct pkdi_chrome *chrome)
{
	int64_t from_ns = 0;

	for (uint32_t i = 0; i < chrome->n_parts; i++) {
		const struct pkdi_trace_copy *copy = &chrome->parts[i].copy;
		int64_t ns;

		if (!copy->n_overwritten || !copy->n)
			continue;
		ns = copy->events[0].start_ns + copy->events[0].duration_ns - chrome->run->start_ns;
		if (ns > from_ns)
			from_ns = ns;
	}
	return from_ns;
}

/* Of so many processes as find room there. */
enum { SAID = 64 };

void pkdi_chrome_write_other(const struct pkdi_chrome *chrome, struct pkdi_out *out)
{
	struct timespec now;
	uint64_t n_overwritten = 0;
	uint32_t n_said = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	put_text(out, "program", chrome->run->program->name);
	pkdi_out_text(out, "version", "pkd " PKD_VERSION);
	pkdi_out_text(out, "clock", "CLOCK_MONOTONIC");
	pkdi_out_signed(out, "start_ns", chrome->run->start_ns);
	pkdi_out_signed(out, "start_epoch_ns",
	                now.tv_sec * INT64_C(1000000000) + now.tv_nsec -
	                        (pkd_now() - chrome->run->start_ns));
	for (uint32_t i = 0; i < chrome->n_parts; i++)
		n_overwritten += chrome->parts[i].copy.n_overwritten;
	pkdi_out_unsigned(out, "events", chrome->n_events);
	pkdi_out_unsigned(out, "overwritten", n_overwritten);
	put_time(out, "complete_from", complete_from(chrome));
	pkdi_out_open(out, "overwritten_by_process", '{');
	for (uint32_t i = 0; i < chrome->n_parts && n_said < SAID; i++) {
		char name[NAME_SIZE];

		if (!chrome->parts[i].copy.n_overwritten)
			continue;
		snprintf(name, sizeof(name), "%s", name_of_process(chrome, i));
		pkdi_out_unsigned(out, name, chrome->parts[i].copy.n_overwritten);
		n_said++;
	}
	pkdi_out_close(out, '}');
}
