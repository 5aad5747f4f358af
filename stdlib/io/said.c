#include "said.h"

#include "../base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum { AT_ONCE = 64 * 1024 };

static void tell_left_out(struct io_said *said, struct pkd_ctx *ctx)
{
	if (said->n_left_out)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " lines of its standard error are left out: more than %d in a "
		        "second",
		        said->n_left_out, IO_SAID_A_SECOND);
	said->n_left_out = 0;
}

static void tell(struct io_said *said, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();
	uint32_t length;

	utf8_put(said->last, IO_SAID_SIZE - 1, said->line, said->n, &length);
	said->n = 0;
	if (now_ns - said->since_ns >= 1000000000) {
		tell_left_out(said, ctx);
		said->since_ns = now_ns;
		said->n_told = 0;
	}
	if (said->n_told++ < IO_SAID_A_SECOND)
		pkd_note(ctx, "%s%s", said->last, said->is_long ? " …" : "");
	else
		said->n_left_out++;
}

static void take(struct io_said *said, const char *text, size_t n, struct pkd_ctx *ctx)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n') {
			if (said->n > 0 && said->line[said->n - 1] == '\r')
				said->n--;
			tell(said, ctx);
			said->is_long = false;
		} else if (said->n < IO_SAID_SIZE - 1) {
			said->line[said->n++] = text[i];
		} else {
			said->is_long = true;
		}
	}
}

bool io_said_read(struct io_said *said, int fd, struct pkd_ctx *ctx)
{
	char text[4096];

	for (size_t all = 0; all < AT_ONCE;) {
		ssize_t n = read(fd, text, sizeof(text));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		take(said, text, (size_t)n, ctx);
		all += (size_t)n;
	}
	return true;
}

void io_said_finish(struct io_said *said, struct pkd_ctx *ctx)
{
	if (said->n > 0)
		tell(said, ctx);
	tell_left_out(said, ctx);
}
