#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/top_view.h"

#define SHORTEST_NS INT64_C(100000000)
#define LONGEST_NS INT64_C(60000000000)

void top_init(struct top_state *state, int64_t period_ns)
{
	*state = (struct top_state){.period_ns = period_ns, .page = 1};
	for (int i = 0; i < N_TOP_TABS; i++)
		state->sort[i] = -1;
}

void top_finish(struct top_state *state)
{
	order_finish(&state->order);
}

/* The column before or behind the one that is sorted by, among those that are shown and can be. */
static void choose_column(struct top_state *state, int step)
{
	int *sort = &state->sort[state->tab], at = step > 0 ? -1 : 0;

	if (state->n_columns == 0)
		return;
	for (int i = 0; i < state->n_columns; i++)
		if (state->shown[i] == *sort)
			at = i;
	do
		at = (at + step + state->n_columns) % state->n_columns;
	while (!top_sorts_by(state->tab, state->shown[at]));
	*sort = state->shown[at];
}

static void change_period(struct top_state *state, bool slower)
{
	int64_t period_ns = slower ? state->period_ns * 2 : state->period_ns / 2;

	state->period_ns = period_ns < SHORTEST_NS  ? SHORTEST_NS
	                   : period_ns > LONGEST_NS ? LONGEST_NS
	                                            : period_ns;
}

static void change_tab(struct top_state *state, int tab)
{
	state->tab = (enum top_tab)((tab + N_TOP_TABS) % N_TOP_TABS);
	state->n_columns = 0;
}

/* ---- What is said ---- */

void top_say(struct top_state *state, enum look look, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(state->said, sizeof(state->said), format, arguments);
	va_end(arguments);
	state->said_look = look;
}

void top_tell(void *context, const char *text, bool is_fault)
{
	struct top_state *state = context;
	size_t n = strlen(state->said);

	snprintf(state->said + n, sizeof(state->said) - n, "%s%s", n ? "; " : "", text);
	if (is_fault)
		state->said_look = LOOK_BAD;
}

/* ---- Orders ---- */

static enum top_wish give(struct top_state *state, const char *words, const char *more)
{
	snprintf(state->asked, sizeof(state->asked), "%s %s", words, more);
	state->asked_ns = 0;
	top_say(state, LOOK_GOOD, "%s", "");
	return TOP_ORDERS;
}

/* Holds the node that is chosen, or lets it go on. */
static enum top_wish hold(struct top_state *state, const struct view *view)
{
	const struct view_node *node = &view->nodes[state->chosen[TOP_NODES]];
	bool is_held;

	if (state->tab != TOP_NODES || view->n_nodes == 0) {
		top_say(state, LOOK_WARN, "choose a node first: 1 shows them");
		return TOP_STAYS;
	}
	is_held = view_is_held(node);
	order_nodes(&state->order, is_held ? "resume" : "pause", &node->name, 1);
	return give(state, state->order.method, node->name);
}

/* The words behind `call`: NODE COMMAND, as at `pkd call`, or NODE.COMMAND, which becomes two. */
static bool make_call(struct top_state *state, char **words, size_t n)
{
	bool is_two = n > 1 && !strchr(words[1], '=');
	char *dot = n && !is_two ? strrchr(words[0], '.') : NULL;
	char **all = calloc(n + 2, sizeof(*all));
	bool is_made;

	if (!all)
		abort();
	if (is_two) {
		is_made = order_call(&state->order, words, n, ORDER_CALL_WAIT_NS);
	} else if (!dot || dot == words[0] || !dot[1]) {
		snprintf(state->order.why, sizeof(state->order.why),
		         "call needs NODE COMMAND, as in: call count reset to=0");
		is_made = false;
	} else {
		*dot = '\0';
		all[0] = words[0];
		all[1] = dot + 1;
		memcpy(all + 2, words + 1, (n - 1) * sizeof(*all));
		is_made = order_call(&state->order, all, n + 1, ORDER_CALL_WAIT_NS);
	}
	free(all);
	return is_made;
}

/* What was typed. What is wrong with it is said, and it can be typed on. */
static enum top_wish enter(struct top_state *state)
{
	bool sets = state->mode == TOP_SETS;
	size_t n = 0;
	char **words = prompt_words(state->prompt.text, &n);
	bool is_made;

	if (words && n == 0) {
		free(words);
		state->mode = TOP_WATCHES;
		return TOP_STAYS;
	}
	if (words)
		is_made = sets ? order_set(&state->order, words, n, UINT64_MAX, ORDER_SET_WAIT_NS)
		               : make_call(state, words, n);
	else
		is_made = false;
	snprintf(state->names, sizeof(state->names), "%s",
	         words ? state->order.why : "a quote is not closed");
	free(words);
	if (!is_made) {
		state->is_wrong = true;
		order_finish(&state->order);
		return TOP_STAYS;
	}
	state->mode = TOP_WATCHES;
	return give(state, sets ? "set" : "call", state->prompt.text);
}

/* ---- Completion ---- */

static void complete_argument(struct top_state *state, const struct view *view)
{
	size_t first = strcspn(state->prompt.text, " ");

	for (size_t i = 0; i < view->n_commands; i++) {
		const struct view_command *command = &view->commands[i];
		size_t node = strlen(command->node);

		if (first != node + 1 + strlen(command->name) ||
		    memcmp(state->prompt.text, command->node, node) != 0 ||
		    memcmp(state->prompt.text + node + 1, command->name, first - node - 1) != 0)
			continue;
		prompt_complete(&state->prompt, (const char *const *)command->names,
		                command->n_names, "=", state->names, sizeof(state->names));
		return;
	}
}

static void complete_command(struct top_state *state, const struct view *view)
{
	char **names = calloc(view->n_commands + 1, sizeof(*names));

	if (!names)
		abort();
	for (size_t i = 0; i < view->n_commands; i++)
		if (asprintf(&names[i], "%s.%s", view->commands[i].node, view->commands[i].name) <
		    0)
			abort();
	prompt_complete(&state->prompt, (const char *const *)names, view->n_commands, " ",
	                state->names, sizeof(state->names));
	for (size_t i = 0; i < view->n_commands; i++)
		free(names[i]);
	free(names);
}

static void complete_param(struct top_state *state, const struct view *view)
{
	const char **names = calloc(view->n_params + 1, sizeof(*names));
	size_t n = 0;

	if (!names)
		abort();
	for (size_t i = 0; i < view->n_params; i++)
		if (view->params[i].is_live)
			names[n++] = view->params[i].name;
	prompt_complete(&state->prompt, names, n, "=", state->names, sizeof(state->names));
	free(names);
}

/* What stands behind = is the user's. */
static void complete(struct top_state *state, const struct view *view)
{
	size_t n_before;
	const char *word = prompt_word(&state->prompt, &n_before);

	if (memchr(word, '=', (size_t)(state->prompt.text + state->prompt.at - word)))
		return;
	if (state->mode == TOP_SETS)
		complete_param(state, view);
	else if (n_before == 0)
		complete_command(state, view);
	else
		complete_argument(state, view);
}

/* ---- Keys ---- */

/* The node that is chosen is the one whose commands are meant, if it has any. */
static void begin_call(struct top_state *state, const struct view *view)
{
	char text[TALK_NAME + 1] = "";

	for (size_t i = 0; i < view->n_commands && state->tab == TOP_NODES; i++)
		if (!strcmp(view->commands[i].node, view->nodes[state->chosen[TOP_NODES]].name))
			snprintf(text, sizeof(text), "%s.", view->commands[i].node);
	prompt_begin(&state->prompt, text);
}

static void begin(struct top_state *state, const struct view *view, enum top_mode mode)
{
	state->mode = mode;
	*state->names = '\0';
	top_say(state, LOOK_PLAIN, "%s", "");
	if (mode == TOP_CALLS)
		begin_call(state, view);
	else
		prompt_begin(&state->prompt, "");
}

static enum top_wish type(struct top_state *state, const struct view *view, int key)
{
	*state->names = '\0';
	state->is_wrong = false;
	switch (key) {
	case TOP_ENTER:
		return enter(state);
	case TOP_ESCAPE:
		state->mode = TOP_WATCHES;
		break;
	case TOP_NEXT_TAB:
		complete(state, view);
		break;
	default:
		prompt_press(&state->prompt, key);
		break;
	}
	return TOP_STAYS;
}

static enum top_wish answer(struct top_state *state, int key)
{
	state->mode = TOP_WATCHES;
	if (key != 'y' && key != 'Y')
		return TOP_STAYS;
	order_stop(&state->order);
	return give(state, "stop", "");
}

/* The keys that choose an item of the list. */
static void choose(struct top_state *state, const struct view *view, int key)
{
	int n = (int)top_count(view, state->tab), at = 0;
	size_t *rows = top_rows(state, view);

	while (at < n - 1 && rows[at] != state->chosen[state->tab])
		at++;
	switch (key) {
	case TOP_UP:
	case 'k':
		at--;
		break;
	case TOP_DOWN:
	case 'j':
		at++;
		break;
	case TOP_PAGE_UP:
		at -= state->page;
		break;
	case TOP_PAGE_DOWN:
	case ' ':
		at += state->page;
		break;
	case TOP_HOME:
		at = 0;
		break;
	case TOP_END:
		at = n - 1;
		break;
	default:
		break;
	}
	at = at > n - 1 ? n - 1 : at;
	if (n > 0)
		state->chosen[state->tab] = rows[at < 0 ? 0 : at];
	free(rows);
}

/* The keys that tell the program something. One thing is asked at a time. */
static enum top_wish act(struct top_state *state, const struct view *view, int key)
{
	if (state->order.method)
		return TOP_STAYS;
	switch (key) {
	case 'p':
		return hold(state, view);
	case 's':
		begin(state, view, TOP_SETS);
		break;
	case 'c':
		begin(state, view, TOP_CALLS);
		break;
	default:
		state->mode = TOP_ASKS_STOP;
		break;
	}
	return TOP_STAYS;
}

static void watch(struct top_state *state, const struct view *view, int key)
{
	switch (key) {
	case TOP_NEXT_TAB:
	case TOP_PREVIOUS_TAB:
		change_tab(state, (int)state->tab + (key == TOP_NEXT_TAB ? 1 : -1));
		break;
	case '1':
	case '2':
	case '3':
		change_tab(state, key - '1');
		break;
	case '<':
	case TOP_LEFT:
		choose_column(state, -1);
		break;
	case '>':
	case TOP_RIGHT:
		choose_column(state, 1);
		break;
	case 'o':
		state->sort[state->tab] = -1;
		state->is_turned[state->tab] = false;
		break;
	case 'r':
		state->is_turned[state->tab] = !state->is_turned[state->tab];
		break;
	case '+':
	case '-':
		change_period(state, key == '+');
		break;
	default:
		choose(state, view, key);
		break;
	}
}

enum top_wish top_press(struct top_state *state, const struct view *view, int key)
{
	if (state->mode == TOP_ASKS_STOP)
		return answer(state, key);
	if (state->mode != TOP_WATCHES)
		return type(state, view, key);
	switch (key) {
	case 'q':
	case 'Q':
		return TOP_QUITS;
	case TOP_ESCAPE:
		top_say(state, LOOK_PLAIN, "%s", "");
		return state->order.method ? TOP_GIVES_UP : TOP_STAYS;
	case 'p':
	case 's':
	case 'c':
	case 'x':
		return act(state, view, key);
	default:
		watch(state, view, key);
		return TOP_STAYS;
	}
}
