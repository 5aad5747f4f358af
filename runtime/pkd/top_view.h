/* What `pkd top` shows, and what its keys do: without a terminal. */
#ifndef PKD_TOP_VIEW_H
#define PKD_TOP_VIEW_H

#include "pkd/canvas.h"
#include "pkd/view.h"

enum top_tab { TOP_NODES, TOP_EDGES, TOP_PROCESSES, N_TOP_TABS };

/* Keys, whatever the terminal calls them. Others are characters. */
enum top_key {
	TOP_UP = 0x10000,
	TOP_DOWN,
	TOP_PAGE_UP,
	TOP_PAGE_DOWN,
	TOP_HOME,
	TOP_END,
	TOP_NEXT_TAB,
	TOP_PREVIOUS_TAB,
	TOP_LEFT,
	TOP_RIGHT,
};

enum top_wish { TOP_STAYS, TOP_QUITS, TOP_STOPS };

struct top_state {
	enum top_tab tab;
	int scroll[N_TOP_TABS];
	int sort[N_TOP_TABS];       /* a column; -1: the order of the program */
	bool is_turned[N_TOP_TABS]; /* the other way round */
	bool asks;                  /* whether to stop the program */
	bool has_stopped;           /* it has been told to */
	int64_t period_ns;
	int64_t silent_ns; /* for how long it has owed an answer */
	int page;          /* rows of the list, as drawn last */
	int n_columns;     /* of the tab, as drawn last: those that are shown */
	int shown[16];
};

void top_init(struct top_state *state, int64_t period_ns);

/* What a key does to the state, and what is to be done besides. */
enum top_wish top_press(struct top_state *state, const struct view *view, int key);

/* Draws everything, and keeps the scrolling within what there is. */
void top_draw(struct canvas *canvas, struct top_state *state, const struct view *view,
              const struct talk *talk);

#endif
