/* Workers that claim values: each belongs to one of them, for good, however they race and die. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "channel/pool.h"
#include "runtime_trap.h"

enum { SIZE = 4, N_WORKERS = 3, N_VALUES = 10000 };

static _Atomic uint64_t claims[SIZE];
static _Atomic uint64_t cursors[N_WORKERS]; /* the first value that a worker has not done with */
static _Atomic uint8_t owners[N_VALUES + 1];
static _Atomic unsigned n_twice;

static struct pkdi_pool pool_of(uint32_t worker)
{
	return (struct pkdi_pool){claims, SIZE, worker};
}

static int begin(void **state)
{
	(void)state;
	memset((void *)claims, 0, sizeof(claims));
	memset((void *)owners, 0, sizeof(owners));
	for (int i = 0; i < N_WORKERS; i++)
		atomic_store(&cursors[i], 1);
	atomic_store(&n_twice, 0);
	return 0;
}

/* The input is lossless: value seq is there once all cursors are past seq - SIZE. */
static void wait_for(uint64_t seq)
{
	for (int i = 0; i < N_WORKERS; i++)
		while (atomic_load(&cursors[i]) + SIZE <= seq)
			sched_yield();
}

static void *work(void *argument)
{
	uint32_t worker = (uint32_t)(uintptr_t)argument;
	struct pkdi_pool pool = pool_of(worker);

	for (uint64_t seq = 1; seq <= N_VALUES; seq++) {
		wait_for(seq);
		/* As a worker that was killed in between and scans again. */
		for (int again = 0; again < 2; again++) {
			bool first = again == 0;
			if (!pkdi_pool_takes(&pool, seq) ||
			    (!first && atomic_load(&owners[seq]) == worker + 1))
				continue;
			if (atomic_exchange(&owners[seq], (uint8_t)(worker + 1)))
				atomic_fetch_add(&n_twice, 1);
		}
		atomic_store(&cursors[worker], seq + 1);
	}
	return NULL;
}

static void a_value_belongs_to_one_worker(void **state)
{
	pthread_t threads[N_WORKERS];

	(void)state;
	for (uintptr_t i = 0; i < N_WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)i), 0);
	for (int i = 0; i < N_WORKERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(n_twice, 0);
	for (int seq = 1; seq <= N_VALUES; seq++)
		assert_int_not_equal(owners[seq], 0);
}

static void a_claim_stays_its_workers(void **state)
{
	struct pkdi_pool a = pool_of(0), b = pool_of(1);

	(void)state;
	assert_true(pkdi_pool_takes(&a, 1));
	assert_false(pkdi_pool_takes(&b, 1));
	assert_true(pkdi_pool_takes(&b, 2));
	assert_true(pkdi_pool_takes(&a, 1)); /* asked again after a restart */
	assert_false(pkdi_pool_takes(&a, 2));
}

static void a_place_is_used_again(void **state)
{
	struct pkdi_pool a = pool_of(0), b = pool_of(1);

	(void)state;
	assert_true(pkdi_pool_takes(&a, 1));
	assert_true(pkdi_pool_takes(&b, 1 + SIZE));
	assert_false(pkdi_pool_takes(&a, 1 + SIZE));
}

static struct pkdi_pool rival;
static bool rival_takes;

static void let_rival_claim(void)
{
	rival_takes = pkdi_pool_takes(&rival, 1);
}

/* Just before the one stores its claim, the other one does. */
static void two_claims_at_once_are_one(void **state)
{
	_Atomic uint64_t *page = (_Atomic uint64_t *)(void *)trap_page();
	struct pkdi_pool pool = {page, SIZE, 0};

	(void)state;
	rival = (struct pkdi_pool){page, SIZE, 1};
	trap_set(0, (void *)page, PROT_READ, let_rival_claim);
	assert_false(pkdi_pool_takes(&pool, 1));
	assert_true(trap_was_touched(0));
	assert_true(rival_takes);
	munmap((void *)page, TRAP_PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_value_belongs_to_one_worker, begin),
		cmocka_unit_test_setup(a_claim_stays_its_workers, begin),
		cmocka_unit_test_setup(a_place_is_used_again, begin),
		cmocka_unit_test(two_claims_at_once_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
