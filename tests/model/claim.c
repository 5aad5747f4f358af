/* claim.c - two workers claim a frame (runtime/channel/pool.c) in C11 atomics; see channel.c for
 * how it is used. Exactly one takes it, and asking again gives the same answer. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define ENTRY(seq, worker) ((seq)*2 + (worker))

static atomic_int claim = ENTRY(1, 0); /* of an older frame */
static int n_takers[2];

static bool pkdi_pool_takes(int me, int seq)
{
	int entry = atomic_load(&claim);

	while (entry / 2 < seq) {
#ifdef CLAIM_WITHOUT_CAS
		entry = ENTRY(seq, me);
		atomic_store(&claim, entry);
#else
		if (atomic_compare_exchange_strong(&claim, &entry, ENTRY(seq, me)))
			return true;
#endif
	}
	return entry == ENTRY(seq, me);
}

static void *worker(void *number)
{
	int me = number != NULL;
	bool takes = pkdi_pool_takes(me, 2);

	n_takers[me] = takes;
	assert(pkdi_pool_takes(me, 2) == takes); /* after a restart */
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, worker, NULL);
	pthread_create(&threads[1], NULL, worker, &claim);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	assert(n_takers[0] + n_takers[1] == 1);
	return 0;
}
