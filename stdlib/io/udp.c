/* io.udp: datagrams in and out. */
#define _GNU_SOURCE
#include "../base/utf8.h"
#include "datagrams.h"
#include "retry.h"
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { DATAGRAM_SIZE = 65536 };

static const int64_t TELL_NS = 1000000000; /* from one line about losses to the next */

struct io_udp {
	struct pkd_ctx *ctx; /* for finish: where nothing is sent, there is no flush */
	const struct io_udp_params *params;
	int in, out; /* -1: none; often the same */
	struct io_address to;
	struct io_lookup *lookup; /* NULL: not begun */
	struct retry retry;
	int64_t retry_ns;
	struct sockaddr_storage peer; /* its size 0: not known yet */
	socklen_t peer_size;
	char *buffer;
	struct io_watch watch_in, watch_out, watch_lookup;
	bool is_blocked;
	bool looks;          /* something may have come: `ready` says so */
	uint32_t n_left_out; /* by the socket's count */
	uint64_t n_untold;   /* of these, since the last line about them */
	int64_t told_ns;
	uint64_t n_dropped; /* since that was told */
	int dropped_error;
	bool has_noted_long;
};

/* ---- Start ---- */

static int open_sockets(struct io_udp *self, struct pkd_ctx *ctx)
{
	const struct io_udp_params *params = self->params;
	struct io_address listen;
	int error = 0;

	if (!*params->listen && !*params->to)
		return pkd_error(ctx, EINVAL,
		                 "neither listen nor to is given: write at which port it receives, "
		                 "or where values are sent");
	if (*params->group && !*params->listen)
		return pkd_error(ctx, EINVAL, "group '%s' needs a port: write listen: \":PORT\"",
		                 params->group);
	if (*params->to)
		error = io_address_parse(&self->to, "to", params->to, ctx);
	if (error || !*params->listen)
		return error;
	error = io_address_parse(&listen, "listen", params->listen, ctx);
	if (error)
		return error;
	self->in = io_datagrams_listen(params, &listen, ctx);
	return self->in < 0 ? self->in : 0;
}

int io_udp_init(struct io_udp *self, const struct io_udp_params *params, struct pkd_ctx *ctx)
{
	int error;

	self->ctx = ctx;
	self->params = params;
	self->in = self->out = -1;
	retry_init(&self->retry, IO_RETRY_FIRST_NS, 5000000000, (uint64_t)pkd_now());
	self->buffer = malloc(DATAGRAM_SIZE);
	error = self->buffer ? open_sockets(self, ctx)
	                     : pkd_error(ctx, ENOMEM, "no memory for a datagram");
	if (error)
		free(self->buffer);
	pkd_wake(ctx, 0);
	return error;
}

/* ---- Where values are sent ---- */

static void use_peer(struct io_udp *self, const struct addrinfo *found, struct pkd_ctx *ctx)
{
	bool is_one = self->in >= 0 && io_datagrams_family(self->in) == found->ai_family;

	self->out = is_one ? self->in : io_datagrams_open(self->params, found->ai_family);
	if (self->out < 0) {
		pkd_log(ctx, PKD_LOG_WARNING, "cannot send to '%s': %s", self->params->to,
		        strerror(-self->out));
		self->out = -1;
		self->retry_ns = pkd_now() + retry_pause(&self->retry);
		return;
	}
	if (self->in < 0)
		self->in = self->out;
	memcpy(&self->peer, found->ai_addr, found->ai_addrlen);
	self->peer_size = found->ai_addrlen;
}

static void find_peer(struct io_udp *self, struct pkd_ctx *ctx)
{
	const struct addrinfo *found;
	const char *reason = NULL;
	int r;

	if (!*self->params->to || self->peer_size || pkd_now() < self->retry_ns)
		return;
	r = self->lookup ? 0 : io_lookup_start(&self->to, SOCK_DGRAM, &self->lookup);
	if (r == 0)
		r = io_lookup_answer(self->lookup, &found, &reason);
	if (r == 0) {
		io_watch_set(&self->watch_lookup, io_lookup_fd(self->lookup), POLLIN, ctx);
		return;
	}
	io_watch_set(&self->watch_lookup, -1, 0, ctx);
	if (r > 0)
		use_peer(self, found, ctx);
	else
		pkd_log(ctx, PKD_LOG_WARNING, "cannot send to '%s': %s; trying again",
		        self->params->to, reason ? reason : strerror(-r));
	io_lookup_leave(self->lookup);
	self->lookup = NULL;
	if (r < 0)
		self->retry_ns = pkd_now() + retry_pause(&self->retry);
}

/* ---- What comes ---- */

static void tell_left_out(struct io_udp *self, struct pkd_ctx *ctx)
{
	if (self->n_untold)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " datagrams are left out: they came faster than they were taken",
		        self->n_untold);
	self->n_untold = 0;
	self->told_ns = pkd_now();
}

/* By the socket's count, which is there without a datagram, too. */
static void note_left_out(struct io_udp *self, struct pkd_ctx *ctx)
{
	uint32_t n = self->in >= 0 ? io_datagrams_left_out(self->in) - self->n_left_out : 0;

	self->n_left_out += n;
	self->n_untold += n;
	io_udp_get_state(ctx)->n_left_out += n;
	if (self->n_untold && (!self->told_ns || pkd_now() - self->told_ns >= TELL_NS))
		tell_left_out(self, ctx);
}

/* 1: it is given, cut; 0: it is left out; or what pkd_error returns. */
static int allow_long(struct io_udp *self, size_t n, struct pkd_ctx *ctx)
{
	bool is_cut = self->params->longer == text_Longer_cut;

	if (self->params->longer == text_Longer_fail)
		return pkd_error(ctx, EMSGSIZE,
		                 "a datagram has %zu bytes, more than N = %" PRIu32
		                 ": write N: %zu, or longer: cut",
		                 n, self->params->N, n);
	if (!self->has_noted_long)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "a datagram has %zu bytes, more than N = %" PRIu32
		        ": it is %s, as any other that has",
		        n, self->params->N, is_cut ? "cut" : "left out");
	self->has_noted_long = true;
	return is_cut;
}

static void put(const struct io_udp *self, const struct io_datagram *datagram,
                struct io_udp_out *out)
{
	uint32_t N = self->params->N;
	size_t n = datagram->n < N ? datagram->n : N, text = datagram->has;
	char from[IO_ADDRESS_SIZE];

	memcpy(out->data->data, datagram->bytes, n);
	out->data->len = (uint32_t)n;
	if (text > 0 && datagram->bytes[text - 1] == '\n')
		text--;
	if (text > 0 && datagram->bytes[text - 1] == '\r')
		text--;
	utf8_put(out->line->text, N, datagram->bytes, text, &out->line->len);
	pkd_string_set(out->from, io_address_text((const struct sockaddr *)&datagram->from, from));
}

/* 1: there is one; 0, or what pkd_error returns. */
static int receive(struct io_udp *self, struct io_udp_out *out, struct pkd_ctx *ctx)
{
	struct io_datagram datagram;
	int r = 0;

	while (self->in >= 0 && r == 0) {
		r = io_datagrams_receive(self->in, self->buffer, DATAGRAM_SIZE, &datagram);
		/* An error is of something before, such as that nobody listens there. */
		if (r <= 0)
			return 0;
		if (datagram.n > self->params->N)
			r = allow_long(self, datagram.n, ctx);
		if (r > 0)
			put(self, &datagram, out);
	}
	return r;
}

/* ---- What is sent ---- */

static void drop(struct io_udp *self, int error, size_t n, struct pkd_ctx *ctx)
{
	self->n_dropped++;
	io_udp_get_state(ctx)->n_dropped++;
	if (self->dropped_error == error)
		return;
	self->dropped_error = error;
	pkd_log(ctx, PKD_LOG_WARNING, "cannot send %zu bytes to '%s': %s; left out", n,
	        self->params->to, strerror(error));
}

static void tell_dropped(struct io_udp *self, struct pkd_ctx *ctx)
{
	if (self->n_dropped)
		pkd_log(ctx, PKD_LOG_WARNING, "%" PRIu64 " values were not sent to '%s'",
		        self->n_dropped, self->params->to);
	self->n_dropped = 0;
	self->dropped_error = 0;
}

/* Whether the value is done with. */
static bool send_value(struct io_udp *self, const void *bytes, size_t n, struct pkd_ctx *ctx)
{
	ssize_t sent;

	if (!self->peer_size) {
		if (pkd_stopping(ctx))
			drop(self, EHOSTUNREACH, n, ctx);
		return pkd_stopping(ctx);
	}
	do
		sent = sendto(self->out, bytes, n, MSG_NOSIGNAL, (struct sockaddr *)&self->peer,
		              self->peer_size);
	while (sent < 0 && errno == EINTR);
	self->is_blocked = sent < 0 && errno == EAGAIN && !pkd_stopping(ctx);
	if (self->is_blocked)
		return false;
	if (sent < 0)
		drop(self, errno, n, ctx);
	else if (self->n_dropped)
		tell_dropped(self, ctx);
	return true;
}

/* ---- Steps ---- */

static void watch(struct io_udp *self, struct pkd_ctx *ctx)
{
	bool is_one = self->in == self->out;
	short events = POLLIN;

	if (is_one && self->is_blocked)
		events |= POLLOUT;
	io_watch_set(&self->watch_in, self->in, events, ctx);
	io_watch_set(&self->watch_out, is_one ? -1 : self->out, self->is_blocked ? POLLOUT : 0,
	             ctx);
}

static int64_t due(const struct io_udp *self)
{
	bool waits = *self->params->to && !self->peer_size && !self->lookup;
	int64_t due_ns = waits ? self->retry_ns : INT64_MAX;

	/* What is untold of losses is told, though nothing comes any more. */
	if (self->n_untold && due_ns > self->told_ns + TELL_NS)
		due_ns = self->told_ns + TELL_NS;
	return due_ns;
}

static void fire(struct io_udp *self, bool found, struct pkd_ctx *ctx)
{
	struct io_udp_state *state = io_udp_get_state(ctx);
	int64_t now_ns = pkd_now();

	state->last = now_ns > state->last ? now_ns : state->last;
	pkd_set_time(ctx, state->last);
	if (!found) {
		io_udp_absent_line(ctx);
		io_udp_absent_data(ctx);
		io_udp_absent_from(ctx);
	}
	pkd_wake(ctx, found ? 0 : due(self));
}

int io_udp_step(struct io_udp *self, const struct io_udp_in *in, struct io_udp_out *out,
                struct pkd_ctx *ctx)
{
	bool has_value = in->send || in->send_bytes, sent = false;
	int found;

	note_left_out(self, ctx);
	if (pkd_flushing(ctx)) {
		tell_dropped(self, ctx);
		tell_left_out(self, ctx);
		return PKD_SKIP;
	}
	if (has_value && !*self->params->to)
		return pkd_error(ctx, EDESTADDRREQ,
		                 "values are to be sent, and to is empty: write where to");
	find_peer(self, ctx);
	found = has_value && !self->looks ? 0 : receive(self, out, ctx);
	self->looks = found > 0;
	if (found < 0)
		return found;
	if (in->send && pkd_fired(ctx) == 0)
		sent = send_value(self, in->send->text, in->send->len, ctx);
	else if (in->send_bytes && pkd_fired(ctx) == 1)
		sent = send_value(self, in->send_bytes->data, in->send_bytes->len, ctx);
	if (!found)
		watch(self, ctx);
	if (!found && !sent)
		return pkd_later(ctx, due(self));
	fire(self, found, ctx);
	return has_value && !sent ? PKD_MORE : PKD_OK;
}

static void unwatch(struct io_udp *self, struct pkd_ctx *ctx)
{
	io_watch_set(&self->watch_in, -1, 0, ctx);
	io_watch_set(&self->watch_out, -1, 0, ctx);
	io_watch_set(&self->watch_lookup, -1, 0, ctx);
}

/* The step is called then. */
int io_udp_ready(struct io_udp *self, struct pkd_ctx *ctx)
{
	unwatch(self, ctx);
	self->looks = true;
	pkd_wake(ctx, 0);
	return PKD_OK;
}

void io_udp_finish(struct io_udp *self)
{
	note_left_out(self, self->ctx);
	tell_left_out(self, self->ctx);
	io_lookup_leave(self->lookup);
	if (self->out >= 0 && self->out != self->in)
		close(self->out);
	if (self->in >= 0)
		close(self->in);
	free(self->buffer);
}

PKD_WATCHING_NODE(io_udp);
