/* io.serial: lines and bytes over a serial port. */
#include "duplex.h"
#include "port.h"

#include <errno.h>
#include <io/serial.pkd.h>

struct io_serial {
	const struct io_serial_params *params;
	struct io_duplex duplex;
};

/* ---- The port as a peer ---- */

static int open_port(void *peer, struct io_opening *opening)
{
	const struct io_serial *self = peer;
	int fd = io_port_open(self->params, opening->reason, sizeof(opening->reason));

	if (fd < 0)
		return fd;
	opening->fd = fd;
	return 1;
}

static void give_up(void *peer)
{
	(void)peer;
}

static bool is_sent(void *peer, int fd)
{
	(void)peer;
	return io_port_is_sent(fd);
}

static void leave(void *peer, int fd)
{
	(void)peer;
	io_port_leave(fd);
}

static const struct io_peer port = {
	.open = open_port,
	.give_up = give_up,
	.is_sent = is_sent,
	.leave = leave,
};

/* ---- The node ---- */

int io_serial_init(struct io_serial *self, const struct io_serial_params *params,
                   struct pkd_ctx *ctx)
{
	const struct io_duplex_options options = {
		.framing = {params->frame, params->ending, params->longer, params->N},
		.offline = params->offline,
		.reconnect = true,
		.stall_ns = params->stall,
		.grace_ns = params->grace,
		.retry_max_ns = params->retry_max,
		.name = params->device,
	};
	char rates[400];

	self->params = params;
	if (io_port_speed(params->baud) == B0)
		return pkd_error(ctx, EINVAL, "baud: %u is no standard rate: %s", params->baud,
		                 io_port_speeds(rates, sizeof(rates)));
	return io_duplex_init(&self->duplex, &options, &port, self, ctx);
}

int io_serial_step(struct io_serial *self, const struct io_serial_in *in, struct io_serial_out *out,
                   struct pkd_ctx *ctx)
{
	const struct io_received received = {out->line->text, &out->line->len, out->data->data,
	                                     &out->data->len, out->link};
	struct io_value value = {0};

	if (in->send && pkd_fired(ctx) == 0)
		value = (struct io_value){in->send->text, in->send->len, true};
	else if (in->send_bytes && pkd_fired(ctx) == 1)
		value = (struct io_value){in->send_bytes->data, in->send_bytes->len, false};
	return io_duplex_step(&self->duplex, &value, &received, &io_serial_get_state(ctx)->kept,
	                      ctx);
}

int io_serial_ready(struct io_serial *self, struct pkd_ctx *ctx)
{
	return io_duplex_ready(&self->duplex, ctx);
}

void io_serial_finish(struct io_serial *self)
{
	io_duplex_finish(&self->duplex);
}

PKD_WATCHING_NODE(io_serial);
