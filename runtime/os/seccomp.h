/* A filter of system calls (seccomp(2)), put together call by call. What no rule names is allowed,
 * and costs nothing: the kernel finds out at the start which calls every filter lets pass. */
#ifndef PKDI_SECCOMP_H
#define PKDI_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

enum { PKDI_FILTER_SIZE = 512 };

/* What becomes of a refused call: SIGSYS, with `data` as si_errno; or only that errno. */
#define PKDI_REFUSE_TRAP(data) (SECCOMP_RET_TRAP | ((uint32_t)(data)&SECCOMP_RET_DATA))
#define PKDI_REFUSE_ERRNO(error) (SECCOMP_RET_ERRNO | ((uint32_t)(error)&SECCOMP_RET_DATA))

struct pkdi_filter {
	struct sock_filter code[PKDI_FILTER_SIZE];
	uint32_t n;
	bool full; /* a rule found no room: install fails */
};

/* Whether this kernel has it. */
bool pkdi_seccomp_exists(void);

/* Begins with what no rule sees through: calls by another architecture's table kill the process. */
void pkdi_filter_init(struct pkdi_filter *filter);

void pkdi_filter_refuse(struct pkdi_filter *filter, int call, uint32_t action);

/* Where the lower half of an argument, all that the kernel takes of an int, is the value, is not
 * any of the values, has a bit of the mask. */
void pkdi_filter_refuse_value(struct pkdi_filter *filter, int call, int argument, uint32_t value,
                              uint32_t action);
void pkdi_filter_refuse_others(struct pkdi_filter *filter, int call, int argument,
                               const uint32_t *values, uint32_t n, uint32_t action);
void pkdi_filter_refuse_bits(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                             uint32_t action);
/* Where it has none of the mask. */
void pkdi_filter_refuse_without(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                                uint32_t action);
/* Where one argument is `which` and another is not `value`. */
void pkdi_filter_refuse_pair(struct pkdi_filter *filter, int call, int argument, uint32_t which,
                             int other, uint32_t value, uint32_t action);

/* For the calling thread, or for all of the process; requires no_new_privs. 0 or -errno. */
int pkdi_filter_install(struct pkdi_filter *filter, bool all_threads);

#endif
