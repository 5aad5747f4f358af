/* What the filter of system calls says of each, on the architecture for which this is compiled. */
#define _GNU_SOURCE
#include "seccomp_machine.h"

#if defined(__x86_64__)

static void numbers_are_those_of_the_kernel(void **state)
{
	const uint32_t program = trap(PKDI_REFUSED_PROGRAMS), others = trap(PKDI_REFUSED_OTHERS),
		       system = trap(PKDI_REFUSED_SYSTEM);
	const struct numbered numbers[] = {
		{0, SECCOMP_RET_ALLOW},   /* read */
		{2, SECCOMP_RET_ALLOW},   /* open */
		{7, SECCOMP_RET_ALLOW},   /* poll */
		{57, program},            /* fork */
		{58, program},            /* vfork */
		{59, program},            /* execve */
		{101, others},            /* ptrace */
		{165, system},            /* mount */
		{257, SECCOMP_RET_ALLOW}, /* openat */
		{321, system},            /* bpf */
	};

	(void)state;
	check_numbers(numbers, sizeof(numbers) / sizeof(numbers[0]));
	assert_int_equal(pkdi_confine_settled(), 0);
	assert_int_equal(says(2), trap(PKDI_REFUSED_SETTLED));
}

/* The same numbers with a bit more are calls, too. */
static void no_call_is_made_by_the_x32_table(void **state)
{
	(void)state;
	confine((struct pkdi_rights){.everything = true});
	for (uint32_t call = 0; call < 512; call++)
		assert_int_equal(says(call | 0x40000000), SECCOMP_RET_KILL_PROCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS_OF_ANY_ARCHITECTURE,
		cmocka_unit_test(numbers_are_those_of_the_kernel),
		cmocka_unit_test(no_call_is_made_by_the_x32_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	const struct CMUnitTest tests[] = {TESTS_OF_ANY_ARCHITECTURE};

	(void)check_numbers;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
