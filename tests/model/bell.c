/* bell.c - the fence pair of runtime/channel/wake.h in C11 atomics; see channel.c for how it is
 * used. The sleeper must not wait while the value is there and nobody rings. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#ifndef SLEEP_FENCE
#define SLEEP_FENCE \
	memory_order_seq_cst /* pkdi_sleep_announce; its store of `sleep` is weak here */
#endif
#ifndef WAKE_FENCE
#define WAKE_FENCE memory_order_seq_cst /* pkdi_wake_fence */
#endif

static atomic_int value, asleep, bell;
static int waits;

static void *sleeper(void *arg)
{
	int ticket = atomic_load(&bell); /* pkdi_sleep_announce */

	atomic_store_explicit(&asleep, 1, memory_order_relaxed);
	atomic_thread_fence(SLEEP_FENCE);
	/* The second look, then FUTEX_WAIT. */
	if (!atomic_load_explicit(&value, memory_order_acquire))
		waits = ticket == 0;
	return arg;
}

static void *notifier(void *arg)
{
	atomic_store_explicit(&value, 1, memory_order_release);
	atomic_thread_fence(WAKE_FENCE);
	if (atomic_load_explicit(&asleep, memory_order_relaxed)) /* pkdi_wake */
		atomic_fetch_add(&bell, 1);
	return arg;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, sleeper, NULL);
	pthread_create(&threads[1], NULL, notifier, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	assert(!waits || atomic_load(&bell) == 1);
	return 0;
}
