/* A filter of system calls (seccomp(2)), built call by call. What no rule names is allowed and
 * costs nothing: the kernel determines at the start which calls every filter allows. */
#ifndef PKDI_SECCOMP_H
#define PKDI_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

enum { PKDI_FILTER_SIZE = 512 };

/* What a refused call does: SIGSYS, with `data` as si_errno; or just that errno. */
#define PKDI_REFUSE_TRAP(data) (SECCOMP_RET_TRAP | ((uint32_t)(data)&SECCOMP_RET_DATA))
#define PKDI_REFUSE_ERRNO(error) (SECCOMP_RET_ERRNO | ((uint32_t)(error)&SECCOMP_RET_DATA))

struct pkdi_filter {
	struct sock_filter code[PKDI_FILTER_SIZE];
	uint32_t n;
	bool full; /* a rule did not fit: install fails */
};

/* Whether this kernel supports it. */
bool pkdi_seccomp_exists(void);

/* Begins with what no rule could detect: calls of another architecture's table end the process. */
void pkdi_filter_init(struct pkdi_filter *filter);

void pkdi_filter_refuse(struct pkdi_filter *filter, int call, uint32_t action);

/* Refuses if the lower half of an argument, all that the kernel reads of an int, equals the
 * value, is none of the values, has a bit of the mask. */
void pkdi_filter_refuse_value(struct pkdi_filter *filter, int call, int argument, uint32_t value,
                              uint32_t action);
void pkdi_filter_refuse_others(struct pkdi_filter *filter, int call, int argument,
                               const uint32_t *values, uint32_t n, uint32_t action);
void pkdi_filter_refuse_bits(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                             uint32_t action);
/* If it has no bit of the mask. */
void pkdi_filter_refuse_without(struct pkdi_filter *filter, int call, int argument, uint32_t mask,
                                uint32_t action);
/* If one argument is `which` and another is not `value`. */
void pkdi_filter_refuse_pair(struct pkdi_filter *filter, int call, int argument, uint32_t which,
                             int other, uint32_t value, uint32_t action);

/* Installs it for the calling thread, or for the whole process; requires no_new_privs. 0 or
 * -errno. */
int pkdi_filter_install(struct pkdi_filter *filter, bool all_threads);

#endif
