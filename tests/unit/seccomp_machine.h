/* The filters of the sandbox as programs, run here and not by a kernel: whoever includes this has
 * them for the architecture that its macros name. */
#ifndef TESTS_SECCOMP_MACHINE_H
#define TESTS_SECCOMP_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <linux/audit.h>
#include <string.h>

/* Those of the library keep their names. */
#define pkdi_seccomp_exists of_test_seccomp_exists
#define pkdi_filter_init of_test_filter_init
#define pkdi_filter_refuse of_test_filter_refuse
#define pkdi_filter_refuse_value of_test_filter_refuse_value
#define pkdi_filter_refuse_others of_test_filter_refuse_others
#define pkdi_filter_refuse_bits of_test_filter_refuse_bits
#define pkdi_filter_refuse_without of_test_filter_refuse_without
#define pkdi_filter_refuse_pair of_test_filter_refuse_pair
#define pkdi_refused_call_name of_test_refused_call_name
#define pkdi_refusal_reason of_test_refusal_reason
#define pkdi_confine_calls of_test_confine_calls
#define pkdi_confine_settled of_test_confine_settled

#define pkdi_filter_install of_test_filter_install
#include "os/seccomp.c"
#undef pkdi_filter_install
#define pkdi_filter_install keep_filter

/* In place of the kernel's. */
static struct pkdi_filter kept;

int pkdi_filter_install(struct pkdi_filter *filter, bool all_threads)
{
	(void)all_threads;
	result(filter, SECCOMP_RET_ALLOW);
	assert_false(filter->full);
	kept = *filter;
	return 0;
}

#include "process/confine_calls.c"

/* What the filter says of a call. */
static uint32_t run_filter(const struct pkdi_filter *filter, uint32_t architecture, uint32_t call,
                           const uint64_t arguments[6])
{
	struct seccomp_data data = {.nr = (int)call, .arch = architecture};
	uint32_t word = 0;

	if (arguments)
		memcpy(data.args, arguments, sizeof(data.args));
	for (uint32_t at = 0; at < filter->n; at++) {
		const struct sock_filter *code = &filter->code[at];

		switch (code->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(code->k % 4 == 0 && code->k <= sizeof(data) - 4);
			memcpy(&word, (const char *)&data + code->k, 4);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += word == code->k ? code->jt : code->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			at += word & code->k ? code->jt : code->jf;
			break;
		case BPF_RET | BPF_K:
			return code->k;
		default:
			fail_msg("instruction %u has code %#x", at, code->code);
		}
	}
	fail_msg("the filter has no end for call %u", call);
	return 0;
}

/* ---- What is expected, for any architecture ---- */

static uint32_t says(uint32_t call)
{
	return run_filter(&kept, ARCHITECTURE, call, NULL);
}

static uint32_t says_of(uint32_t call, uint64_t first, uint64_t second)
{
	return run_filter(&kept, ARCHITECTURE, call, (const uint64_t[6]){first, second});
}

static void confine(struct pkdi_rights rights)
{
	struct pkdi_run run = {.supervisor = 4711};

	assert_int_equal(pkdi_confine_calls(&run, &rights), 0);
}

static void every_refused_call_is_trapped(void **state)
{
	(void)state;
	confine((struct pkdi_rights){0});
	for (size_t i = 0; i < N_REFUSED; i++)
		if (!table[i].partly && table[i].refusal != PKDI_REFUSED_SETTLED)
			assert_int_equal(says((uint32_t)table[i].call), trap(table[i].refusal));
}

static void what_every_program_needs_is_allowed(void **state)
{
	static const int calls[] = {SYS_read,  SYS_write,      SYS_futex,        SYS_mmap,
	                            SYS_ppoll, SYS_exit_group, SYS_rt_sigreturn, SYS_openat};

	(void)state;
	confine((struct pkdi_rights){0});
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(says((uint32_t)calls[i]), SECCOMP_RET_ALLOW);
}

static void arguments_are_looked_at(void **state)
{
	const uint64_t self = (uint64_t)getpid();

	(void)state;
	confine((struct pkdi_rights){0});
	assert_int_equal(says_of(SYS_kill, self, SIGTERM), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_kill, 1, SIGTERM), trap(PKDI_REFUSED_OTHERS));
	/* The kernel reads an int: what is above it does not hide another process. */
	assert_int_equal(says_of(SYS_kill, self | UINT64_C(1) << 40, SIGTERM), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_clone, CLONE_VM | CLONE_THREAD, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_clone, SIGCHLD, 0), trap(PKDI_REFUSED_PROGRAMS));
	assert_int_equal(says_of(SYS_clone, CLONE_THREAD | CLONE_NEWUSER, 0),
	                 trap(PKDI_REFUSED_PRIVILEGES));
	assert_int_equal(says(SYS_clone3), PKDI_REFUSE_ERRNO(ENOSYS));
	assert_int_equal(says_of(SYS_socket, AF_INET, 0), trap(PKDI_REFUSED_NETWORK));
	assert_int_equal(says_of(SYS_socket, AF_UNIX, 0), PKDI_REFUSE_ERRNO(EACCES));
	assert_int_equal(says_of(SYS_ioctl, 2, TIOCSTI), trap(PKDI_REFUSED_OTHERS));
	assert_int_equal(says_of(SYS_ioctl, 2, TIOCGWINSZ), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_prctl, PR_SET_PDEATHSIG, 0), trap(PKDI_REFUSED_PRIVILEGES));
}

static void rights_lift_what_they_say(void **state)
{
	(void)state;
	confine((struct pkdi_rights){.network = true, .executes = true});
	assert_int_equal(says_of(SYS_socket, AF_INET, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(says(SYS_execve), SECCOMP_RET_ALLOW);
	assert_int_equal(says_of(SYS_clone, SIGCHLD, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(says(SYS_ptrace), trap(PKDI_REFUSED_OTHERS));
}

static void settled_gives_up_what_opens(void **state)
{
	(void)state;
	assert_int_equal(pkdi_confine_settled(), 0);
	assert_int_equal(says(SYS_openat), trap(PKDI_REFUSED_SETTLED));
	assert_int_equal(says(SYS_openat2), trap(PKDI_REFUSED_SETTLED));
	assert_int_equal(says(SYS_connect), trap(PKDI_REFUSED_SETTLED));
	assert_int_equal(says(SYS_read), SECCOMP_RET_ALLOW);
}

static void calls_of_another_architecture_end_the_process(void **state)
{
	static const uint32_t all[] = {AUDIT_ARCH_I386,
	                               AUDIT_ARCH_X86_64,
	                               AUDIT_ARCH_ARM,
	                               AUDIT_ARCH_ARMEB,
	                               AUDIT_ARCH_AARCH64,
	                               AUDIT_ARCH_RISCV64,
	                               0,
	                               UINT32_MAX};

	(void)state;
	confine((struct pkdi_rights){.everything = true});
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (uint32_t call = 0; call < 512; call++)
			if (all[i] != ARCHITECTURE)
				assert_int_equal(run_filter(&kept, all[i], call, NULL),
				                 SECCOMP_RET_KILL_PROCESS);
}

#define TESTS_OF_ANY_ARCHITECTURE                                      \
	cmocka_unit_test(every_refused_call_is_trapped),               \
		cmocka_unit_test(what_every_program_needs_is_allowed), \
		cmocka_unit_test(arguments_are_looked_at),             \
		cmocka_unit_test(rights_lift_what_they_say),           \
		cmocka_unit_test(settled_gives_up_what_opens),         \
		cmocka_unit_test(calls_of_another_architecture_end_the_process)

/* The numbers as the kernel has them, not as headers say. */
struct numbered {
	uint32_t call;
	uint32_t expected;
};

static void check_numbers(const struct numbered *numbers, size_t n)
{
	confine((struct pkdi_rights){0});
	for (size_t i = 0; i < n; i++)
		assert_int_equal(says(numbers[i].call), numbers[i].expected);
}

#endif
