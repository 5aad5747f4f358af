/* A screen of characters with looks, in memory: what is drawn here can be tested, and shown by
 * whatever shows it. */
#ifndef PKD_CANVAS_H
#define PKD_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum look {
	LOOK_PLAIN,
	LOOK_HEAD,  /* the heads of columns */
	LOOK_TITLE, /* the program, the tab that is shown */
	LOOK_QUIET, /* what can be passed over: zeros, keys */
	LOOK_GOOD,
	LOOK_WARN,   /* what is near its limit */
	LOOK_BAD,    /* what is lost, or stuck */
	LOOK_ASK,    /* a question */
	LOOK_CHOSEN, /* the row that keys are about, and the cursor */
	N_LOOKS,
};

struct cell {
	uint32_t character; /* Unicode */
	uint8_t look;
};

struct canvas {
	int rows, columns;
	bool is_unicode; /* others than those of ASCII may be drawn */
	struct cell *cells;
};

/* An empty one. */
void canvas_begin(struct canvas *canvas, int rows, int columns, bool is_unicode);
void canvas_finish(struct canvas *canvas);

/* Draws a text, of UTF-8, as far as it fits into `width` columns. Returns the column behind it. */
int canvas_text(struct canvas *canvas, int row, int column, int width, enum look look,
                const char *text);

/* The same at the right end of those columns; what is too long loses its end. */
void canvas_right(struct canvas *canvas, int row, int column, int width, enum look look,
                  const char *text);

/* A bar of `width` columns, filled to that share of one. */
void canvas_bar(struct canvas *canvas, int row, int column, int width, enum look look,
                double share);

/* The course of numbers, oldest first, a column each; the largest is as high as can be. */
void canvas_course(struct canvas *canvas, int row, int column, enum look look,
                   const double *numbers, int n);

/* Gives a row a look from there on. */
void canvas_look(struct canvas *canvas, int row, int column, int width, enum look look);

/* A row as UTF-8, without the blanks at its end. */
void canvas_row(const struct canvas *canvas, int row, char *ret_text, size_t size);

#endif
