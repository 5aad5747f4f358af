/* The controls of a camera, as a command sets them: one text, "exposure_auto=1,brightness=60",
 * which is a live parameter of the program. */
#ifndef PKD_NET_CONTROLS_H
#define PKD_NET_CONTROLS_H

#include "wish.h"

enum { NET_CONTROLS_SIZE = 1024 };

/* Puts what a query says of controls into the text, each in place of what that had. How many there
 * were; -1: something is none, and `wrong` says it. What has another meaning in a command, or is
 * no name of a control, counts for nothing. */
int net_controls_merge(const struct net_text *query, char text[static NET_CONTROLS_SIZE],
                       char wrong[static NET_WRONG_SIZE]);

#endif
