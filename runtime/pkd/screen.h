/* The terminal as a whole screen. */
#ifndef PKD_SCREEN_H
#define PKD_SCREEN_H

#include <signal.h>

#include "pkd/canvas.h"

/* Takes the terminal. False after a message: this pkd cannot, or the terminal. */
bool screen_begin(void);

/* Gives it back as it was. */
void screen_end(void);

/* An empty canvas of its size. */
void screen_canvas(struct canvas *ret_canvas);

void screen_show(const struct canvas *canvas);

/* The next key, a character or an enum top_key; -1: none was pressed. 0: look anew, the size may be
 * another. */
int screen_key(void);

#endif
