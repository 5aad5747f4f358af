/* The same for arm64, wherever this is compiled: its numbers are the kernel's generic ones, which
 * every Linux has in a header. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <asm/termbits.h>
#include <cmocka.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__x86_64__)
/* In place of the numbers of this machine. */
#define _ASM_UNISTD_64_H
#define _UAPI_ASM_UNISTD_64_H
#define __ARCH_WANT_RENAMEAT
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_TIME32_SYSCALLS
#define __ARCH_WANT_SYS_CLONE3
#define __ARCH_WANT_MEMFD_SECRET
#include <asm-generic/unistd.h>
#include <sys/syscall.h>

#include "process/confine_calls.h" /* what else the runtime's headers include is of this machine */

#undef __x86_64__
#define __aarch64__ 1
#endif

#include "seccomp_machine.h"

static void numbers_are_those_of_the_kernel(void **state)
{
	const uint32_t program = trap(PKDI_REFUSED_PROGRAMS), others = trap(PKDI_REFUSED_OTHERS),
		       system = trap(PKDI_REFUSED_SYSTEM);
	const struct numbered numbers[] = {
		{63, SECCOMP_RET_ALLOW}, /* read */
		{56, SECCOMP_RET_ALLOW}, /* openat */
		{73, SECCOMP_RET_ALLOW}, /* ppoll */
		{98, SECCOMP_RET_ALLOW}, /* futex */
		{40, system},            /* mount */
		{117, others},           /* ptrace */
		{220, program},          /* clone, for a process */
		{221, program},          /* execve */
		{280, system},           /* bpf */
		{281, program},          /* execveat */
		/* On x86-64 these are fork, vfork, execve and open. */
		{57, SECCOMP_RET_ALLOW}, /* close */
		{58, system},            /* vhangup */
		{59, SECCOMP_RET_ALLOW}, /* pipe2 */
		{2, SECCOMP_RET_ALLOW},  /* io_destroy */
	};

	(void)state;
	check_numbers(numbers, sizeof(numbers) / sizeof(numbers[0]));
	assert_int_equal(pkdi_confine_settled(), 0);
	assert_int_equal(says(56), trap(PKDI_REFUSED_SETTLED));
	assert_int_equal(says(437), trap(PKDI_REFUSED_SETTLED)); /* openat2 */
}

/* What has no number there the kernel refuses, and no rule hits another call by its number. */
static void calls_that_do_not_exist_there_have_no_rule(void **state)
{
	(void)state;
#if defined(SYS_open) || defined(SYS_fork) || defined(SYS_vfork) || defined(SYS_poll) || \
	defined(SYS_chmod) || defined(SYS_iopl) || defined(X32_BIT)
	fail_msg("these are not the numbers of arm64");
#endif
	assert_null(pkdi_refused_call_name(57));
	assert_string_equal(pkdi_refused_call_name(221), "execve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS_OF_ANY_ARCHITECTURE,
		cmocka_unit_test(numbers_are_those_of_the_kernel),
		cmocka_unit_test(calls_that_do_not_exist_there_have_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
