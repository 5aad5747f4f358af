#define _GNU_SOURCE
#include "run/paths.h"

#include <errno.h>
#include <limits.h>
#include <pkd/command_words.h>
#include <pkd/path.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/closer.h"
#include "run/outputs.h"

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

/* ---- Inputs ---- */

/* A pattern of file names: its directory. */
static void resolve_pattern(struct pkdi_path *path, const char *text)
{
	const char *slash = strrchr(text, '/');
	char *directory;

	if (!strpbrk(slash ? slash : text, "%*?"))
		return;
	directory = slash ? strndup(text, (size_t)(slash - text) + 1) : strdup(".");
	if (directory)
		pkdi_path_look(path, directory);
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
		pkdi_path_look(path, program);
		free(program);
	}
	free(list);
}

/* A program, or a command that begins with one. */
static void resolve_command(struct pkdi_path *path, const char *text)
{
	char word[PATH_MAX];

	if (strchr(text, '/'))
		pkdi_path_look(path, text);
	else
		resolve_program(path, text);
	if (path->fd >= 0 || pkd_command_word(&text, word, sizeof(word)) <= 0)
		return;
	if (strchr(word, '/'))
		pkdi_path_look(path, word);
	else
		resolve_program(path, word);
}

/* What cannot be opened here the node will find out, with words of its own. */
static void resolve_input(struct pkdi_path *path)
{
	const char *text = path->text;

	if (path->right->kind == PKD_EXECUTES) {
		resolve_command(path, text);
		return;
	}
	path->fd = pkd_path_given_fd(text, STDIN_FILENO);
	if (path->fd >= 0) {
		path->kind = PKDI_PATH_STANDARD;
		return;
	}
	if (pkd_path_is_address(text)) {
		path->kind = PKDI_PATH_URL;
		return;
	}
	text = pkd_path_file(text);
	pkdi_path_look(path, text);
	if (path->kind == PKDI_PATH_NONE)
		resolve_pattern(path, text);
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

			if (!path->text || !*path->text || path->right->kind == PKD_SETS ||
			    pkdi_right_is_output(path->right) != outputs)
				continue;
			if (outputs)
				r = pkdi_output_resolve(run, node, path);
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

/* ---- In a process, and at the end ---- */

void pkdi_paths_attach(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_closer closer = {0, 0};

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
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
