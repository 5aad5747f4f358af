/* How the client of transfer.h drives its slots. */
#ifndef PKD_HTTP_SLOT_H
#define PKD_HTTP_SLOT_H

#include "transfer.h"

/* Its next try, where it has its turn; else it waits for that. */
void http_slot_begin(struct http_slot *slot);

/* Its try has ended: it is done, or waits for the next one. */
void http_slot_judge(struct http_slot *slot, CURLcode error);

#endif
