/* pkdc graph: a drawing, in Graphviz's or Mermaid's language, or the graph for other programs. */
#define _GNU_SOURCE /* memfd_create */
#include "base/text.h"
#include "emit/emit.h"
#include "tool/subprocess.h"
#include "tool/tool.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool wants_svg(const struct tool *tool)
{
	const char *format = tool->option[OPTION_FORMAT];
	const char *path = tool->option[OPTION_OUTPUT];
	return format ? strcmp(format, "svg") == 0 : path && text_ends_with(path, ".svg");
}

/* The text as a file to read from, or -errno. In memory, so that the drawing program and we never
 * wait for each other. */
static int text_as_file(const struct buf *text)
{
	int fd = memfd_create("dot", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < text->length;) {
		ssize_t n = write(fd, text->text + done, text->length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int error = -errno;
			close(fd);
			return error;
		}
		done += (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int draw_svg(struct tool *tool, const struct buf *dot)
{
	int input = text_as_file(dot);
	if (input < 0) {
		complain("cannot hand the drawing over: %s", strerror(-input));
		return STATUS_FAILED;
	}
	struct buf svg;
	buf_init(&svg);
	struct subprocess command = {.arena = tool->arena, .input = input, .output = &svg};
	subprocess_add(&command, "dot");
	subprocess_add(&command, "-Tsvg");
	int status = subprocess_run(&command);
	close(input);
	if (status == -ENOENT)
		complain(
			"svg needs Graphviz, and its program 'dot' is not there; install graphviz, "
			"or use --format=dot");
	else if (status)
		complain("'dot' failed (%s %d)", status < 0 ? "error" : "status",
		         status < 0 ? -status : status);
	else
		status = tool_write(tool, svg.text, svg.length);
	buf_finish(&svg);
	return status ? STATUS_FAILED : 0;
}

static int draw(struct tool *tool, const struct analysis *analysis)
{
	const char *format = tool->option[OPTION_FORMAT];
	struct buf out;
	int status;

	buf_init(&out);
	if (format && strcmp(format, "mermaid") == 0)
		emit_mermaid(analysis, &out);
	else if (format && strcmp(format, "json") == 0)
		emit_json(analysis, &out);
	else
		emit_dot(analysis, &out);
	status = wants_svg(tool) ? draw_svg(tool, &out) : tool_write(tool, out.text, out.length);
	buf_finish(&out);
	return status;
}

int tool_graph(struct tool *tool)
{
	struct compilation c;
	int status = tool_compile(tool, &c, NEEDS_PROGRAM);
	tool_print_messages(&c);
	/* A drawing helps most where the proofs failed. */
	if (c.analysis) {
		int drawn = draw(tool, c.analysis);
		status = status ? status : drawn;
	}
	compile_finish(&c);
	return status;
}
