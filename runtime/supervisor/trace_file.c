#define _GNU_SOURCE
#include "supervisor/trace_file.h"

#include <errno.h>
#include <stdlib.h>

#include "console/chrome.h"
#include "os/write.h"

enum { BUFFER_SIZE = 65536 };

static int flush(int fd, struct pkdi_out *out)
{
	int r = out->is_full ? -EOVERFLOW : pkdi_write_all(fd, out->text, out->n);

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

int pkdi_trace_file_write(struct pkdi_report_file *file, const struct pkdi_run *run)
{
	struct pkdi_chrome *chrome;
	char *buffer;
	int r = -ENOMEM;

	if (!file->path)
		return 0;
	chrome = pkdi_chrome_create(run);
	buffer = malloc(BUFFER_SIZE);
	if (chrome && buffer) {
		struct pkdi_out out = {.text = buffer, .size = BUFFER_SIZE - 1};

		r = write_text(file->file.fd, chrome, &out);
	}
	pkdi_chrome_destroy(chrome);
	free(buffer);
	return pkdi_report_file_name(file, run, r);
}
