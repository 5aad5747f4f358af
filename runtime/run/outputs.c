#define _GNU_SOURCE
#include "run/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <pkd/path.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/say.h"
#include "run/rivals.h"

/* ---- Before the run ---- */

static int refuse(const struct pkdi_run *run, const struct pkdi_node *node,
                  const struct pkdi_path *path, int error)
{
	const char *why = strerror(error);

	if (error == EWOULDBLOCK)
		why = "another program is writing it";
	else if (error == EBUSY)
		why = "it is a mount point; mount its directory instead";
	else if (error == EISDIR)
		why = "it is a directory: add a file name, or a '/' where a directory is meant";
	else if (error == ENOENT)
		why = "its directory does not exist";
	pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s", path->text, why);
	return -error;
}

static int refuse_shared(const struct pkdi_run *run, const struct pkdi_node *node,
                         const struct pkdi_path *path, const struct pkdi_rival *rival)
{
	char who[PKDI_WHO_SIZE];

	pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s %s it; nothing was changed",
	              path->text, pkdi_node_who(rival->node->decl, who),
	              pkdi_right_is_output(rival->path->right) ? "writes" : "reads");
	return -EINVAL;
}

int pkdi_target_find(const char *followed, struct pkdi_target *ret_target)
{
	const char *slash = strrchr(followed, '/');
	char *directory = slash ? strndup(followed, (size_t)(slash - followed) + 1) : strdup(".");
	int r = !directory ? -ENOMEM : stat(directory, &ret_target->directory) < 0 ? -errno : 0;

	free(directory);
	ret_target->name = slash ? slash + 1 : followed;
	ret_target->has_old = stat(followed, &ret_target->old) == 0;
	return r;
}

static int create_output(const struct pkdi_run *run, const struct pkdi_node *node,
                         struct pkdi_path *path, const char *followed)
{
	uint32_t right = (uint32_t)(path - node->paths);
	struct pkdi_target target;
	struct pkdi_rival rival;
	int r;

	r = pkdi_store_find_output(run, node->index, right, followed, &path->output);
	if (r > 0)
		path->kind = PKDI_PATH_OUTPUT;
	if (r)
		return r < 0 ? r : 0;
	r = pkdi_target_find(followed, &target);
	if (r < 0)
		return refuse(run, node, path, -r);
	if (target.has_old && S_ISDIR(target.old.st_mode))
		return refuse(run, node, path, EISDIR);
	rival = pkdi_rival_of_target(run, &target);
	if (rival.node)
		return refuse_shared(run, node, path, &rival);
	if (pkdi_target_reader(run, &target)) {
		pkdi_node_log(&run->log, node->decl,
		              "cannot write '%s': %s reads it; nothing was changed", path->text,
		              pkdi_target_reader(run, &target));
		return -EINVAL;
	}
	if (target.has_old && !S_ISREG(target.old.st_mode)) {
		pkdi_path_look(path, followed);
		path->kind = PKDI_PATH_STREAM;
		return path->fd < 0 ? refuse(run, node, path, errno) : 0;
	}
	r = pkdi_unnamed_create(&path->output, followed, path->right->kind == PKD_APPENDS);
	if (r < 0)
		return refuse(run, node, path, -r);
	path->kind = PKDI_PATH_OUTPUT;
	return 0;
}

int pkdi_outputs_keep(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[i];

		for (uint32_t j = 0; j < node->decl->n_rights; j++) {
			struct pkdi_path *path = &node->paths[j];
			int r = 0;

			if (path->kind != PKDI_PATH_OUTPUT)
				continue;
			r = pkdi_unnamed_keep(&path->output);
			if (r < 0)
				return refuse(run, node, path, -r);
			r = pkdi_store_note_output(run, i, j, &path->output);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int check_given(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	return (flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
}

static int refuse_given(const struct pkdi_run *run, const struct pkdi_node *node,
                        const struct pkdi_path *path, int error)
{
	char name[32] = "standard output";

	if (path->fd != STDOUT_FILENO)
		snprintf(name, sizeof(name), "descriptor %d", path->fd);
	pkdi_node_log(&run->log, node->decl,
	              "cannot write '%s': %s is closed, or not open for writing", path->text, name);
	return error;
}

int pkdi_output_resolve(const struct pkdi_run *run, const struct pkdi_node *node,
                        struct pkdi_path *path)
{
	const char *text = path->text;
	struct pkdi_rival rival;
	char *followed;
	int r;

	path->fd = pkd_path_given_fd(text, STDOUT_FILENO);
	if (path->fd >= 0) {
		r = check_given(path->fd);
		if (r < 0)
			return refuse_given(run, node, path, r);
		rival = pkdi_rival_of_descriptor(run, path);
		path->kind = PKDI_PATH_STANDARD;
		return rival.node ? refuse_shared(run, node, path, &rival) : 0;
	}
	if (pkd_path_is_address(text)) {
		path->kind = PKDI_PATH_URL;
		return 0;
	}
	text = pkd_path_file(text);
	if (*text && text[strlen(text) - 1] == '/') {
		pkdi_path_look(path, text);
		return path->fd < 0 ? refuse(run, node, path, errno) : 0;
	}
	followed = pkdi_follow_links(text);
	if (!followed)
		return refuse(run, node, path, errno);
	r = create_output(run, node, path, followed);
	free(followed);
	return r;
}

/* ---- While it runs ---- */

static int name_one(const struct pkdi_run *run, const struct pkdi_node *node,
                    struct pkdi_path *path)
{
	int r = pkdi_unnamed_name(&path->output);

	if (r < 0)
		pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s", path->text,
		              r == -EEXIST ? "another program has created it meanwhile"
		                           : strerror(-r));
	return r;
}

/* What the node has not opened by pkd_output_file it does not write. */
static bool is_opened(const struct pkdi_node *node, uint32_t right)
{
	return pkdi_read(&node->words->opened) & PKDI_OPENED_BIT(right);
}

int pkdi_outputs_name(struct pkdi_run *run)
{
	int first = 0;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];

		if (!node->waits_for_names || !pkdi_read(&node->words->record.committed))
			continue;
		node->waits_for_names = false;
		for (uint32_t j = 0; j < node->decl->n_rights; j++) {
			struct pkdi_path *path = &node->paths[j];
			bool is_due = path->kind == PKDI_PATH_OUTPUT && !path->output.named &&
			              is_opened(node, j);
			int r = is_due ? name_one(run, node, path) : 0;

			first = first ? first : r;
		}
	}
	return first;
}

/* ---- At the end ---- */

static int check_one(const struct pkdi_run *run, const struct pkdi_node *node,
                     const struct pkdi_path *path)
{
	int r;

	if (path->kind != PKDI_PATH_OUTPUT || !path->output.named)
		return 0;
	r = pkdi_unnamed_check(&path->output);
	if (r == -EXDEV) {
		pkdi_node_log(&run->log, node->decl,
		              "'%s' was moved while it was being written; "
		              "it is complete at its new place",
		              path->text);
		return 0;
	}
	if (r == -ESTALE || r == -ENOENT)
		pkdi_node_log(&run->log, node->decl, "'%s' was %s while it was being written",
		              path->text, r == -ESTALE ? "replaced" : "removed");
	else if (r < 0)
		pkdi_node_log(&run->log, node->decl, "cannot check '%s': %s", path->text,
		              strerror(-r));
	return r;
}

int pkdi_outputs_check(const struct pkdi_run *run)
{
	int first = 0;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		for (uint32_t j = 0; j < run->nodes[i].decl->n_rights; j++) {
			int r = check_one(run, &run->nodes[i], &run->nodes[i].paths[j]);

			first = first ? first : r;
		}
	}
	return first;
}
