/* Values to be sent over the connection of duplex.h. */
#include "duplex.h"

#include <string.h>

static const int64_t STOP_NS = 300000000; /* for what is in hand, when the program is to stop */

/* 1: the kernel has all of it. */
static int write_it(struct io_duplex *duplex, const struct io_value *value, struct pkd_ctx *ctx)
{
	enum io_way way = IO_FILE;
	int r;

	if (duplex->peer->is_socket)
		way = pkd_ahead(ctx, pkd_fired(ctx), 1) ? IO_SOCKET_MORE : IO_SOCKET;
	r = io_outgoing_write(duplex->fd, way, &duplex->options.framing, value, &duplex->n_sent);

	duplex->is_blocked = r == 0;
	if (r < 0)
		io_duplex_lose(duplex, ctx, "%s", strerror(-r));
	return r > 0;
}

static void drop(struct io_duplex *duplex, struct io_Kept *kept)
{
	duplex->n_dropped++;
	kept->n_dropped++;
	duplex->is_blocked = false;
}

int io_duplex_send(struct io_duplex *duplex, const struct io_value *value, struct io_Kept *kept,
                   struct pkd_ctx *ctx)
{
	bool is_open = duplex->phase == IO_OPEN;

	if (is_open && write_it(duplex, value, ctx)) {
		duplex->n_sent = 0;
		return 1;
	}
	is_open = duplex->phase == IO_OPEN;
	if ((duplex->stop_ns && pkd_now() - duplex->stop_ns >= STOP_NS) ||
	    (!is_open && duplex->options.offline == io_Offline_drop &&
	     duplex->link.state != io_LinkState_connecting)) {
		drop(duplex, kept);
		/* Half a value on the wire would become one with what comes behind it. */
		if (duplex->n_sent > 0 && duplex->phase == IO_OPEN)
			io_duplex_lose(duplex, ctx, "half a value was sent");
		duplex->n_sent = 0;
		return 1;
	}
	return 0;
}
