#define _GNU_SOURCE
#include "supervisor/trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/chrome.h"
#include "node/say.h"
#include "run/outputs.h"

enum { BUFFER_SIZE = 65536 };

/* ---- Before the run ---- */

static int refuse(const struct pkdi_run *run, const char *path, int error)
{
	const char *why = strerror(error);

	if (error == EWOULDBLOCK)
		why = "another program is writing it";
	else if (error == EBUSY)
		why = "it is a mount point; mount its directory instead";
	else if (error == EISDIR)
		why = "it is a directory; add a file name";
	else if (error == ENOENT)
		why = "its directory does not exist";
	else if (error == EINVAL)
		why = "it is no regular file";
	pkdi_log(&run->log, "--trace: cannot write '%s': %s", path, why);
	return -error;
}

static int refuse_shared(const struct pkdi_run *run, const char *path, const struct pkdi_node *node)
{
	char who[PKDI_WHO_SIZE];

	pkdi_log(&run->log, "--trace: cannot write '%s': %s has it as well", path,
	         pkdi_node_who(node->decl, who));
	return -EINVAL;
}

static int create(struct pkdi_trace_file *trace, const struct pkdi_run *run, const char *followed)
{
	struct pkdi_target target;
	struct pkdi_rival rival;
	int r = pkdi_target_find(followed, &target);

	if (r < 0)
		return refuse(run, trace->path, -r);
	rival = pkdi_rival_of_target(run, &target);
	if (rival.node)
		return refuse_shared(run, trace->path, rival.node);
	r = pkdi_unnamed_create(&trace->file, followed, false);
	return r < 0 ? refuse(run, trace->path, -r) : 0;
}

int pkdi_trace_file_open(struct pkdi_trace_file *trace, const struct pkdi_run *run,
                         const char *path)
{
	char *followed;
	int r;

	*trace = (struct pkdi_trace_file){path, {.fd = -1, .directory_fd = -1, .old_fd = -1}};
	if (!path)
		return 0;
	followed = pkdi_follow_links(path);
	if (!followed)
		return refuse(run, path, errno);
	r = create(trace, run, followed);
	free(followed);
	return r;
}

/* ---- After it ---- */

static int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t m = write(fd, text, n);

		if (m < 0 && errno == EINTR)
			continue;
		if (m < 0)
			return -errno;
		text += m;
		n -= (size_t)m;
	}
	return 0;
}

static int flush(int fd, struct pkdi_out *out)
{
	int r = out->is_full ? -EOVERFLOW : write_all(fd, out->text, out->n);

	out->n = 0;
	return r;
}

/* An event a line, for people and their tools. */
static int write_text(int fd, const struct pkdi_chrome *chrome, struct pkdi_out *out)
{
	uint64_t n = pkdi_chrome_count(chrome);
	int r = 0;

	pkdi_out_open(out, NULL, '{');
	pkdi_out_open(out, "traceEvents", '[');
	for (uint64_t i = 0; i < n && r == 0; i++) {
		if (out->size - out->n < PKDI_CHROME_ITEM)
			r = flush(fd, out);
		out->text[out->n++] = '\n';
		pkdi_chrome_write(chrome, i, out);
	}
	if (r == 0)
		r = flush(fd, out);
	pkdi_out_close(out, ']');
	pkdi_out_text(out, "displayTimeUnit", "ms");
	pkdi_out_open(out, "otherData", '{');
	pkdi_chrome_write_other(chrome, out);
	pkdi_out_close(out, '}');
	pkdi_out_close(out, '}');
	out->text[out->n++] = '\n';
	return r < 0 ? r : flush(fd, out);
}

int pkdi_trace_file_write(struct pkdi_trace_file *trace, const struct pkdi_run *run)
{
	struct pkdi_chrome *chrome;
	char *buffer;
	int r = -ENOMEM;

	if (!trace->path)
		return 0;
	chrome = pkdi_chrome_create(run);
	buffer = malloc(BUFFER_SIZE);
	if (chrome && buffer) {
		struct pkdi_out out = {.text = buffer, .size = BUFFER_SIZE - 1};

		r = write_text(trace->file.fd, chrome, &out);
	}
	pkdi_chrome_destroy(chrome);
	free(buffer);
	if (r == 0)
		r = pkdi_unnamed_name(&trace->file);
	if (r < 0)
		pkdi_log(&run->log, "--trace: cannot write '%s': %s", trace->path,
		         r == -EEXIST ? "another program has created it meanwhile" : strerror(-r));
	return r;
}

void pkdi_trace_file_finish(struct pkdi_trace_file *trace)
{
	if (trace->path)
		pkdi_unnamed_finish(&trace->file);
	trace->path = NULL;
}
