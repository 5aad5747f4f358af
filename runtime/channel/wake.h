/* Sleeping and waking: eventcounts on futexes, no data. A process has one bell, whatever its
 * nodes wait for.
 *
 * The sleeper announces itself, then checks everything once more, then sleeps on the bell; the
 * notifier stores its word, then checks whether the other is asleep. Both have a seq_cst fence
 * between their store and their check, so one of them sees the other's store: no wake is lost,
 * and while nobody sleeps no system call is made. A notifier rings once per sleep: the bell's
 * count has then changed for good, and the sleeper's wait on the old count returns at once. */
#ifndef PKDI_WAKE_H
#define PKDI_WAKE_H

#include <stdbool.h>

#include "channel/words.h"

/* How a process is woken. */
struct pkdi_bell_handle {
	_Atomic uint32_t *count;
	int event_fd; /* of a process that also waits for descriptors; else -1 */
};

/* The process itself, as the sleeper. */
struct pkdi_sleeper {
	_Atomic uint32_t *sleep; /* own */
	_Atomic uint32_t *bell;
};

/* Another process, to be woken. */
struct pkdi_neighbour {
	const _Atomic uint32_t *sleep;
	struct pkdi_bell_handle bell;
	uint32_t rung; /* the sleep it was last rung for */
};

/* Announces the sleep; returns the count that the bell must still have for the wait to begin. */
uint32_t pkdi_sleep_announce(struct pkdi_sleeper *sleeper);
/* Waits until the bell is rung, at most timeout_ns; may return early. */
void pkdi_sleep_wait(struct pkdi_sleeper *sleeper, uint32_t bell, int64_t timeout_ns);
/* Ends an announced sleep, whether or not it waited. Safe to call at start on what a death left. */
void pkdi_sleep_over(struct pkdi_sleeper *sleeper);

/* One round of a polling loop: yields the core's pipeline to its other hardware thread. */
static inline void pkdi_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Polling. Each poll of a line takes it from the writer that is about to store to it; where
 * values come as fast as they are taken, it pays to back off between polls, which lets the
 * writer get ahead by a microsecond or so. Where that yields only one value, the writer was
 * itself waiting, and it does not pay. A reader that waits for longer than one poll notices no
 * difference. */
struct pkdi_poller {
	uint32_t n_looks;   /* failed, since the last find */
	uint32_t n_at_once; /* finds since the last wait */
	int32_t n_short; /* waits in a row that took one more poll; < 0 after a useless back-off */
	bool backs_off;  /* in the last wait */
};

enum { PKDI_SHORT_WAITS = 16, PKDI_BACKOFF_PAUSES = 32, PKDI_BACKOFF_PENALTY = 1000 };

/* Between two polls. */
static inline void pkdi_poller_pause(struct pkdi_poller *poller)
{
	int n_pauses = 1;

	if (poller->n_looks++ == 0) {
		if (poller->backs_off && !poller->n_at_once)
			poller->n_short = -PKDI_BACKOFF_PENALTY;
		poller->n_at_once = 0;
		poller->backs_off = poller->n_short >= PKDI_SHORT_WAITS;
		if (poller->backs_off)
			n_pauses = PKDI_BACKOFF_PAUSES;
	}
	for (int i = 0; i < n_pauses; i++)
		pkdi_relax();
}

static inline void pkdi_poller_found(struct pkdi_poller *poller)
{
	if (!poller->n_looks)
		poller->n_at_once++;
	else if (poller->n_looks == 1)
		poller->n_short++;
	else if (poller->n_short > 0)
		poller->n_short = 0;
	poller->n_looks = 0;
}

/* To be called after storing words and before any number of pkdi_wake. */
void pkdi_wake_fence(void);
/* True if it was asleep and has been rung. */
bool pkdi_wake(struct pkdi_neighbour *neighbour);
bool pkdi_is_asleep(const struct pkdi_neighbour *neighbour);
static inline bool pkdi_sleeps(const _Atomic uint32_t *sleep)
{
	return atomic_load_explicit(sleep, memory_order_relaxed) & 1;
}

/* Rings it, asleep or not. */
void pkdi_bell_ring(const struct pkdi_bell_handle *bell);

#endif
