#define _GNU_SOURCE
#include "console/web_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel/look.h"
#include "console/names.h"

struct pkdi_web_look {
	struct pkdi_look look;
};

/* ---- Sockets ---- */

/* A write of so few bytes into a pipe is whole, whoever else writes. */
static int connect_to(void *console, bool is_read_only)
{
	struct pkdi_web_lender *lender = console;
	struct pkdi_web_call call = {.is_read_only = is_read_only};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -errno;
	call.fd = ends[1];
	if (write(lender->ends[1], &call, sizeof(call)) == sizeof(call))
		return ends[0];
	close(ends[0]);
	close(ends[1]);
	return -EAGAIN;
}

bool pkdi_web_lender_take(struct pkdi_web_lender *lender, struct pkdi_web_call *ret_call)
{
	return read(lender->ends[0], ret_call, sizeof(*ret_call)) == sizeof(*ret_call);
}

/* ---- Looks ---- */

/* The console does not map a private stream: process.c. */
static struct pkdi_web_look *look_at(void *console, uint32_t index)
{
	const struct pkdi_run *run = ((struct pkdi_web_lender *)console)->run;
	const struct pkdi_stream *stream = &run->streams[pkdi_names_ordered(run->program, index)];
	struct pkdi_web_look *look;

	if (stream->decl->private_at)
		return NULL;
	look = malloc(sizeof(*look));
	if (!look)
		return NULL;
	*look = (struct pkdi_web_look){
		.look = {.stream = stream->decl,
	                 .data = stream->view,
	                 .ring = pkdi_ring_make(stream->place, stream->decl, stream->words,
	                                        stream->view)},
	};
	return look;
}

static void unlook(struct pkdi_web_look *look)
{
	free(look);
}

static uint64_t newest(const struct pkdi_web_look *look)
{
	return pkdi_look_newest(&look->look);
}

static uint64_t oldest(const struct pkdi_web_look *look, uint64_t newest_seq)
{
	return pkdi_look_oldest(&look->look, newest_seq);
}

static size_t copy_size(const struct pkdi_web_look *look)
{
	return pkdi_look_size(&look->look);
}

static bool copy(const struct pkdi_web_look *look, uint64_t seq, struct pkd_frame *to)
{
	return pkdi_look_copy(&look->look, seq, to) && to->seq == seq;
}

/* ---- The lender ---- */

int pkdi_web_lender_init(struct pkdi_web_lender *lender, const struct pkdi_run *run)
{
	*lender = (struct pkdi_web_lender){
		.host = {.program = run->program,
	                 .console = lender,
	                 .connect = connect_to,
	                 .look = look_at,
	                 .unlook = unlook,
	                 .newest = newest,
	                 .oldest = oldest,
	                 .copy_size = copy_size,
	                 .copy = copy},
		.run = run,
		.ends = {-1, -1},
	};
	return pipe2(lender->ends, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
}

void pkdi_web_lender_finish(struct pkdi_web_lender *lender)
{
	for (int i = 0; i < 2; i++)
		if (lender->ends[i] >= 0)
			close(lender->ends[i]);
}
