/* Steps that take too long. The supervisor looks at the words of a process: nobody has to tell it when
 * a step begins, as it looks again at the latest when one that began just now would be too long. */
#ifndef PKDI_STALL_H
#define PKDI_STALL_H

#include "words.h"

/* When to look at the process again; 0 = now, its step has taken longer than stall_ns. */
int64_t pkdi_stall_look(const struct pkdi_process_words *words, int64_t stall_ns, int64_t now_ns);

#endif
