#define _GNU_SOURCE
#include "channel/wake.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint32_t pkdi_sleep_announce(struct pkdi_sleeper *sleeper)
{
	/* The bell is read first: a ring between here and the wait must end the wait. */
	uint32_t bell = atomic_load(sleeper->bell);

	atomic_store(sleeper->sleep, atomic_load(sleeper->sleep) | 1);
	atomic_thread_fence(memory_order_seq_cst);
	return bell;
}

void pkdi_sleep_wait(struct pkdi_sleeper *sleeper, uint32_t bell, int64_t timeout_ns)
{
	struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};

	if (timeout_ns > 0)
		syscall(SYS_futex, sleeper->bell, FUTEX_WAIT, bell, &timeout, NULL, 0);
}

void pkdi_sleep_over(struct pkdi_sleeper *sleeper)
{
	uint32_t epoch = atomic_load_explicit(sleeper->sleep, memory_order_relaxed);

	if (epoch & 1)
		atomic_store_explicit(sleeper->sleep, epoch + 1, memory_order_relaxed);
}

void pkdi_wake_fence(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}

bool pkdi_is_asleep(const struct pkdi_neighbour *neighbour)
{
	return pkdi_sleeps(neighbour->sleep);
}

bool pkdi_wake(struct pkdi_neighbour *neighbour)
{
	uint32_t epoch = atomic_load_explicit(neighbour->sleep, memory_order_relaxed);

	if (!(epoch & 1) || epoch == neighbour->rung)
		return false;
	neighbour->rung = epoch;
	pkdi_bell_ring(&neighbour->bell);
	return true;
}

void pkdi_bell_ring(const struct pkdi_bell_handle *bell)
{
	uint64_t one = 1;

	if (bell->event_fd < 0) {
		atomic_fetch_add(bell->count, 1);
		syscall(SYS_futex, bell->count, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
	} else if (write(bell->event_fd, &one, sizeof(one)) < 0) {
		return; /* so full that it is readable anyway */
	}
}
