/* pkd save: the values of parameters, as a file that the program's --config reads. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/values.h"
#include "pkd/words.h"

/* What a node is given by its call is computed again from the file's other values: written down, it
 * would stay as it is when those change. */
static bool is_own(const struct value *value)
{
	return value->is_set || !strchr(value->name, '.');
}

/* False: a value cannot be said in such a file; `refused` is its name. */
static bool write_values(FILE *file, const struct values *values, const struct talk *talk,
                         const char **refused)
{
	char line[TALK_LINE + 1024];

	fprintf(file, "# Values of %s, by pkd save.\n", talk->name);
	for (size_t i = 0; i < values->n; i++) {
		const struct value *value = &values->items[i];

		if (!is_own(value))
			continue;
		if (value->is_secret) {
			fprintf(file, "# %s is secret, and left out: %s = @FILE\n", value->name,
			        value->name);
			continue;
		}
		if (value->is_untold ||
		    !words_setting(value->name, value->text, value->is_text, line, sizeof(line))) {
			*refused = value->name;
			return false;
		}
		fprintf(file, "%s\n", line);
	}
	return true;
}

/* A new name beside the file, so that it can be renamed. */
static int open_beside(const char *path, char *ret_name, size_t size)
{
	int fd, n = snprintf(ret_name, size, "%s.XXXXXX", path);

	if (n < 0 || (size_t)n >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(ret_name, O_CLOEXEC);
	if (fd >= 0) {
		mode_t mask = umask(0);

		umask(mask);
		fchmod(fd, 0666 & ~mask);
	}
	return fd;
}

/* Gives it its name: without `replaces`, only where nothing has that name yet. 0, or -1 with
 * errno. */
static int name_file(const char *from, const char *to, bool replaces)
{
	if (replaces)
		return rename(from, to);
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to) < 0)
		return -1;
	unlink(from);
	return 0;
}

static int report(const char *path, int error)
{
	if (error == EEXIST)
		return fail("exists", "%s is there already; --force replaces it", path);
	return fail("file", "cannot write %s: %s", path, strerror(error));
}

/* Returns the exit status. Whatever fails, what stood there stays as it was. */
static int write_file(const char *path, bool replaces, const struct values *values,
                      const struct talk *talk)
{
	char name[PATH_MAX];
	const char *refused = NULL;
	int fd = open_beside(path, name, sizeof(name)), error;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool is_whole;

	if (!file) {
		error = errno;
		if (fd >= 0) {
			close(fd);
			unlink(name);
		}
		return report(path, error);
	}
	is_whole = write_values(file, values, talk, &refused);
	errno = 0;
	is_whole = is_whole && fflush(file) == 0 && !ferror(file) && fsync(fd) == 0;
	error = errno ? errno : EIO;
	if (fclose(file) != 0 && is_whole) {
		error = errno;
		is_whole = false;
	}
	if (is_whole && name_file(name, path, replaces) < 0) {
		error = errno;
		is_whole = false;
	}
	if (is_whole)
		return 0;
	unlink(name);
	if (refused)
		return fail("value", "the value of %s cannot stand in a configuration file",
		            refused);
	return report(path, error);
}

static void tell(const struct call *call, const char *path, const struct values *values)
{
	struct say_out say;
	size_t n = 0;

	for (size_t i = 0; i < values->n; i++)
		n += is_own(&values->items[i]) && !values->items[i].is_secret;
	if (!call->option[OPTION_JSON]) {
		printf("%s has the values of %zu parameters\n", path, n);
		return;
	}
	say_begin(&say);
	say_room(&say, 6 * strlen(path));
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_text(&say.out, "file", path);
	pkdi_out_unsigned(&say.out, "params", n);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

/* The file that is to be written: where a link leads, so that the link stays. False after a
 * message. */
static bool find_file(const char *path, bool replaces, char ret_path[PATH_MAX])
{
	struct stat status;

	snprintf(ret_path, PATH_MAX, "%s", path);
	if (lstat(path, &status) < 0)
		return true;
	if (S_ISLNK(status.st_mode) && (!realpath(path, ret_path) || stat(path, &status) < 0)) {
		report(path, errno);
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		fail("file", "%s is no file that can be replaced", path);
		return false;
	}
	if (!replaces)
		report(path, EEXIST);
	return replaces;
}

int save_command(struct call *call)
{
	bool replaces = call->option[OPTION_FORCE] != NULL;
	struct values values;
	struct talk *talk;
	char path[PATH_MAX];
	int r = 0;

	if (!find_file(call->operands[call->n_operands - 1], replaces, path))
		return STATUS_FAILED;
	talk = find_program(call->n_operands == 2 ? call->operands[0] : NULL);
	if (!talk)
		return STATUS_FAILED;
	if (values_get(&values, talk, NULL, 0))
		r = write_file(path, replaces, &values, talk);
	else
		r = talk_fail(talk);
	if (r == 0)
		tell(call, path, &values);
	values_finish(&values);
	talk_close(talk);
	return r;
}
