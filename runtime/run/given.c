#define _GNU_SOURCE
#include "run/given.h"

#include <errno.h>
#include <fcntl.h>
#include <pkd/path.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/say.h"
#include "os/inherited.h"

/* ---- Every text that may name one ---- */

struct texts {
	const char **items; /* NULL: they are only counted */
	size_t n;
};

static void add(struct texts *texts, const char *text)
{
	if (texts->items)
		texts->items[texts->n] = text;
	texts->n++;
}

static void add_params(struct texts *texts, const struct pkd_node *node)
{
	for (uint32_t i = 0; i < node->n_params; i++) {
		const struct pkd_param *param = &node->param_table[i];
		const void *values = (const char *)node->params + param->offset;

		if (param->kind != PKD_STRING || param->capacity)
			continue;
		for (uint32_t j = 0; j < (param->n ? param->n : 1); j++)
			add(texts, ((const char *const *)values)[j]);
	}
}

static void add_node(struct texts *texts, const struct pkd_node *node)
{
	add_params(texts, node);
	for (uint32_t i = 0; i < node->n_rights; i++)
		add(texts, node->rights[i].path);
}

static void add_all(struct texts *texts, const struct pkd_program *program,
                    const struct pkdi_options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		add(texts, argv[i]);
	add(texts, options->trace);
	add(texts, options->account);
	for (uint32_t i = 0; i < program->n_nodes; i++)
		add_node(texts, &program->nodes[i]);
}

/* ---- Those that are not there ---- */

static int check_node(const struct pkdi_log *log, const struct pkd_node *node,
                      const struct texts *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		const char *text = texts->items[i];
		int fd = text ? pkd_path_given_fd(pkd_path_file(text), -1) : -1;

		if (fd <= STDERR_FILENO || fcntl(fd, F_GETFD) >= 0)
			continue;
		pkdi_node_log(log, node,
		              "cannot open '%s': descriptor %d is not open; whoever starts the "
		              "program opens it, as a shell does with %d<FILE or %d>FILE",
		              text, fd, fd, fd);
		return -EBADF;
	}
	return 0;
}

static int check_all(const struct pkdi_log *log, const struct pkd_program *program,
                     struct texts *texts)
{
	int r = 0;

	for (uint32_t i = 0; i < program->n_nodes && r == 0; i++) {
		texts->n = 0;
		add_node(texts, &program->nodes[i]);
		r = check_node(log, &program->nodes[i], texts);
	}
	return r;
}

int pkdi_given_keep(const struct pkd_program *program, const struct pkdi_options *options, int argc,
                    char **argv)
{
	const struct pkdi_log log = {.program = program->name,
	                             .level = options->levels.all,
	                             .format = options->log_format};
	struct texts texts = {NULL, 0};
	int r;

	add_all(&texts, program, options, argc, argv);
	texts.items = calloc(texts.n + 1, sizeof(const char *));
	if (!texts.items) {
		pkdi_log(&log, "not enough memory for the program's tables");
		return -ENOMEM;
	}
	texts.n = 0;
	add_all(&texts, program, options, argc, argv);
	pkdi_close_inherited(texts.items, texts.n);
	r = check_all(&log, program, &texts);
	free(texts.items);
	return r;
}
