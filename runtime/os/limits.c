#define _GNU_SOURCE
#include "os/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

char *pkdi_bytes_show(uint64_t bytes, char ret_text[PKDI_BYTES_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(ret_text, PKDI_BYTES_SIZE, "%" PRIu64 " bytes", bytes);
		return ret_text;
	}
	for (; value >= 1024 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		value /= 1024;
	snprintf(ret_text, PKDI_BYTES_SIZE, "%.4g %s", value, units[i]);
	return ret_text;
}

static bool is_limited(int resource, char ret_text[PKDI_BYTES_SIZE])
{
	struct rlimit limit;

	if (getrlimit((enum __rlimit_resource)resource, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return false;
	pkdi_bytes_show(limit.rlim_cur, ret_text);
	return true;
}

char *pkdi_limit_explain(int error, char ret_text[PKDI_LIMIT_SIZE])
{
	char bytes[PKDI_BYTES_SIZE];

	if (error == EFBIG && is_limited(RLIMIT_FSIZE, bytes))
		snprintf(ret_text, PKDI_LIMIT_SIZE,
		         "the file size limit of %s (ulimit -f) also applies to shared memory",
		         bytes);
	else if (error == ENOMEM && is_limited(RLIMIT_AS, bytes))
		snprintf(ret_text, PKDI_LIMIT_SIZE,
		         "the address space limit of %s (ulimit -v) is too low", bytes);
	else
		snprintf(ret_text, PKDI_LIMIT_SIZE, "%s%s", strerror(error),
		         error == EMFILE ? " (ulimit -n)" : "");
	return ret_text;
}
