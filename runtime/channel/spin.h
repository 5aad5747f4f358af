/* How long a process looks for work before it sleeps.
 *
 * A sleep and the wake that ends it cost both sides time: the waker a system call, and, on a virtual
 * machine, the way through the hypervisor. Where two processes are equally fast, the reader sleeps
 * after each value, and so each value costs that; while one that had looked a little longer would
 * have found the next value, and the writer would never have had to wake it. So a process keeps an
 * account: looking costs the time that it takes, and what it finds is worth a wake. It looks as
 * long as the account says that this pays, and otherwise now and then, to see whether it does by
 * now. A process whose waits are long never looks. */
#ifndef PKDI_SPIN_H
#define PKDI_SPIN_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* At most, where the deploy says nothing: longer than it takes until one that has been woken
	 * runs, or two that wake each other for each value would never find out that they need
	 * not. */
	PKDI_SPIN_NS = 50000,
	PKDI_SPIN_WAKE_NS = 10000,                /* what a sleep and a wake cost */
	PKDI_SPIN_SHORT_NS = 200000,              /* a wait after which the next may be worth it */
	PKDI_SPIN_TRY = 64,                       /* short waits, where it does not pay */
	PKDI_SPIN_BALANCE_NS = 10 * PKDI_SPIN_NS, /* at most */
	PKDI_SPIN_PROCESSES = 64, /* in a program of more nobody looks: too many to count */
};

struct pkdi_spin {
	int64_t balance_ns;
	uint32_t n_short; /* waits while it has not paid */
};

/* How long to look, 0: not at all. `fixed_ns` is what the deploy says, or 0; `waited_ns` the last
 * wait. */
int64_t pkdi_spin_for(struct pkdi_spin *spin, int64_t fixed_ns, int64_t waited_ns);
void pkdi_spin_end(struct pkdi_spin *spin, int64_t took_ns, bool found);

#endif
