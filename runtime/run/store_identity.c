/* The file that says which run lies in the directory of --state: the program, its values, the start
 * of the machine. It is written last, so that what has it is whole. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options/value.h"
#include "run/store_parts.h"

enum { LINE_SIZE = 256, BOOT_SIZE = 64, READ_SIZE = 64 * 1024 };

/* What has to be the same for a run to go on. */
struct identity {
	uint64_t program, values;
	char boot[BOOT_SIZE];
};

/* ---- Who it is ---- */

/* FNV-1a, of 64 bits: against mistakes, not against forgery. */
static uint64_t hash_more(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

/* A library that is another one by now may have other structures in persistent memory. */
static int hash_library(struct dl_phdr_info *info, size_t size, void *hash)
{
	struct stat status;

	(void)size;
	if (!info->dlpi_name[0] || stat(info->dlpi_name, &status) < 0)
		return 0;
	*(uint64_t *)hash = hash_more(*(uint64_t *)hash, &status.st_size, sizeof(status.st_size));
	*(uint64_t *)hash = hash_more(*(uint64_t *)hash, &status.st_mtim, sizeof(status.st_mtim));
	return 0;
}

static int hash_program(uint64_t *ret_hash)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	uint64_t hash = hash_start;
	char *buffer = malloc(READ_SIZE);
	ssize_t n = buffer && fd >= 0 ? 1 : -1;

	while (n > 0) {
		n = read(fd, buffer, READ_SIZE);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			hash = hash_more(hash, buffer, (size_t)n);
	}
	free(buffer);
	if (fd >= 0)
		close(fd);
	dl_iterate_phdr(hash_library, &hash);
	*ret_hash = hash;
	return n < 0 ? -EIO : 0;
}

static uint64_t hash_param(uint64_t hash, const struct pkd_param *param, const void *params)
{
	const void *value = (const char *)params + param->offset;
	uint32_t n = param->n ? param->n : 1;

	if (param->secret)
		return hash; /* nothing shows it */
	if (param->kind != PKD_STRING || param->capacity)
		return hash_more(hash, value, pkdi_value_size(param));
	for (uint32_t i = 0; i < n; i++) {
		const char *text = ((const char *const *)value)[i];

		hash = hash_more(hash, text ? text : "", text ? strlen(text) + 1 : 1);
	}
	return hash;
}

/* All values of parameters, where relative paths begin, and the options on which the layout of the
 * memory depends. */
static uint64_t hash_values(const struct pkdi_run *run, const struct pkdi_options *options)
{
	char *here = getcwd(NULL, 0);
	uint64_t hash = hash_start;

	if (here)
		hash = hash_more(hash, here, strlen(here));
	free(here);
	hash = hash_more(hash, &options->single_process, sizeof(options->single_process));
	hash = hash_more(hash, &options->freeze, sizeof(options->freeze));
	hash = hash_more(hash, &options->why_bytes, sizeof(options->why_bytes));
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		for (uint32_t j = 0; j < run->program->nodes[i].n_params; j++)
			hash = hash_param(hash, &run->program->nodes[i].param_table[j],
			                  run->program->nodes[i].params);
	return hash;
}

/* The text of a small file, with its NUL; its length or -errno. */
static ssize_t read_text(int directory, const char *name, char *ret_text, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, ret_text, size - 1);
	int error = errno;

	if (fd >= 0)
		close(fd);
	ret_text[n > 0 ? n : 0] = '\0';
	return n < 0 ? -error : n;
}

static int find_boot(char boot[BOOT_SIZE])
{
	ssize_t n = read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, BOOT_SIZE);

	boot[strcspn(boot, "\n")] = '\0';
	return n > 0 ? 0 : -EIO;
}

static int identify(const struct pkdi_run *run, const struct pkdi_options *options,
                    struct identity *ret_identity)
{
	int r = hash_program(&ret_identity->program);

	if (r == 0)
		r = find_boot(ret_identity->boot);
	ret_identity->values = hash_values(run, options);
	return r < 0 ? pkdi_store_refuse(run, -r, "cannot tell which program this is: %s",
	                                 strerror(-r))
	             : 0;
}

/* ---- The file ---- */

static int write_file(int directory, const char *text, size_t size)
{
	int fd = openat(directory, PKDI_STORE_NEW_RUN,
	                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t n = fd < 0 ? -1 : write(fd, text, size);
	int r = n < 0 ? -errno : (size_t)n < size ? -ENOSPC : 0;

	if (fd >= 0)
		close(fd);
	if (r == 0 && renameat(directory, PKDI_STORE_NEW_RUN, directory, PKDI_STORE_RUN) < 0)
		r = -errno;
	return r;
}

static const char format[] = "pkd run %016" PRIx64 " %016" PRIx64 " %s %s\n";

int pkdi_store_write_identity(struct pkdi_run *run, const struct pkdi_options *options)
{
	struct identity now;
	char line[LINE_SIZE];
	int r = identify(run, options, &now), n;

	if (r < 0)
		return r;
	n = snprintf(line, sizeof(line), format, now.program, now.values, now.boot,
	             run->store.is_made ? "made" : "given");
	r = write_file(run->store.directory, line, (size_t)n);
	return r < 0 ? pkdi_store_refuse(run, -r, "cannot write there: %s", strerror(-r)) : 0;
}

/* What is there is another run than this one would be. */
static int compare(const struct pkdi_run *run, const struct identity *there,
                   const struct identity *now)
{
	static const char way[] = "remove the directory to begin anew";

	if (strcmp(there->boot, now->boot) != 0)
		return pkdi_store_refuse(
			run, ESTALE,
			"cannot resume the run there: the machine was started anew since; %s", way);
	if (there->program != now->program)
		return pkdi_store_refuse(
			run, ESTALE,
			"cannot resume the run there: it is one of another program, or of this "
			"one before it was built again; %s",
			way);
	if (there->values != now->values)
		return pkdi_store_refuse(
			run, EINVAL,
			"cannot resume the run there: its parameters had other values, or it was "
			"started in another directory; give the same ones, or %s",
			way);
	return 0;
}

int pkdi_store_compare(struct pkdi_run *run, const struct pkdi_options *options)
{
	char line[LINE_SIZE], made[8];
	struct identity there, now;
	ssize_t n = read_text(run->store.directory, PKDI_STORE_RUN, line, sizeof(line));
	int r;

	if (n == -ENOENT)
		return 0;
	if (n < 0 || sscanf(line, "pkd run %" SCNx64 " %" SCNx64 " %63s %7s", &there.program,
	                    &there.values, there.boot, made) != 4)
		return pkdi_store_refuse(run, EINVAL,
		                         "cannot tell which run is there: '%s' %s; remove the "
		                         "directory to begin anew",
		                         PKDI_STORE_RUN, n < 0 ? strerror((int)-n) : "is damaged");
	run->store.is_made = strcmp(made, "made") == 0;
	if (!options->resume)
		return pkdi_store_refuse(
			run, EEXIST,
			"a run there has not ended: add --resume to go on with it, "
			"or remove the directory to begin anew");
	r = identify(run, options, &now);
	if (r == 0)
		r = compare(run, &there, &now);
	return r < 0 ? r : 1;
}
