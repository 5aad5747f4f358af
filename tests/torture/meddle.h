/* Asks the console of a program under torture for things that leave what it writes as it is:
 * pauses, other parameters, commands, restarts by hand. Its answers may fail to come, as it is
 * killed, too. */
#ifndef MEDDLE_H
#define MEDDLE_H

#include "run.h"

/* Where the sockets of the programs are: to be put into their PKD_DIR. */
const char *meddle_place(void);

/* One request, or a pause for a moment. */
void meddle(struct run *run);

/* Lets all nodes go on, for a run that is to end by itself. */
void meddle_no_more(struct run *run);

#endif
