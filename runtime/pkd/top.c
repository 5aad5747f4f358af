/* pkd top: a running program on the whole screen, or as JSON line by line. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/screen.h"
#include "pkd/top_view.h"

/* The first rates are there soon, whatever the period is. */
#define FIRST_NS INT64_C(250000000)

/* How often is said how long an answer has been owed. */
#define COUNTING_NS INT64_C(500000000)

struct top {
	struct talk *talk;
	struct view view;
	struct top_state state;
	bool waits;         /* for a status */
	int64_t asked_ns;   /* when it was asked for */
	int64_t next_ns;    /* when the next one is due */
	struct talk *other; /* in which an order is given: the screen goes on; NULL: none is */
	int64_t ordered_ns; /* when */
	uint64_t n_left;    /* periods until the end; 0: without end */
};

/* The program has ended, or there was no answer: says so, and returns the exit status. */
static int end_status(const struct call *call, const struct talk *talk)
{
	if (!talk->has_ended || !talk->has_status || talk->status != 0)
		return talk_fail(talk);
	if (!call->option[OPTION_JSON])
		printf("%s (%d) ended with status 0\n", talk->name, (int)talk->pid);
	return 0;
}

/* ---- On the screen ---- */

static volatile sig_atomic_t caught;

static void catch (int signal)
{
	caught = signal;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { N_SIGNALS = sizeof(signals) / sizeof(signals[0]) };

/* They are only taken while nothing else is done; *ret_open is the mask that lets them in. */
static void take_signals(sigset_t *ret_open)
{
	struct sigaction action = {.sa_handler = catch};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (int i = 0; i < N_SIGNALS; i++) {
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, ret_open);
	for (int i = 0; i < N_SIGNALS; i++)
		sigdelset(ret_open, signals[i]);
}

/* Ends as who has sent the signal expects it. */
static void give_signal(const sigset_t *open)
{
	if (!caught)
		return;
	signal(caught, SIG_DFL);
	sigprocmask(SIG_SETMASK, open, NULL);
	raise(caught);
}

static void draw(struct top *top)
{
	struct canvas canvas;

	top->state.silent_ns = top->waits ? talk_now() - top->asked_ns : 0;
	top->state.asked_ns = talk_now() - top->ordered_ns;
	screen_canvas(&canvas);
	top_draw(&canvas, &top->state, &top->view, top->talk);
	screen_show(&canvas);
	canvas_finish(&canvas);
}

/* Asks for a status if it is due. */
static bool ask(struct top *top)
{
	int64_t now_ns = talk_now();

	if (top->waits || now_ns < top->next_ns)
		return true;
	top->waits = true;
	top->asked_ns = now_ns;
	return talk_ask(top->talk, "status", NULL);
}

/* Takes what has come. False: the conversation has ended. */
static bool take(struct top *top, bool *ret_is_new)
{
	for (;;) {
		switch (talk_take(top->talk)) {
		case TALK_NOTHING:
			return true;
		case TALK_FAILED:
			return false;
		case TALK_LINE_READ:
			break;
		}
		view_take_status(&top->view, &top->talk->json, top->talk->parameters);
		if (!top->talk->is_last)
			continue;
		view_settle(&top->view);
		view_look(&top->view, top->talk);
		top->next_ns = top->asked_ns + top->state.period_ns;
		if (top->view.n_samples == 1 && top->state.period_ns > FIRST_NS)
			top->next_ns = top->asked_ns + FIRST_NS;
		top->n_left -= top->n_left > 0;
		*ret_is_new = true;
		top->waits = false;
	}
}

/* ---- Orders ---- */

static void end_order(struct top *top)
{
	talk_close(top->other);
	top->other = NULL;
	order_finish(&top->state.order);
}

static void give_order(struct top *top)
{
	const struct order *order = &top->state.order;
	int error = 0;

	top->ordered_ns = talk_now();
	top->other = talk_again(top->talk, &error);
	if (top->other && talk_ask(top->other, order->method, order->parameters))
		return;
	if (top->other)
		top_say(&top->state, LOOK_BAD, "%s", top->other->message);
	else
		top_say(&top->state, LOOK_BAD, "%s cannot be reached: %s", top->talk->name,
		        error ? strerror(error) : "it listens no more");
	end_order(top);
}

/* Takes what has come of the answer; what has changed is looked at at once. */
static void take_order(struct top *top, bool *ret_is_new)
{
	while (top->other) {
		switch (talk_take(top->other)) {
		case TALK_NOTHING:
			return;
		case TALK_FAILED:
			top_say(&top->state, LOOK_BAD, "%s", top->other->message);
			break;
		case TALK_LINE_READ:
			order_take(&top->state.order, top->other, top_tell, &top->state);
			if (!top->other->is_last)
				continue;
			break;
		}
		end_order(top);
		top->next_ns = talk_now();
		*ret_is_new = true;
	}
}

/* ---- The loop ---- */

/* False: that was the wish to quit. */
static bool press(struct top *top, bool *ret_is_new)
{
	for (int key = screen_key(); key >= 0; key = screen_key()) {
		int64_t period_ns = top->state.period_ns;

		*ret_is_new = true;
		switch (key ? top_press(&top->state, &top->view, key) : TOP_STAYS) {
		case TOP_QUITS:
			return false;
		case TOP_ORDERS:
			give_order(top);
			break;
		case TOP_GIVES_UP:
			end_order(top);
			top_say(&top->state, LOOK_WARN, "given up; it may be done all the same: %s",
			        top->state.asked);
			break;
		case TOP_STAYS:
			break;
		}
		top->next_ns += top->state.period_ns - period_ns;
	}
	return true;
}

/* Returns when a key or an answer is there, or it is time; false: the terminal has gone. */
static bool wait(const struct top *top, const sigset_t *open)
{
	struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0},
	                       {top->talk->fd, POLLIN, 0},
	                       {top->other ? top->other->fd : -1, POLLIN, 0}};
	int64_t left_ns = top->next_ns - talk_now();
	struct timespec left = {0, 0};

	/* While it owes an answer, that is counted on the screen. */
	if (top->waits || (top->other && left_ns > COUNTING_NS))
		left_ns = COUNTING_NS;

	if (left_ns > 0)
		left = (struct timespec){left_ns / 1000000000, left_ns % 1000000000};
	return ppoll(fds, 3, &left, open) <= 0 ||
	       !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* Returns the exit status; -1: the program says no more, which has still to be said. */
static int loop(struct top *top, const sigset_t *open)
{
	bool counts = top->n_left > 0;

	while (!caught && !(counts && top->n_left == 0)) {
		bool is_new = top->waits || top->other;

		if (!ask(top) || !take(top, &is_new))
			return -1;
		take_order(top, &is_new);
		if (!press(top, &is_new))
			return 0;
		if (is_new)
			draw(top);
		if (!wait(top, open))
			return STATUS_FAILED;
	}
	return 0;
}

static int show(const struct call *call, struct top *top)
{
	sigset_t open;
	int status;

	if (!screen_begin())
		return STATUS_FAILED;
	take_signals(&open);
	draw(top);
	status = loop(top, &open);
	screen_end();
	give_signal(&open);
	return status < 0 ? end_status(call, top->talk) : status;
}

/* ---- As JSON ---- */

static void write_node(struct say_out *say, const struct view_node *node)
{
	say_room(say, 16384);
	pkdi_out_open(&say->out, NULL, '{');
	pkdi_out_text(&say->out, "name", node->name);
	pkdi_out_text(&say->out, "state", node->state);
	pkdi_out_unsigned(&say->out, "frame", node->frame);
	say_number(say, "rate", node->rate);
	say_number(say, "busy", node->busy);
	if (node->mean_ns >= 0)
		pkdi_out_unsigned(&say->out, "mean_ns", (uint64_t)node->mean_ns);
	else
		say_null(say, "mean_ns");
	if (node->p99_ns)
		pkdi_out_unsigned(&say->out, "p99_ns", node->p99_ns);
	pkdi_out_unsigned(&say->out, "longest_ns", node->longest_ns);
	pkdi_out_unsigned(&say->out, "restarts", node->restarts);
	pkdi_out_close(&say->out, '}');
}

static void write_edge(struct say_out *say, const struct view_edge *edge)
{
	say_room(say, 16384);
	pkdi_out_open(&say->out, NULL, '{');
	pkdi_out_text(&say->out, "stream", edge->stream);
	pkdi_out_text(&say->out, "node", edge->node);
	pkdi_out_text(&say->out, "input", edge->input);
	if (edge->has_left)
		say_null(say, "depth");
	else
		pkdi_out_unsigned(&say->out, "depth", view_depth(edge));
	pkdi_out_unsigned(&say->out, "window", edge->window);
	say_number(say, "rate", edge->rate);
	pkdi_out_unsigned(&say->out, "dropped", edge->dropped);
	pkdi_out_close(&say->out, '}');
}

static void write_sample(const struct view *view, const struct talk *talk)
{
	struct say_out say;

	say_begin(&say);
	say_room(&say, 4096);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_text(&say.out, "program", talk->name);
	pkdi_out_signed(&say.out, "pid", talk->pid);
	pkdi_out_text(&say.out, "phase", view->phase);
	if (view->age_ns >= 0)
		say_number(&say, "uptime_s", (double)view->age_ns / 1e9);
	else
		say_null(&say, "uptime_s");
	if (view->usage.is_known)
		pkdi_out_unsigned(&say.out, "memory", view->usage.bytes);
	else
		say_null(&say, "memory");
	if (view->share >= 0)
		say_number(&say, "cpu", view->share);
	else
		say_null(&say, "cpu");
	pkdi_out_open(&say.out, "nodes", '[');
	for (size_t i = 0; i < view->n_nodes; i++)
		write_node(&say, &view->nodes[i]);
	pkdi_out_close(&say.out, ']');
	pkdi_out_open(&say.out, "edges", '[');
	for (size_t i = 0; i < view->n_edges; i++)
		write_edge(&say, &view->edges[i]);
	pkdi_out_close(&say.out, ']');
	pkdi_out_close(&say.out, '}');
	say_end(&say);
	fflush(stdout);
}

static int write_samples(const struct call *call, struct top *top)
{
	for (uint64_t i = 0; top->n_left == 0 || i < top->n_left; i++) {
		if (talk_wait_end(top->talk, talk_now() + top->state.period_ns) ||
		    !view_sample(&top->view, top->talk))
			return end_status(call, top->talk);
		view_look(&top->view, top->talk);
		write_sample(&top->view, top->talk);
		if (ferror(stdout))
			return STATUS_FAILED;
	}
	return 0;
}

int top_command(struct call *call)
{
	struct top top = {.waits = false};
	int64_t period_ns;
	int status;

	if (!command_seconds(call, OPTION_DELAY, 0.1, 60, 1, &period_ns) ||
	    !command_number(call, OPTION_COUNT, &top.n_left))
		return STATUS_USAGE;
	top_init(&top.state, period_ns);
	top.talk = find_program(command_operand(call));
	if (!top.talk)
		return STATUS_FAILED;
	if (!view_describe(&top.view, top.talk) || !view_sample(&top.view, top.talk)) {
		status = end_status(call, top.talk);
	} else {
		/* Which parameters are live is for completion only. */
		if (!call->option[OPTION_JSON])
			(void)view_values(&top.view, top.talk);
		view_look(&top.view, top.talk);
		top.next_ns = talk_now() + (period_ns < FIRST_NS ? period_ns : FIRST_NS);
		status = call->option[OPTION_JSON] ? write_samples(call, &top) : show(call, &top);
	}
	top_finish(&top.state);
	view_finish(&top.view);
	talk_close(top.other);
	talk_close(top.talk);
	return status;
}
