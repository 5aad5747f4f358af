/* When a process looks for work before it sleeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "channel/spin.h"

enum { SHORT_NS = 30000, LONG_NS = 10000000, FOUND_NS = 1000, N = 10000 };

/* How often it looks in `n` waits that take `waited_ns`, when it finds something after `found_ns`;
 * 0: never. */
static int looks(struct pkdi_spin *spin, int n, int64_t waited_ns, int64_t found_ns)
{
	int n_looks = 0;

	for (int i = 0; i < n; i++) {
		int64_t for_ns = pkdi_spin_for(spin, 0, waited_ns);

		if (!for_ns)
			continue;
		n_looks++;
		pkdi_spin_end(spin, found_ns ? found_ns : for_ns, found_ns != 0);
	}
	return n_looks;
}

static void who_finds_something_soon_goes_on_looking(void **state)
{
	struct pkdi_spin spin = {0};

	(void)state;
	assert_int_equal(looks(&spin, N, SHORT_NS, FOUND_NS), N);
}

static void who_finds_nothing_tries_now_and_then(void **state)
{
	struct pkdi_spin spin = {0};

	(void)state;
	assert_in_range(looks(&spin, N, SHORT_NS, 0), N / PKDI_SPIN_TRY, N / PKDI_SPIN_TRY + 2);
}

/* What costs more than the wake that it saves is given up, even where it always finds something. */
static void who_finds_something_late_gives_up(void **state)
{
	struct pkdi_spin spin = {0};

	(void)state;
	assert_in_range(looks(&spin, N, SHORT_NS, 3 * PKDI_SPIN_WAKE_NS / 2), N / PKDI_SPIN_TRY,
	                N / PKDI_SPIN_TRY + 2);
}

static void after_a_change_it_is_found_out_that_looking_pays(void **state)
{
	struct pkdi_spin spin = {0};

	(void)state;
	looks(&spin, N, SHORT_NS, 0);
	looks(&spin, N, SHORT_NS, FOUND_NS);
	assert_int_equal(looks(&spin, N, SHORT_NS, FOUND_NS), N);
	looks(&spin, N, SHORT_NS, 0);
	assert_in_range(looks(&spin, N, SHORT_NS, 0), N / PKDI_SPIN_TRY, N / PKDI_SPIN_TRY + 2);
}

static void after_a_long_wait_nobody_looks(void **state)
{
	struct pkdi_spin spin = {0};

	(void)state;
	assert_int_equal(looks(&spin, N, LONG_NS, FOUND_NS), 0);
}

static void what_the_deploy_says_holds(void **state)
{
	struct pkdi_spin spin = {.balance_ns = -1};

	(void)state;
	assert_int_equal(pkdi_spin_for(&spin, 50000, 50000), 50000);
	assert_int_equal(pkdi_spin_for(&spin, 50000, 50001), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_finds_something_soon_goes_on_looking),
		cmocka_unit_test(who_finds_nothing_tries_now_and_then),
		cmocka_unit_test(who_finds_something_late_gives_up),
		cmocka_unit_test(after_a_change_it_is_found_out_that_looking_pays),
		cmocka_unit_test(after_a_long_wait_nobody_looks),
		cmocka_unit_test(what_the_deploy_says_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
