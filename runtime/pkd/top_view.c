#define _GNU_SOURCE
#include "pkd/top_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/words.h"

/* A node whose code has been running for so long is shown as busy with it. */
#define LONG_CALL_NS INT64_C(1000000000)
/* Shares of a limit that are near it. */
#define NEARLY 0.9
/* An answer that is not there after that long is worth a word. */
#define SILENCE_NS INT64_C(2000000000)

/* ---- Columns ---- */

enum kind { NAME, TEXT, NUMBER, BAR, COURSE };

struct column {
	const char *title;
	enum kind kind;
	int width;
	int since; /* columns of the screen from which on it is shown */
};

enum node_column {
	NODE_NAME,
	NODE_STATE,
	NODE_FRAME,
	NODE_RATE,
	NODE_COURSE,
	NODE_BUSY,
	NODE_BAR,
	NODE_MEAN,
	NODE_P99,
	NODE_LONGEST,
	NODE_RESTARTS,
	NODE_LOST,
	NODE_PROCESS,
	NODE_KIND,
};

static const struct column node_columns[] = {
	[NODE_NAME] = {"node", NAME, 0, 0},
	[NODE_STATE] = {"state", TEXT, 9, 0},
	[NODE_FRAME] = {"frame", NUMBER, 8, 0},
	[NODE_RATE] = {"rate/s", NUMBER, 6, 0},
	[NODE_COURSE] = {"", COURSE, VIEW_SAMPLES - 1, 140},
	[NODE_BUSY] = {"busy", NUMBER, 5, 0},
	[NODE_BAR] = {"", BAR, 10, 100},
	[NODE_MEAN] = {"mean", NUMBER, 7, 0},
	[NODE_P99] = {"p99", NUMBER, 7, 90},
	[NODE_LONGEST] = {"longest", NUMBER, 7, 0},
	[NODE_RESTARTS] = {"restarts", NUMBER, 8, 0},
	[NODE_LOST] = {"lost", NUMBER, 8, 110},
	[NODE_PROCESS] = {"process", TEXT, 12, 125},
	[NODE_KIND] = {"what it is", TEXT, 16, 180},
};

enum edge_column {
	EDGE_NAME,
	EDGE_POLICY,
	EDGE_DEPTH,
	EDGE_BAR,
	EDGE_RATE,
	EDGE_COURSE,
	EDGE_DROPPED,
	EDGE_DROP_RATE,
	EDGE_ABSENT,
	EDGE_PUBLISHED,
	EDGE_PLACE,
};

static const struct column edge_columns[] = {
	[EDGE_NAME] = {"edge", NAME, 0, 0},
	[EDGE_POLICY] = {"policy", TEXT, 6, 0},
	[EDGE_DEPTH] = {"waiting", NUMBER, 9, 0},
	[EDGE_BAR] = {"", BAR, 10, 100},
	[EDGE_RATE] = {"rate/s", NUMBER, 6, 0},
	[EDGE_COURSE] = {"", COURSE, VIEW_SAMPLES - 1, 140},
	[EDGE_DROPPED] = {"dropped", NUMBER, 8, 0},
	[EDGE_DROP_RATE] = {"drops/s", NUMBER, 7, 0},
	[EDGE_ABSENT] = {"absent", NUMBER, 6, 110},
	[EDGE_PUBLISHED] = {"published", NUMBER, 9, 120},
	[EDGE_PLACE] = {"place", TEXT, 24, 180},
};

enum process_column {
	PROCESS_NAME,
	PROCESS_PID,
	PROCESS_CALLING,
	PROCESS_SINCE,
	PROCESS_RESTARTS,
	PROCESS_MEMORY,
	PROCESS_CPU,
	PROCESS_BAR,
};

static const struct column process_columns[] = {
	[PROCESS_NAME] = {"process", NAME, 0, 0},
	[PROCESS_PID] = {"pid", NUMBER, 7, 0},
	[PROCESS_CALLING] = {"in the code of", TEXT, 14, 0},
	[PROCESS_SINCE] = {"since", NUMBER, 6, 0},
	[PROCESS_RESTARTS] = {"restarts", NUMBER, 8, 0},
	[PROCESS_MEMORY] = {"memory", NUMBER, 8, 0},
	[PROCESS_CPU] = {"cpu", NUMBER, 5, 0},
	[PROCESS_BAR] = {"", BAR, 10, 100},
};

#define LENGTH(array) (int)(sizeof(array) / sizeof((array)[0]))

static const struct tab {
	const char *title;
	const struct column *columns;
	int n_columns;
} tabs[] = {
	[TOP_NODES] = {"Nodes", node_columns, LENGTH(node_columns)},
	[TOP_EDGES] = {"Edges", edge_columns, LENGTH(edge_columns)},
	[TOP_PROCESSES] = {"Processes", process_columns, LENGTH(process_columns)},
};

size_t top_count(const struct view *view, enum top_tab tab)
{
	return tab == TOP_NODES   ? view->n_nodes
	       : tab == TOP_EDGES ? view->n_edges
	                          : view->n_processes;
}

bool top_sorts_by(enum top_tab tab, int column)
{
	enum kind kind = tabs[tab].columns[column].kind;

	return kind != BAR && kind != COURSE;
}

/* ---- What stands in a place ---- */

/* A text for people, a number to sort by and for a bar, and how it looks. */
struct place {
	char text[512];
	double number;
	enum look look;
	double course[VIEW_SAMPLES];
	int n_course;
};

static void set_text(struct place *place, enum look look, const char *text)
{
	snprintf(place->text, sizeof(place->text), "%s", text);
	place->look = look;
}

/* Zeros are quiet. */
static void set_count(struct place *place, uint64_t number, unsigned width, enum look look)
{
	words_count(number, width, place->text);
	place->number = (double)number;
	place->look = number ? look : LOOK_QUIET;
}

static void set_rate(struct place *place, double rate, enum look look)
{
	words_rate(rate, place->text);
	place->number = rate;
	place->look = rate > 0 ? look : LOOK_QUIET;
}

static void set_share(struct place *place, double share)
{
	place->number = share;
	place->look = share >= NEARLY ? LOOK_WARN : share > 0.0005 ? LOOK_PLAIN : LOOK_QUIET;
	if (share >= 0)
		words_share(share, place->text);
	else
		set_text(place, LOOK_QUIET, "-");
}

static void set_time(struct place *place, double ns)
{
	place->number = ns;
	if (ns >= 0)
		words_step((int64_t)ns, place->text);
	else
		set_text(place, LOOK_QUIET, "-");
}

/* Differences between neighbouring samples, per second. */
static void set_course(struct place *place, const struct view *view, const uint64_t *past)
{
	uint64_t last = view->n_samples - 1;
	uint64_t n = last < VIEW_SAMPLES - 1 ? last : VIEW_SAMPLES - 1;

	place->look = LOOK_GOOD;
	for (uint64_t i = n; view->n_samples && i > 0; i--) {
		uint64_t from = (last - i) % VIEW_SAMPLES, to = (last - i + 1) % VIEW_SAMPLES;
		int64_t passed_ns = view->at_ns[to] - view->at_ns[from];

		place->course[place->n_course++] = passed_ns > 0 && past[to] > past[from]
		                                           ? (double)(past[to] - past[from]) /
		                                                     (double)passed_ns
		                                           : 0;
	}
}

static void set_state(struct place *place, const struct view_node *node)
{
	char text[WORDS_SIZE], busy[2 * WORDS_SIZE];

	if (node->in_call_ns >= LONG_CALL_NS) {
		words_duration(node->in_call_ns, text);
		snprintf(busy, sizeof(busy), "busy %s", text);
		set_text(place, LOOK_WARN, busy);
	} else {
		set_text(place,
		         !strcmp(node->state, "running")    ? LOOK_GOOD
		         : !strcmp(node->state, "starting") ? LOOK_WARN
		         : !strcmp(node->state, "gone")     ? LOOK_BAD
		                                            : LOOK_QUIET,
		         node->state);
	}
}

static void fill_node(struct place *place, const struct view *view, const struct view_node *node,
                      enum node_column column)
{
	switch (column) {
	case NODE_NAME:
		set_text(place, LOOK_PLAIN, node->name);
		break;
	case NODE_STATE:
		set_state(place, node);
		break;
	case NODE_FRAME:
		set_count(place, node->frame, 8, LOOK_PLAIN);
		break;
	case NODE_RATE:
		set_rate(place, node->rate, LOOK_PLAIN);
		break;
	case NODE_COURSE:
		set_course(place, view, node->past_firings);
		break;
	case NODE_BUSY:
		set_share(place, node->busy);
		break;
	case NODE_BAR:
		place->number = node->busy;
		place->look = node->busy >= NEARLY ? LOOK_WARN : LOOK_GOOD;
		break;
	case NODE_MEAN:
		set_time(place, node->mean_ns);
		break;
	case NODE_P99:
		set_time(place, node->p99_ns ? (double)node->p99_ns : -1);
		break;
	case NODE_LONGEST:
		set_time(place, node->firings ? (double)node->longest_ns : -1);
		break;
	case NODE_RESTARTS:
		set_count(place, node->restarts, 8, LOOK_BAD);
		break;
	case NODE_LOST:
		set_count(place, node->refused + node->failed, 8, LOOK_BAD);
		break;
	case NODE_PROCESS:
		set_text(place, LOOK_PLAIN, node->process);
		break;
	case NODE_KIND:
		set_text(place, LOOK_QUIET, node->kind);
		break;
	}
}

/* How full the window is; negative: its reader takes the newest, or nothing any more. */
static double fullness(const struct view_edge *edge)
{
	if (edge->has_left || !view_is_lossless(edge) || !edge->window)
		return -1;
	return (double)view_depth(edge) / (double)edge->window;
}

static void set_depth(struct place *place, const struct view_edge *edge)
{
	uint64_t depth = view_depth(edge);

	place->number = (double)depth;
	place->look = fullness(edge) >= NEARLY ? LOOK_WARN : depth ? LOOK_PLAIN : LOOK_QUIET;
	if (edge->has_left)
		set_text(place, LOOK_QUIET, "ended");
	else if (view_is_lossless(edge))
		snprintf(place->text, sizeof(place->text), "%llu/%llu", (unsigned long long)depth,
		         (unsigned long long)edge->window);
	else
		snprintf(place->text, sizeof(place->text), "%llu new", (unsigned long long)depth);
}

static void fill_edge(struct place *place, const struct view *view, const struct view_edge *edge,
                      enum edge_column column)
{
	double full = fullness(edge);

	switch (column) {
	case EDGE_NAME:
		snprintf(place->text, sizeof(place->text), "%s -> %s.%s", edge->stream, edge->node,
		         edge->input);
		break;
	case EDGE_POLICY:
		set_text(place, LOOK_PLAIN, edge->policy);
		break;
	case EDGE_DEPTH:
		set_depth(place, edge);
		break;
	case EDGE_BAR:
		place->number = full;
		place->look = full >= NEARLY ? LOOK_WARN : LOOK_GOOD;
		break;
	case EDGE_RATE:
		set_rate(place, edge->rate, LOOK_PLAIN);
		break;
	case EDGE_COURSE:
		set_course(place, view, edge->past_published);
		break;
	case EDGE_DROPPED:
		set_count(place, edge->dropped, 8, LOOK_PLAIN);
		break;
	case EDGE_DROP_RATE:
		set_rate(place, edge->drop_rate, LOOK_PLAIN);
		break;
	case EDGE_ABSENT:
		set_share(place, edge->looks ? (double)edge->absent / (double)edge->looks : -1);
		break;
	case EDGE_PUBLISHED:
		set_count(place, edge->published, 9, LOOK_PLAIN);
		break;
	case EDGE_PLACE:
		set_text(place, LOOK_QUIET, edge->at);
		break;
	}
}

static void fill_process(struct place *place, const struct view *view,
                         const struct view_process *process, enum process_column column)
{
	bool is_timed = process->calling && process->since_ns > 0;

	switch (column) {
	case PROCESS_NAME:
		set_text(place, LOOK_PLAIN, process->name);
		break;
	case PROCESS_PID:
		if (process->pid)
			snprintf(place->text, sizeof(place->text), "%d", (int)process->pid);
		else
			snprintf(place->text, sizeof(place->text), "ended");
		place->number = process->pid;
		break;
	case PROCESS_CALLING:
		set_text(place, process->calling ? LOOK_PLAIN : LOOK_QUIET,
		         process->calling ? process->calling : "-");
		break;
	case PROCESS_SINCE:
		set_time(place, is_timed ? (double)(view->now_ns - process->since_ns) : -1);
		if (place->number >= (double)LONG_CALL_NS)
			place->look = LOOK_WARN;
		break;
	case PROCESS_RESTARTS:
		set_count(place, process->restarts, 8, LOOK_BAD);
		break;
	case PROCESS_MEMORY:
		place->number = (double)process->usage.bytes;
		if (process->usage.is_known)
			words_bytes(process->usage.bytes, place->text);
		else
			set_text(place, LOOK_QUIET, "-");
		break;
	case PROCESS_CPU:
		set_share(place, process->share);
		break;
	case PROCESS_BAR:
		place->number = process->share;
		place->look = process->share >= NEARLY ? LOOK_WARN : LOOK_GOOD;
		break;
	}
}

static void fill(struct place *place, const struct view *view, enum top_tab tab, size_t row,
                 int column)
{
	*place = (struct place){.look = LOOK_PLAIN};
	if (tab == TOP_NODES)
		fill_node(place, view, &view->nodes[row], (enum node_column)column);
	else if (tab == TOP_EDGES)
		fill_edge(place, view, &view->edges[row], (enum edge_column)column);
	else
		fill_process(place, view, &view->processes[row], (enum process_column)column);
}

/* ---- What a list is sorted by ---- */

struct sorting {
	const struct view *view;
	enum top_tab tab;
	int column;
	bool is_turned;
};

/* Numbers from the largest on, texts from A on; what is equal in the order of the program. */
static int compare(const void *a, const void *b, void *context)
{
	const struct sorting *order = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	enum kind kind = tabs[order->tab].columns[order->column].kind;
	struct place p, q;
	int r;

	fill(&p, order->view, order->tab, x, order->column);
	fill(&q, order->view, order->tab, y, order->column);
	r = kind == NAME || kind == TEXT ? strcmp(p.text, q.text)
	                                 : (p.number < q.number) - (p.number > q.number);
	if (order->is_turned)
		r = -r;
	return r ? r : (x > y) - (x < y);
}

size_t *top_rows(const struct top_state *state, const struct view *view)
{
	size_t n = top_count(view, state->tab);
	size_t *rows = calloc(n + 1, sizeof(*rows));
	struct sorting order = {view, state->tab, state->sort[state->tab],
	                        state->is_turned[state->tab]};

	if (!rows)
		abort();
	for (size_t i = 0; i < n; i++)
		rows[i] = order.column < 0 && order.is_turned ? n - 1 - i : i;
	if (order.column >= 0)
		qsort_r(rows, n, sizeof(*rows), compare, &order);
	return rows;
}

/* ---- The list ---- */

enum { GAP = 2, LIST_TOP = 4 };

/* The widest name of the tab. */
static int name_width(const struct view *view, enum top_tab tab)
{
	size_t width = 10;
	struct place place;

	for (size_t i = 0; i < top_count(view, tab); i++) {
		fill(&place, view, tab, i, 0);
		width = strlen(place.text) > width ? strlen(place.text) : width;
	}
	return width > 200 ? 200 : (int)width;
}

/* Which columns fit, and how wide the name is. */
static int lay_out(struct top_state *state, const struct view *view, int columns)
{
	const struct tab *tab = &tabs[state->tab];
	int left = columns, widest = name_width(view, state->tab);

	state->n_columns = 0;
	for (int i = 0; i < tab->n_columns; i++) {
		const struct column *column = &tab->columns[i];

		if (column->since > columns)
			continue;
		if (column->kind != NAME && left - column->width - GAP < 8)
			continue;
		if (column->kind != NAME)
			left -= column->width + GAP;
		state->shown[state->n_columns++] = i;
	}
	return widest < left ? widest : left;
}

static void draw_heads(struct canvas *canvas, const struct top_state *state, int name)
{
	const struct tab *tab = &tabs[state->tab];
	int at = 0;

	canvas_look(canvas, LIST_TOP - 1, 0, canvas->columns, LOOK_HEAD);
	for (int i = 0; i < state->n_columns; i++) {
		const struct column *column = &tab->columns[state->shown[i]];
		int width = column->kind == NAME ? name : column->width;
		bool is_sorted = state->sort[state->tab] == state->shown[i];
		bool is_up = state->is_turned[state->tab] == (column->kind == NUMBER);
		char title[64];

		snprintf(title, sizeof(title), "%s%s", column->title,
		         !is_sorted           ? ""
		         : canvas->is_unicode ? is_up ? "▲" : "▼"
		         : is_up              ? "^"
		                              : "v");
		/* The arrow stands in the gap, so that the title stays in its place. */
		if (column->kind == NUMBER)
			canvas_right(canvas, LIST_TOP - 1, at, width + is_sorted, LOOK_HEAD, title);
		else
			canvas_text(canvas, LIST_TOP - 1, at, width + is_sorted, LOOK_HEAD, title);
		at += width + GAP;
	}
}

static void draw_place(struct canvas *canvas, int row, int at, int width, enum kind kind,
                       const struct place *place)
{
	char text[512];

	switch (kind) {
	case NAME:
	case TEXT:
		words_shorten(place->text, (size_t)width, text, sizeof(text));
		canvas_text(canvas, row, at, width, place->look, text);
		break;
	case NUMBER:
		canvas_right(canvas, row, at, width, place->look, place->text);
		break;
	case BAR:
		if (place->number >= 0)
			canvas_bar(canvas, row, at, width, place->look, place->number);
		break;
	case COURSE:
		canvas_course(canvas, row, at + width - place->n_course, place->look, place->course,
		              place->n_course);
		break;
	}
}

/* The lowest rows: what was said last, and the keys. Where there is little room they share one. */
static int foot_rows(const struct canvas *canvas)
{
	return canvas->rows < 12 ? 1 : 2;
}

/* Returns the first row that is shown. */
static int scroll_to_chosen(struct top_state *state, const size_t *rows, int n)
{
	int *scroll = &state->scroll[state->tab], at = 0;

	while (at < n && rows[at] != state->chosen[state->tab])
		at++;
	if (*scroll <= at - state->page)
		*scroll = at - state->page + 1;
	if (*scroll > at)
		*scroll = at;
	if (*scroll > n - state->page)
		*scroll = n - state->page;
	if (*scroll < 0)
		*scroll = 0;
	return *scroll;
}

static void draw_list(struct canvas *canvas, struct top_state *state, const struct view *view)
{
	const struct tab *tab = &tabs[state->tab];
	int name = lay_out(state, view, canvas->columns);
	int n = (int)top_count(view, state->tab);
	size_t *rows = top_rows(state, view);
	int first;

	state->page = canvas->rows - LIST_TOP - foot_rows(canvas);
	state->page = state->page < 1 ? 1 : state->page;
	first = scroll_to_chosen(state, rows, n);
	draw_heads(canvas, state, name);
	for (int i = 0; i < state->page && first + i < n; i++) {
		int at = 0;

		for (int j = 0; j < state->n_columns; j++) {
			const struct column *column = &tab->columns[state->shown[j]];
			int width = column->kind == NAME ? name : column->width;
			struct place place;

			fill(&place, view, state->tab, rows[first + i], state->shown[j]);
			draw_place(canvas, LIST_TOP + i, at, width, column->kind, &place);
			at += width + GAP;
		}
		if (rows[first + i] == state->chosen[state->tab])
			canvas_look(canvas, LIST_TOP + i, 0, canvas->columns, LOOK_CHOSEN);
	}
	free(rows);
}

/* ---- Above and below ---- */

static uint64_t count_dropped(const struct view *view)
{
	uint64_t n = 0;

	for (size_t i = 0; i < view->n_edges; i++)
		n += view->edges[i].dropped;
	return n;
}

/* What went wrong so far: "2 restarts, 3 frames failed". */
static void list_losses(const struct view *view, char *text, size_t size)
{
	uint64_t restarts = 0, refused = 0, failed = 0;
	size_t n = 0;

	for (size_t i = 0; i < view->n_processes; i++)
		restarts += view->processes[i].restarts;
	for (size_t i = 0; i < view->n_nodes; i++) {
		refused += view->nodes[i].refused;
		failed += view->nodes[i].failed;
	}
	*text = '\0';
	if (restarts)
		n += (size_t)snprintf(text + n, size - n, "%llu restart%s",
		                      (unsigned long long)restarts, restarts == 1 ? "" : "s");
	if (refused && n < size)
		n += (size_t)snprintf(text + n, size - n, "%s%llu refused", n ? ", " : "",
		                      (unsigned long long)refused);
	if (failed && n < size)
		snprintf(text + n, size - n, "%s%llu failed", n ? ", " : "",
		         (unsigned long long)failed);
}

static enum look look_of_phase(const struct view *view)
{
	return !strcmp(view->phase, "running") ? LOOK_GOOD : LOOK_WARN;
}

static void draw_program(struct canvas *canvas, const struct view *view, const struct talk *talk)
{
	const struct view_node *origin = view_origin(view);
	char text[256], name[TALK_NAME], number[WORDS_SIZE], rate[WORDS_SIZE];
	int at, room, columns = canvas->columns;

	words_shorten(talk->name, columns > 60 ? (size_t)columns - 50 : 10, text, sizeof(text));
	at = canvas_text(canvas, 0, 0, columns, LOOK_TITLE, text);
	at = canvas_text(canvas, 0, at + 2, columns - at, look_of_phase(view), view->phase);
	words_duration(view->age_ns, number);
	snprintf(text, sizeof(text), "up %s", number);
	at = canvas_text(canvas, 0, at + 2, columns - at, LOOK_PLAIN, text);
	if (!origin)
		return;
	words_rate(origin->frame_rate, rate);
	snprintf(text, sizeof(text), ": frame %llu, %s/s", (unsigned long long)origin->frame, rate);
	room = columns - at - 2 - (int)strlen(text);
	words_shorten(origin->name, room > 0 ? (size_t)room : 0, name, sizeof(name));
	room = columns - (int)strlen(name) - (int)strlen(text);
	canvas_text(canvas, 0, room, columns, LOOK_PLAIN, name);
	canvas_right(canvas, 0, at + 2, columns - at - 2, LOOK_PLAIN, text);
}

static void draw_usage(struct canvas *canvas, const struct view *view, const struct talk *talk)
{
	char text[256], memory[WORDS_SIZE], cpu[WORDS_SIZE], losses[128];
	uint64_t dropped = count_dropped(view);
	int at, columns = canvas->columns;

	words_bytes(view->usage.bytes, memory);
	words_share(view->share, cpu);
	snprintf(text, sizeof(text), "pid %d  %zu processes  memory %s  cpu %s", (int)talk->pid,
	         view->n_processes, view->usage.is_known ? memory : "?",
	         view->share >= 0 ? cpu : "?");
	at = canvas_text(canvas, 1, 0, columns, LOOK_PLAIN, text);
	if (dropped) {
		snprintf(text, sizeof(text), "  %llu dropped", (unsigned long long)dropped);
		at = canvas_text(canvas, 1, at, columns - at, LOOK_PLAIN, text);
	}
	list_losses(view, losses, sizeof(losses));
	canvas_right(canvas, 1, at + 2, columns - at - 2, LOOK_BAD, losses);
}

static void draw_tabs(struct canvas *canvas, const struct top_state *state, const struct view *view)
{
	int at = 0, n = (int)top_count(view, state->tab);
	int first = state->scroll[state->tab] + 1, last = first + state->page - 1;
	char text[64];

	for (int i = 0; i < N_TOP_TABS; i++) {
		bool is_shown = i == (int)state->tab;

		snprintf(text, sizeof(text), is_shown ? "[%s %zu]" : " %s %zu ", tabs[i].title,
		         top_count(view, (enum top_tab)i));
		at = canvas_text(canvas, 2, at, canvas->columns - at,
		                 is_shown ? LOOK_TITLE : LOOK_QUIET, text) +
		     1;
	}
	if (n <= state->page)
		return;
	snprintf(text, sizeof(text), "%d-%d of %d", first, last < n ? last : n, n);
	canvas_right(canvas, 2, at, canvas->columns - at, LOOK_PLAIN, text);
}

/* What is typed or asked, how long the program has owed an answer, or what was said last. Returns
 * whether there is anything to say. */
static bool draw_said(struct canvas *canvas, int row, const struct top_state *state,
                      const struct talk *talk)
{
	char text[512], number[WORDS_SIZE];
	int columns = canvas->columns;

	switch (state->mode) {
	case TOP_SETS:
	case TOP_CALLS:
		prompt_draw(&state->prompt, canvas, row,
		            state->mode == TOP_SETS ? "set " : "call ");
		return true;
	case TOP_ASKS_STOP:
		snprintf(text, sizeof(text), " Stop %s? y: yes, any other key: no ", talk->name);
		canvas_text(canvas, row, 0, columns, LOOK_ASK, text);
		return true;
	case TOP_WATCHES:
		break;
	}
	if (state->order.method) {
		words_duration(state->asked_ns, number);
		snprintf(text, sizeof(text), "asking for %s ...  esc: give it up  ", number);
		columns -= canvas_text(canvas, row, 0, columns, LOOK_WARN, text);
		canvas_text(canvas, row, canvas->columns - columns, columns, LOOK_PLAIN,
		            state->asked);
	} else if (state->silent_ns > SILENCE_NS) {
		words_duration(state->silent_ns, number);
		snprintf(text, sizeof(text), "no answer for %s; is it suspended?", number);
		canvas_text(canvas, row, 0, columns, LOOK_BAD, text);
	} else {
		words_shorten(state->said, (size_t)columns, text, sizeof(text));
		canvas_text(canvas, row, 0, columns, state->said_look, text);
	}
	return state->order.method || state->silent_ns > SILENCE_NS || *state->said;
}

static void draw_keys(struct canvas *canvas, int row, const struct top_state *state,
                      const struct view *view)
{
	bool is_held = state->tab == TOP_NODES && view->n_nodes > 0 &&
	               view_is_held(&view->nodes[state->chosen[TOP_NODES]]);
	char text[512];

	if (state->mode == TOP_WATCHES)
		snprintf(text, sizeof(text),
		         "q quit  p %s  s set  c call  x stop  tab list  < > r o sort  "
		         "+- every %.3gs",
		         is_held ? "resume" : "pause", (double)state->period_ns / 1e9);
	else if (state->mode == TOP_ASKS_STOP)
		*text = '\0';
	else
		snprintf(text, sizeof(text), "%s",
		         *state->names
		                 ? state->names
		                 : "enter: do it  esc: leave it  tab: complete  ctrl-u: clear");
	canvas_text(canvas, row, 0, canvas->columns, state->is_wrong ? LOOK_BAD : LOOK_QUIET, text);
}

static void draw_foot(struct canvas *canvas, const struct top_state *state, const struct view *view,
                      const struct talk *talk)
{
	int n = foot_rows(canvas), row = canvas->rows - n;

	if (row <= LIST_TOP)
		return;
	if (!draw_said(canvas, row, state, talk) || n > 1)
		draw_keys(canvas, canvas->rows - 1, state, view);
}

void top_draw(struct canvas *canvas, struct top_state *state, const struct view *view,
              const struct talk *talk)
{
	draw_list(canvas, state, view);
	draw_program(canvas, view, talk);
	draw_usage(canvas, view, talk);
	draw_tabs(canvas, state, view);
	draw_foot(canvas, state, view, talk);
}
