/* What `pkd top` shows, top_view.c, and what its keys do, top_keys.c: without a terminal. */
#ifndef PKD_TOP_VIEW_H
#define PKD_TOP_VIEW_H

#include "pkd/canvas.h"
#include "pkd/key.h"
#include "pkd/order.h"
#include "pkd/prompt.h"
#include "pkd/view.h"

enum top_tab { TOP_NODES, TOP_EDGES, TOP_PROCESSES, N_TOP_TABS };

enum top_wish { TOP_STAYS, TOP_QUITS, TOP_ORDERS, TOP_GIVES_UP };

/* What is typed, or asked. */
enum top_mode { TOP_WATCHES, TOP_SETS, TOP_CALLS, TOP_ASKS_STOP };

struct top_state {
	enum top_tab tab;
	size_t chosen[N_TOP_TABS]; /* the item that is chosen, by its place in the program */
	int scroll[N_TOP_TABS];
	int sort[N_TOP_TABS];       /* a column; -1: the order of the program */
	bool is_turned[N_TOP_TABS]; /* the other way round */
	enum top_mode mode;
	struct prompt prompt; /* of TOP_SETS and TOP_CALLS, and what may be meant there */
	char names[512];
	bool is_wrong;                /* they are what is wrong with what was typed */
	struct order order;           /* of TOP_ORDERS; without a method: nothing is being asked */
	char asked[PROMPT_SIZE + 16]; /* the order in words */
	int64_t asked_ns;             /* for how long it has been */
	char said[2048]; /* the answer to the last one, or what was wrong; "": nothing */
	enum look said_look;
	int64_t period_ns;
	int64_t silent_ns; /* for how long it has owed an answer */
	int page;          /* rows of the list, as drawn last */
	int n_columns;     /* of the tab, as drawn last: those that are shown */
	int shown[16];
};

void top_init(struct top_state *state, int64_t period_ns);
void top_finish(struct top_state *state);

/* What a key does to the state, and what is to be done besides. */
enum top_wish top_press(struct top_state *state, const struct view *view, int key);

/* Says something in the line above the keys. */
void top_say(struct top_state *state, enum look look, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What the order says that has been given, as order.h takes it; `context` is the state. */
void top_tell(void *context, const char *text, bool is_fault);

/* How many items a list has, and in which order it shows them; to be freed. */
size_t top_count(const struct view *view, enum top_tab tab);
size_t *top_rows(const struct top_state *state, const struct view *view);

/* Whether a list can be sorted by a column. */
bool top_sorts_by(enum top_tab tab, int column);

/* Draws everything, and scrolls to what is chosen. */
void top_draw(struct canvas *canvas, struct top_state *state, const struct view *view,
              const struct talk *talk);

#endif
