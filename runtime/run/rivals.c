#define _GNU_SOURCE
#include "run/rivals.h"

#include <fnmatch.h>
#include <limits.h>
#include <pkd/path.h>
#include <string.h>

static bool is_same(const struct stat *file, dev_t device, ino_t inode)
{
	return file->st_dev == device && file->st_ino == inode;
}

/* "shot%04d.png" reads what is called shot*.png in its directory. */
static bool matches_pattern(const struct pkdi_path *path, const struct pkdi_target *target)
{
	const char *text = pkd_path_file(path->text), *slash = strrchr(text, '/');
	char glob[NAME_MAX + 1];
	size_t n = 0;

	if (!is_same(&target->directory, path->device, path->inode))
		return false;
	for (const char *at = slash ? slash + 1 : text; *at && n < NAME_MAX; at++) {
		size_t digits = *at == '%' ? strspn(at + 1, "0123456789") : 0;
		bool is_number = *at == '%' && at[digits + 1] == 'd';

		glob[n++] = is_number ? '*' : *at;
		at += is_number ? digits + 1 : 0;
	}
	glob[n] = '\0';
	return strpbrk(glob, "*?") && fnmatch(glob, target->name, 0) == 0;
}

const char *pkdi_target_reader(const struct pkdi_run *run, const struct pkdi_target *target)
{
	for (uint32_t i = 0; target->has_old && i < run->n_own_files; i++) {
		const struct pkdi_own_file *file = &run->own_files[i];

		if (is_same(&target->old, file->device, file->inode))
			return file->reader;
	}
	return NULL;
}

bool pkdi_target_is_of(const struct pkdi_target *target, const struct pkdi_unnamed *output)
{
	struct stat own;

	if (target->has_old && output->old_fd >= 0 &&
	    is_same(&target->old, output->old_device, output->old_inode))
		return true;
	if (target->has_old && fstat(output->fd, &own) == 0 &&
	    is_same(&target->old, own.st_dev, own.st_ino))
		return true;
	return strcmp(target->name, output->name) == 0 && fstat(output->directory_fd, &own) == 0 &&
	       is_same(&own, target->directory.st_dev, target->directory.st_ino);
}

static bool takes_place(const struct pkdi_path *path, const struct pkdi_target *target)
{
	struct stat own;

	switch (path->kind) {
	case PKDI_PATH_THERE:
		if (matches_pattern(path, target))
			return true;
		return target->has_old && !S_ISDIR(target->old.st_mode) &&
		       is_same(&target->old, path->device, path->inode);
	case PKDI_PATH_STREAM:
		return target->has_old && S_ISFIFO(target->old.st_mode) &&
		       is_same(&target->old, path->device, path->inode);
	case PKDI_PATH_STANDARD:
		return target->has_old && S_ISREG(target->old.st_mode) &&
		       fstat(path->fd, &own) == 0 && is_same(&target->old, own.st_dev, own.st_ino);
	case PKDI_PATH_OUTPUT:
		return pkdi_target_is_of(target, &path->output);
	case PKDI_PATH_NONE:
	case PKDI_PATH_URL:
		break;
	}
	return false;
}

struct pkdi_rival pkdi_rival_of_target(const struct pkdi_run *run, const struct pkdi_target *target)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		for (uint32_t j = 0; run->nodes[i].paths && j < run->nodes[i].decl->n_rights; j++)
			if (takes_place(&run->nodes[i].paths[j], target))
				return (struct pkdi_rival){&run->nodes[i], &run->nodes[i].paths[j]};
	return (struct pkdi_rival){NULL, NULL};
}

struct pkdi_rival pkdi_rival_of_descriptor(const struct pkdi_run *run, const struct pkdi_path *path)
{
	struct pkdi_target target = {.name = "", .has_old = fstat(path->fd, &target.old) == 0};
	bool is_named = target.has_old &&
	                (S_ISREG(target.old.st_mode) || S_ISFIFO(target.old.st_mode));

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		for (uint32_t j = 0; run->nodes[i].paths && j < run->nodes[i].decl->n_rights; j++) {
			const struct pkdi_path *other = &run->nodes[i].paths[j];

			if (other == path)
				continue;
			if (other->kind == PKDI_PATH_STANDARD &&
			    pkdi_right_is_output(other->right) && other->fd == path->fd)
				return (struct pkdi_rival){&run->nodes[i], other};
			if (is_named && takes_place(other, &target))
				return (struct pkdi_rival){&run->nodes[i], other};
		}
	}
	return (struct pkdi_rival){NULL, NULL};
}
