/* Closes many descriptors with few calls: those with consecutive numbers are closed together.
 * With a thousand processes, each of which closes thousands, single calls would add seconds at
 * the start. */
#ifndef PKDI_CLOSER_H
#define PKDI_CLOSER_H

#include <unistd.h>

struct pkdi_closer {
	unsigned first, end; /* pending: first … end - 1 */
};

static inline void pkdi_closer_finish(struct pkdi_closer *closer)
{
	if (closer->first < closer->end &&
	    close_range(closer->first, closer->end - 1, 0) < 0) /* before Linux 5.9 */
		for (unsigned fd = closer->first; fd < closer->end; fd++)
			close((int)fd);
	closer->first = closer->end = 0;
}

/* Closes *fd, -1 = none, now or at the next finish, and sets it to -1. */
static inline void pkdi_closer_add(struct pkdi_closer *closer, int *fd)
{
	unsigned next = (unsigned)*fd;

	if (*fd < 0)
		return;
	*fd = -1;
	if (next != closer->end) {
		pkdi_closer_finish(closer);
		closer->first = next;
	}
	closer->end = next + 1;
}

#endif
