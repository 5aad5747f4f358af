#include "duplex.h"

#include "../base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum { LINE, DATA, LINK };

/* From a stop to the last look, so that the program's own time for it is enough. */
static const int64_t STOP_NS = 300000000;
static const int64_t SENT_NS = 1000000000; /* for the last bytes to leave, at the end */
static const int64_t LOOK_NS = 10000000;

/* ---- Start ---- */

int io_duplex_init(struct io_duplex *duplex, const struct io_duplex_options *options,
                   const struct io_peer *peer, void *peer_self, struct pkd_ctx *ctx)
{
	bool is_lines = options->framing.frame == io_Frame_lines;

	*duplex = (struct io_duplex){.peer = peer,
	                             .peer_self = peer_self,
	                             .options = *options,
	                             .fd = -1,
	                             .is_news = true,
	                             .link = {.state = io_LinkState_connecting}};
	duplex->link.since = pkd_now();
	if (pkd_wanted(ctx, is_lines ? DATA : LINE))
		return pkd_error(ctx, EINVAL, "%s",
		                 is_lines ? "data is read, and frame: lines gives only `line`: "
		                            "write frame: chunks, or frame: sized"
		                          : "line is read, and only frame: lines gives it");
	retry_init(&duplex->retry, IO_RETRY_FIRST_NS, options->retry_max_ns,
	           (uint64_t)pkd_now() ^ (uint64_t)getpid() << 32);
	pkd_wake(ctx, 0);
	return io_frames_init(&duplex->frames, &options->framing, ctx);
}

/* ---- What is given ---- */

static void put_link(struct io_duplex *duplex, const struct io_received *out, struct io_Kept *kept)
{
	kept->n_connections += duplex->n_new;
	duplex->n_new = 0;
	duplex->link.n_reconnects = kept->n_connections > 0 ? kept->n_connections - 1 : 0;
	*out->link = duplex->link;
}

static void set_time(struct io_Kept *kept, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();

	if (now_ns > kept->last)
		kept->last = now_ns;
	pkd_set_time(ctx, kept->last);
}

static void put_frame(const struct io_duplex *duplex, const struct io_frame *frame,
                      const struct io_received *out, struct pkd_ctx *ctx)
{
	uint32_t N = duplex->options.framing.N;

	if (duplex->options.framing.frame == io_Frame_lines) {
		utf8_put(out->line, N, frame->bytes, frame->n, out->line_len);
		pkd_absent(ctx, DATA);
		return;
	}
	memcpy(out->data, frame->bytes, frame->n);
	*out->data_len = (uint32_t)frame->n;
	pkd_absent(ctx, LINE);
}

/* What is there to be given: 1, 0, or what pkd_error returns. News of the connection come between
 * the values of two. */
static int give(struct io_duplex *duplex, const struct io_received *out, struct pkd_ctx *ctx)
{
	struct io_frame frame;
	int r = 0;

	if (!duplex->is_news)
		r = io_frames_next(&duplex->frames, &frame, ctx);
	if (r > 0)
		put_frame(duplex, &frame, out, ctx);
	if (r)
		return r;
	if (!duplex->is_news && duplex->phase == IO_LOST)
		io_duplex_let_go(duplex, ctx);
	if (!duplex->is_news)
		return 0;
	duplex->is_news = false;
	if (!pkd_wanted(ctx, LINK))
		return duplex->phase == IO_OPEN ? give(duplex, out, ctx) : 0;
	pkd_absent(ctx, LINE);
	pkd_absent(ctx, DATA);
	return 1;
}

/* Reads only where nothing is left of what was read before. */
static int find(struct io_duplex *duplex, bool has_value, const struct io_received *out,
                struct pkd_ctx *ctx)
{
	int r = give(duplex, out, ctx);

	/* With a value that can be sent, only where `ready` has said that something came. */
	if (r || (has_value && duplex->phase == IO_OPEN && !duplex->looks && !duplex->is_blocked))
		return r;
	io_duplex_go(duplex, ctx);
	return give(duplex, out, ctx);
}

/* ---- Steps ---- */

static void tell_dropped(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	if (duplex->n_dropped)
		pkd_log(ctx, PKD_LOG_WARNING, "%" PRIu64 " values were not sent to '%s'",
		        duplex->n_dropped, duplex->options.name);
	duplex->n_dropped = 0;
}

static void note_stop(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	if (pkd_stopping(ctx) && !duplex->stop_ns)
		duplex->stop_ns = pkd_now();
}

static void tell_restart(struct io_duplex *duplex, const struct io_Kept *kept, struct pkd_ctx *ctx)
{
	if (kept->n_connections && !duplex->is_told_lost)
		pkd_note(ctx, "started again: what had come from '%s' and was not given on is lost",
		         duplex->options.name);
	duplex->is_told_lost = true;
}

static void begin_flush(struct io_duplex *duplex)
{
	duplex->flush_ns = pkd_now();
	duplex->options.reconnect = false;
	if (duplex->phase == IO_OPEN && duplex->peer->end)
		duplex->peer->end(duplex->peer_self, duplex->fd);
}

/* After the last input: until the other end closes it, or the time is over. */
static int wait_flushing(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now(), until_ns = duplex->flush_ns + duplex->options.grace_ns;
	int64_t sent_ns = duplex->flush_ns + SENT_NS;

	if (duplex->stop_ns && until_ns > duplex->stop_ns + STOP_NS)
		until_ns = duplex->stop_ns + STOP_NS;
	if (duplex->phase == IO_OPEN && now_ns < until_ns)
		return pkd_later(ctx, until_ns);
	if (duplex->phase == IO_OPEN && now_ns < sent_ns && !duplex->stop_ns &&
	    duplex->peer->is_sent && !duplex->peer->is_sent(duplex->peer_self, duplex->fd))
		return pkd_later(ctx, now_ns + LOOK_NS);
	tell_dropped(duplex, ctx);
	return PKD_SKIP;
}

/* With nothing to give: when it is looked at again. */
static int wait(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	int64_t due_ns = io_duplex_due(duplex);

	if (duplex->flush_ns)
		return wait_flushing(duplex, ctx);
	if (duplex->stop_ns && due_ns > duplex->stop_ns + STOP_NS)
		due_ns = duplex->stop_ns + STOP_NS;
	return pkd_later(ctx, due_ns);
}

/* The firing counts. */
static int fire(struct io_duplex *duplex, bool found, const struct io_received *out,
                struct io_Kept *kept, struct pkd_ctx *ctx)
{
	set_time(kept, ctx);
	put_link(duplex, out, kept);
	if (!found) {
		pkd_absent(ctx, LINE);
		pkd_absent(ctx, DATA);
	}
	if (!duplex->flush_ns)
		pkd_wake(ctx, found ? 0 : io_duplex_due(duplex));
	return PKD_OK;
}

int io_duplex_step(struct io_duplex *duplex, const struct io_value *value,
                   const struct io_received *out, struct io_Kept *kept, struct pkd_ctx *ctx)
{
	int found, sent = 0;

	tell_restart(duplex, kept, ctx);
	note_stop(duplex, ctx);
	if (pkd_flushing(ctx) && !duplex->flush_ns)
		begin_flush(duplex);
	found = find(duplex, value->bytes != NULL, out, ctx);
	if (found < 0)
		return found;
	if (value->bytes)
		sent = io_duplex_send(duplex, value, kept, ctx);
	if (!found)
		io_duplex_watch(duplex, ctx);
	if (duplex->phase == IO_OVER && !duplex->flush_ns && !duplex->is_news) {
		duplex->n_dropped += value->bytes && !sent;
		tell_dropped(duplex, ctx);
		fire(duplex, found, out, kept, ctx);
		return PKD_END;
	}
	if (!found && !sent)
		return wait(duplex, ctx);
	fire(duplex, found, out, kept, ctx);
	return value->bytes && !sent ? PKD_MORE : PKD_OK;
}

int io_duplex_ready(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	/* Nothing more is said of it before the next step: that may have to wait for room. */
	io_duplex_unwatch(duplex, ctx);
	duplex->looks = true;
	if (!duplex->flush_ns)
		pkd_wake(ctx, 0);
	return PKD_OK;
}

void io_duplex_finish(struct io_duplex *duplex)
{
	if (duplex->phase == IO_OPENING)
		duplex->peer->give_up(duplex->peer_self);
	if (duplex->fd >= 0) {
		if (duplex->peer->leave)
			duplex->peer->leave(duplex->peer_self, duplex->fd);
		close(duplex->fd);
	}
	io_frames_finish(&duplex->frames);
}
