/* eventfds that processes share. Whoever has one can make it block, or take what was meant for
 * another: so nobody waits in a read of it, and nothing depends on a count. */
#ifndef PKDI_EVENT_H
#define PKDI_EVENT_H

/* Takes what was counted, without ever waiting. */
void pkdi_event_take(int fd);

#endif
