#define _GNU_SOURCE
#include "run/paths.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/say.h"
#include "os/closer.h"

/* ---- What the declaration says ---- */

static const char *right_text(const struct pkd_node *node, const struct pkd_right *right)
{
	const char *const *value;

	if (right->path)
		return right->path;
	if (right->param == PKD_NONE)
		return NULL;
	value = (const void *)((const char *)node->params + node->param_table[right->param].offset);
	return *value;
}

static bool right_holds(const struct pkd_node *node, const struct pkd_right *right)
{
	if (right->when == PKD_NONE)
		return true;
	return *((const bool *)node->params + node->param_table[right->when].offset);
}

/* `appends` where it holds takes the place of `writes` of the same path. */
static bool is_overruled(const struct pkd_node *node, const struct pkd_right *right)
{
	const char *text = right_text(node, right);

	for (uint32_t i = 0; i < node->n_rights && text; i++) {
		const struct pkd_right *other = &node->rights[i];
		const char *its = right_text(node, other);

		if (right->kind == PKD_WRITES && other->kind == PKD_APPENDS && its &&
		    right_holds(node, other) && strcmp(its, text) == 0)
			return true;
	}
	return false;
}

static bool is_output(const struct pkd_right *right)
{
	return right->kind == PKD_WRITES || right->kind == PKD_APPENDS;
}

/* ---- Kinds of paths ---- */

/* "rtsp://…": a scheme of letters, digits, + . and -, and two slashes. */
static bool is_url(const char *text)
{
	const char *at = text;

	if (!isalpha((unsigned char)*at))
		return false;
	while (isalnum((unsigned char)*at) || *at == '+' || *at == '.' || *at == '-')
		at++;
	return strncmp(at, "://", 3) == 0;
}

/* A descriptor by its name in the file system, -1 = it is none. */
static int standard_fd(const char *text, int dash)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
	static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};

	if (strcmp(text, "-") == 0)
		return dash;
	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(folders[i]);
		char *end;
		long fd;

		if (strncmp(text, folders[i], n) != 0 || !isdigit((unsigned char)text[n]))
			continue;
		fd = strtol(text + n, &end, 10);
		if (!*end && fd <= INT32_MAX)
			return (int)fd;
	}
	return -1;
}

static void resolve_there(struct pkdi_path *path, const char *text)
{
	struct stat file;

	path->fd = open(text, O_PATH | O_CLOEXEC);
	if (path->fd < 0 || fstat(path->fd, &file) < 0)
		return;
	path->kind = PKDI_PATH_THERE;
	path->device = file.st_dev;
	path->inode = file.st_ino;
}

/* A pattern of file names: its directory. */
static void resolve_pattern(struct pkdi_path *path, const char *text)
{
	const char *slash = strrchr(text, '/');
	char *directory;

	if (!strpbrk(slash ? slash : text, "%*?"))
		return;
	directory = slash ? strndup(text, (size_t)(slash - text) + 1) : strdup(".");
	if (directory)
		resolve_there(path, directory);
	free(directory);
}

/* A program by its name alone is looked for as a shell does. */
static void resolve_program(struct pkdi_path *path, const char *text)
{
	const char *folders = getenv("PATH");
	char *list = strdup(folders ? folders : "/usr/bin:/bin"), *rest = list, *folder;

	while (list && path->fd < 0 && (folder = strsep(&rest, ":"))) {
		char *program;

		if (asprintf(&program, "%s/%s", folder, text) < 0)
			break;
		resolve_there(path, program);
		free(program);
	}
	free(list);
}

/* What cannot be opened here the node will find out, with words of its own. */
static void resolve_input(struct pkdi_path *path)
{
	const char *text = path->text;

	if (path->right->kind == PKD_EXECUTES && !strchr(text, '/')) {
		resolve_program(path, text);
		return;
	}
	path->fd = standard_fd(text, STDIN_FILENO);
	if (path->fd >= 0) {
		path->kind = PKDI_PATH_STANDARD;
		return;
	}
	resolve_there(path, text);
	if (path->kind == PKDI_PATH_NONE && strncmp(text, "file:", 5) == 0)
		resolve_there(path, text + 5);
	if (path->kind == PKDI_PATH_NONE && is_url(text))
		path->kind = PKDI_PATH_URL;
	if (path->kind == PKDI_PATH_NONE)
		resolve_pattern(path, text);
}

/* ---- Outputs ---- */

static int refuse(const struct pkdi_run *run, const struct pkdi_node *node,
                  const struct pkdi_path *path, int error)
{
	const char *why = strerror(error);

	if (error == EWOULDBLOCK)
		why = "another program is writing it";
	else if (error == EBUSY)
		why = "it is mounted there by itself; mount its directory and write into that";
	else if (error == EISDIR)
		why = "it is a directory; a file's name is missing";
	else if (error == ENOENT)
		why = "its directory does not exist";
	pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s", path->text, why);
	return -error;
}

/* A path of another node that leads to the same. */
struct rival {
	const struct pkdi_node *node; /* NULL: there is none */
	const struct pkdi_path *path;
};

static int refuse_shared(const struct pkdi_run *run, const struct pkdi_node *node,
                         const struct pkdi_path *path, const struct rival *rival)
{
	char who[PKDI_WHO_SIZE];

	pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s %s it; nothing was changed",
	              path->text, pkdi_node_who(rival->node->decl, who),
	              is_output(rival->path->right) ? "writes" : "reads");
	return -EINVAL;
}

/* What an output will take the place of. */
struct place {
	const char *name; /* in its directory */
	struct stat directory, old;
	bool has_old;
};

static int find_place(const char *followed, struct place *ret_place)
{
	const char *slash = strrchr(followed, '/');
	char *directory = slash ? strndup(followed, (size_t)(slash - followed) + 1) : strdup(".");
	int r = !directory ? -ENOMEM : stat(directory, &ret_place->directory) < 0 ? -errno : 0;

	free(directory);
	ret_place->name = slash ? slash + 1 : followed;
	ret_place->has_old = stat(followed, &ret_place->old) == 0;
	return r;
}

static bool is_same(const struct stat *file, dev_t device, ino_t inode)
{
	return file->st_dev == device && file->st_ino == inode;
}

/* "shot%04d.png" reads what is called shot*.png in its directory. */
static bool matches_pattern(const struct pkdi_path *path, const struct place *place)
{
	const char *slash = strrchr(path->text, '/');
	char glob[NAME_MAX + 1];
	size_t n = 0;

	if (!is_same(&place->directory, path->device, path->inode))
		return false;
	for (const char *at = slash ? slash + 1 : path->text; *at && n < NAME_MAX; at++) {
		size_t digits = *at == '%' ? strspn(at + 1, "0123456789") : 0;
		bool is_number = *at == '%' && at[digits + 1] == 'd';

		glob[n++] = is_number ? '*' : *at;
		at += is_number ? digits + 1 : 0;
	}
	glob[n] = '\0';
	return strpbrk(glob, "*?") && fnmatch(glob, place->name, 0) == 0;
}

static bool takes_place(const struct pkdi_path *path, const struct place *place)
{
	const struct pkdi_unnamed *output = &path->output;
	struct stat own;

	switch (path->kind) {
	case PKDI_PATH_THERE:
		if (matches_pattern(path, place))
			return true;
		return place->has_old && !S_ISDIR(place->old.st_mode) &&
		       is_same(&place->old, path->device, path->inode);
	case PKDI_PATH_STREAM:
		return place->has_old && S_ISFIFO(place->old.st_mode) &&
		       is_same(&place->old, path->device, path->inode);
	case PKDI_PATH_STANDARD:
		return place->has_old && S_ISREG(place->old.st_mode) &&
		       fstat(path->fd, &own) == 0 && is_same(&place->old, own.st_dev, own.st_ino);
	case PKDI_PATH_OUTPUT:
		if (place->has_old && output->old_fd >= 0 &&
		    is_same(&place->old, output->old_device, output->old_inode))
			return true;
		if (place->has_old && fstat(output->fd, &own) == 0 &&
		    is_same(&place->old, own.st_dev, own.st_ino))
			return true;
		return strcmp(place->name, output->name) == 0 &&
		       fstat(output->directory_fd, &own) == 0 &&
		       is_same(&own, place->directory.st_dev, place->directory.st_ino);
	case PKDI_PATH_NONE:
	case PKDI_PATH_URL:
		break;
	}
	return false;
}

static struct rival find_rival(const struct pkdi_run *run, const struct place *place)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		for (uint32_t j = 0; run->nodes[i].paths && j < run->nodes[i].decl->n_rights; j++)
			if (takes_place(&run->nodes[i].paths[j], place))
				return (struct rival){&run->nodes[i], &run->nodes[i].paths[j]};
	return (struct rival){NULL, NULL};
}

static int create_output(const struct pkdi_run *run, const struct pkdi_node *node,
                         struct pkdi_path *path, const char *followed)
{
	struct place place;
	struct rival rival;
	int r;

	r = find_place(followed, &place);
	if (r < 0)
		return refuse(run, node, path, -r);
	if (place.has_old && S_ISDIR(place.old.st_mode))
		return refuse(run, node, path, EISDIR);
	rival = find_rival(run, &place);
	if (rival.node)
		return refuse_shared(run, node, path, &rival);
	if (place.has_old && !S_ISREG(place.old.st_mode)) {
		resolve_there(path, followed);
		path->kind = PKDI_PATH_STREAM;
		return path->fd < 0 ? refuse(run, node, path, errno) : 0;
	}
	r = pkdi_unnamed_create(&path->output, followed, path->right->kind == PKD_APPENDS);
	if (r < 0)
		return refuse(run, node, path, -r);
	path->kind = PKDI_PATH_OUTPUT;
	return 0;
}

/* Whoever reads or writes what that descriptor is of, if it is a file or a pipe; of others, such as a
 * terminal, two may write to one, but not by the same number. */
static struct rival find_standard(const struct pkdi_run *run, const struct pkdi_path *path)
{
	struct place place = {.name = "", .has_old = fstat(path->fd, &place.old) == 0};
	bool is_named = place.has_old &&
	                (S_ISREG(place.old.st_mode) || S_ISFIFO(place.old.st_mode));

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		for (uint32_t j = 0; run->nodes[i].paths && j < run->nodes[i].decl->n_rights; j++) {
			const struct pkdi_path *other = &run->nodes[i].paths[j];

			if (other == path)
				continue;
			if (other->kind == PKDI_PATH_STANDARD && is_output(other->right) &&
			    other->fd == path->fd)
				return (struct rival){&run->nodes[i], other};
			if (is_named && takes_place(other, &place))
				return (struct rival){&run->nodes[i], other};
		}
	}
	return (struct rival){NULL, NULL};
}

static int resolve_output(const struct pkdi_run *run, const struct pkdi_node *node,
                          struct pkdi_path *path)
{
	const char *text = path->text;
	struct rival rival;
	char *followed;
	int r;

	path->fd = standard_fd(text, STDOUT_FILENO);
	if (path->fd >= 0) {
		rival = find_standard(run, path);
		path->kind = PKDI_PATH_STANDARD;
		return rival.node ? refuse_shared(run, node, path, &rival) : 0;
	}
	if (is_url(text)) {
		path->kind = PKDI_PATH_URL;
		return 0;
	}
	if (*text && text[strlen(text) - 1] == '/') {
		resolve_there(path, text);
		return path->fd < 0 ? refuse(run, node, path, errno) : 0;
	}
	followed = pkdi_follow_links(text);
	if (!followed)
		return refuse(run, node, path, errno);
	r = create_output(run, node, path, followed);
	free(followed);
	return r;
}

/* ---- All of them ---- */

static int allocate(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];
		const struct pkd_node *decl = node->decl;

		node->paths = calloc(decl->n_rights + 1, sizeof(*node->paths));
		if (!node->paths)
			return -ENOMEM;
		for (uint32_t j = 0; j < decl->n_rights; j++) {
			const struct pkd_right *right = &decl->rights[j];
			bool holds = right_holds(decl, right) && !is_overruled(decl, right);

			node->paths[j] = (struct pkdi_path){
				.right = right,
				.holds = holds,
				.text = holds ? right_text(decl, right) : NULL,
				.fd = -1,
				.output = {.fd = -1, .directory_fd = -1, .old_fd = -1},
			};
		}
	}
	return 0;
}

static int resolve_all(struct pkdi_run *run, bool outputs)
{
	int r = 0;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];

		for (uint32_t j = 0; j < node->decl->n_rights && r == 0; j++) {
			struct pkdi_path *path = &node->paths[j];

			if (!path->text || !*path->text || is_output(path->right) != outputs)
				continue;
			if (outputs)
				r = resolve_output(run, node, path);
			else
				resolve_input(path);
			node->waits_for_names |= path->kind == PKDI_PATH_OUTPUT &&
			                         !path->output.named;
		}
	}
	return r;
}

int pkdi_paths_resolve(struct pkdi_run *run)
{
	int r = allocate(run);

	if (r < 0) {
		pkdi_log(&run->log, "no memory for the nodes' paths");
		return r;
	}
	r = resolve_all(run, false);
	return r < 0 ? r : resolve_all(run, true);
}

/* ---- While it runs ---- */

static int name_one(const struct pkdi_run *run, const struct pkdi_node *node,
                    struct pkdi_path *path)
{
	int r = pkdi_unnamed_name(&path->output);

	if (r < 0)
		pkdi_node_log(&run->log, node->decl, "cannot write '%s': %s", path->text,
		              r == -EEXIST ? "somebody has made such a file meanwhile"
		                           : strerror(-r));
	return r;
}

/* What the node has not opened by pkd_output_file it does not write. */
static bool is_opened(const struct pkdi_node *node, uint32_t right)
{
	return pkdi_read(&node->words->opened) & PKDI_OPENED_BIT(right);
}

int pkdi_paths_name(struct pkdi_run *run)
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
		              "it is whole, where it is now",
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

int pkdi_paths_check(const struct pkdi_run *run)
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

/* ---- In a process, and at the end ---- */

void pkdi_paths_attach(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_closer closer = {0, 0};
	bool has_news = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		/* Of files, or of a stream that was written over. */
		has_news |= run->process_of[i] == index &&
		            (run->nodes[i].waits_for_names || run->nodes[i].decl->n_inputs);
		for (uint32_t j = 0; j < run->nodes[i].decl->n_rights; j++) {
			struct pkdi_path *path = &run->nodes[i].paths[j];

			pkdi_closer_add(&closer, &path->output.directory_fd);
			pkdi_closer_add(&closer, &path->output.old_fd);
			if (run->process_of[i] == index)
				continue;
			if (path->kind != PKDI_PATH_STANDARD)
				pkdi_closer_add(&closer, &path->fd);
			pkdi_closer_add(&closer, &path->output.fd);
		}
	}
	if (!has_news)
		pkdi_closer_add(&closer, &run->supervisor_fd);
	pkdi_closer_finish(&closer);
}

void pkdi_paths_finish(struct pkdi_run *run)
{
	for (uint32_t i = 0; run->nodes && i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];

		for (uint32_t j = 0; node->paths && j < node->decl->n_rights; j++) {
			if (node->paths[j].kind != PKDI_PATH_STANDARD && node->paths[j].fd >= 0)
				close(node->paths[j].fd);
			pkdi_unnamed_finish(&node->paths[j].output);
		}
		free(node->paths);
		node->paths = NULL;
	}
}
