#define _GNU_SOURCE
#include "os/seccomp.h"

#include <endian.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "the filter of system calls must know this architecture"
#endif

bool pkdi_seccomp_exists(void)
{
#ifdef PKD_TEST_NO_SECCOMP
	return false;
#else
	return prctl(PR_GET_SECCOMP) >= 0;
#endif
}

static void put(struct pkdi_filter *filter, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	if (filter->n == PKDI_FILTER_SIZE) {
		filter->full = true;
		return;
	}
	filter->code[filter->n++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct pkdi_filter *filter, size_t offset)
{
	put(filter, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void load_argument(struct pkdi_filter *filter, int argument)
{
	size_t low = __BYTE_ORDER == __BIG_ENDIAN ? 4 : 0;

	load(filter, offsetof(struct seccomp_data, args) + (size_t)argument * 8 + low);
}

/* Skips `n` instructions unless the loaded word is `value`. */
static void skip_unless(struct pkdi_filter *filter, uint32_t value, uint32_t n)
{
	put(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, (uint8_t)n, value);
}

static void result(struct pkdi_filter *filter, uint32_t action)
{
	put(filter, BPF_RET | BPF_K, 0, 0, action);
}

/* Between rules the number of the call is loaded. */
static void load_call(struct pkdi_filter *filter)
{
	load(filter, offsetof(struct seccomp_data, nr));
}

void pkdi_filter_init(struct pkdi_filter *filter)
{
	filter->n = 0;
	filter->full = false;
	load(filter, offsetof(struct seccomp_data, arch));
	put(filter, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
	result(filter, SECCOMP_RET_KILL_PROCESS);
	load_call(filter);
#ifdef X32_BIT
	put(filter, BPF_JMP | BPF_JSET | BPF_K, 0, 1, X32_BIT);
	result(filter, SECCOMP_RET_KILL_PROCESS);
#endif
}

void pkdi_filter_refuse(struct pkdi_filter *filter, int call, uint32_t action)
{
	skip_unless(filter, (uint32_t)call, 1);
	result(filter, action);
}

void pkdi_filter_refuse_value(struct pkdi_filter *filter, int call, int argument, uint32_t value,
                              uint32_t action)
{
	skip_unless(filter, (uint32_t)call, 4);
	load_argument(filter, argument);
	skip_unless(filter, value, 1);
	result(filter, action);
	load_call(filter);
}

void pkdi_filter_refuse_others(struct pkdi_filter *filter, int call, int argument,
                               const uint32_t *values, uint32_t n, uint32_t action)
{
	skip_unless(filter, (uint32_t)call, n + 3);
	load_argument(filter, argument);
	for (uint32_t i = 0; i < n; i++)
		put(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint8_t)(n - i), 0, values[i]);
	result(filter, action);
	load_call(filter);
}

static void refuse_by_bits(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                           bool set, uint32_t action)
{
	skip_unless(filter, (uint32_t)call, 4);
	load_argument(filter, argument);
	put(filter, BPF_JMP | BPF_JSET | BPF_K, set ? 0 : 1, set ? 1 : 0, mask);
	result(filter, action);
	load_call(filter);
}

void pkdi_filter_refuse_bits(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                             uint32_t action)
{
	refuse_by_bits(filter, call, argument, mask, true, action);
}

void pkdi_filter_refuse_without(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                                uint32_t action)
{
	refuse_by_bits(filter, call, argument, mask, false, action);
}

void pkdi_filter_refuse_pair(struct pkdi_filter *filter, int call, int argument, uint32_t which,
                             int other, uint32_t value, uint32_t action)
{
	skip_unless(filter, (uint32_t)call, 6);
	load_argument(filter, argument);
	skip_unless(filter, which, 3);
	load_argument(filter, other);
	put(filter, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, value);
	result(filter, action);
	load_call(filter);
}

int pkdi_filter_install(struct pkdi_filter *filter, bool all_threads)
{
	struct sock_fprog program = {0, filter->code};
	/* Without SPEC_ALLOW, kernels before 5.16 slow the process down with a mitigation that
	 * it does not need: it has no secrets. */
	unsigned flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW |
	                 (all_threads ? SECCOMP_FILTER_FLAG_TSYNC : 0);
	long r;

	result(filter, SECCOMP_RET_ALLOW);
	if (filter->full)
		return -E2BIG;
	program.len = (unsigned short)filter->n;
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (r > 0)
		return -EBUSY; /* a thread has another filter of its own */
	return r < 0 ? -errno : 0;
}
