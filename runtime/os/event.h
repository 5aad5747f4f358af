/* eventfds that processes share. Any of them can make it block, or take what was meant for
 * another: so nobody blocks in a read of it, and nothing depends on the count. */
#ifndef PKDI_EVENT_H
#define PKDI_EVENT_H

/* Resets the count, without blocking. */
void pkdi_event_take(int fd);

#endif
