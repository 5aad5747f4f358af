/* See teller.h. */
#include "teller.h"

#include "address.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A firing may be refused where a reader has no room, and a state that lasts is told only once. */
static const int64_t REPEAT_NS = 1000000000;

enum { MAX_REASONS = 3 }; /* that are said while it is offline; often the second one is the cause */

int media_teller_check(const struct media_asked *asked, struct pkd_ctx *ctx)
{
	bool has_user = *asked->user || *asked->password;

	if (!media_is_address(asked->source))
		return pkd_error(ctx, EPROTONOSUPPORT,
		                 "source is no address of http, https, rtsp, rtsps, rtmp, rtmps, "
		                 "rtp, udp, srt or tcp: video.open reads what is not live");
	if (has_user && media_address_has_user(asked->source))
		return pkd_error(ctx, EINVAL,
		                 "source names a user, and so does 'user': write one of them");
	if (*asked->password && !*asked->user)
		return pkd_error(ctx, EINVAL, "there is a password, but no user: write user: …");
	return media_source_check(&(struct media_options){.node = asked->node,
	                                                  .source = asked->source,
	                                                  .ca = asked->ca,
	                                                  .insecure = asked->insecure},
	                          ctx);
}

/* Where it is another one than was said. */
static void say_reason(struct media_teller *self, struct pkd_ctx *ctx)
{
	char reason[MEDIA_REASON_SIZE];

	media_connection_reason(self->connection, reason);
	if (self->n_reasons == MAX_REASONS ||
	    (self->n_reasons > 0 && !strcmp(reason, self->reason)))
		return;
	self->n_reasons++;
	memcpy(self->reason, reason, sizeof(reason));
	pkd_note(ctx, "offline: %s; trying again", reason);
}

static void say(struct media_teller *self, const struct video_Link *link, const char *what,
                struct pkd_ctx *ctx)
{
	switch ((enum video_LinkState)link->state) {
	case video_LinkState_online:
		pkd_note(ctx, "online: %s", what);
		break;
	case video_LinkState_stalled:
		pkd_note(ctx, "stalled: no frame for %g s",
		         (double)self->limits->stalled_after_ns / 1e9);
		break;
	case video_LinkState_frozen:
		pkd_note(ctx, "frozen: the same picture for %g s",
		         (double)self->limits->frozen_after_ns / 1e9);
		break;
	case video_LinkState_offline:
		self->n_reasons = 0;
		say_reason(self, ctx);
		break;
	case video_LinkState_connecting:
	default:
		break;
	}
}

bool media_teller_knows(const struct media_teller *self, const struct media_link *link)
{
	return self->told_ns && link->state == self->link.state;
}

bool media_teller_is_due(struct media_teller *self, const struct media_link *link, int64_t now_ns,
                         struct pkd_ctx *ctx)
{
	if (!media_teller_knows(self, link))
		return true;
	if (link->state == video_LinkState_offline)
		say_reason(self, ctx);
	return link->state != video_LinkState_online && now_ns >= self->told_ns + REPEAT_NS;
}

int64_t media_teller_due(const struct media_teller *self, const struct media_link *link)
{
	int64_t repeat_ns = self->told_ns + REPEAT_NS;

	return link->state == video_LinkState_online || link->until_ns < repeat_ns ? link->until_ns
	                                                                           : repeat_ns;
}

void media_teller_tell(struct media_teller *self, const struct video_Link *now,
                       uint32_t n_connections, const char *what, struct video_Link *out,
                       struct pkd_ctx *ctx)
{
	struct video_Link link = {.state = now->state, .since = now->since};

	link.reason = now->state == video_LinkState_offline ? now->reason : video_LinkReason_none;
	link.n_reconnects = n_connections > 0 ? n_connections - 1 : 0;
	if (self->told_ns && self->link.state == link.state &&
	    self->link.n_reconnects == link.n_reconnects)
		link.since = self->link.since;
	else
		say(self, &link, what, ctx);
	self->link = link;
	self->told_ns = pkd_now();
	*out = link;
}

static void say_damage(const struct media_news *news, const char *when, struct pkd_ctx *ctx)
{
	char lost[96] = "";

	if (news->n_missed)
		snprintf(lost, sizeof(lost),
		         " (the network has lost %" PRIu64
		         " packets of RTP: transport: tcp loses none)",
		         news->n_missed);
	pkd_log(ctx, PKD_LOG_WARNING,
	        "%" PRIu64 " damaged picture%s left out%s, with those drawn from them%s",
	        news->n_damaged, news->n_damaged == 1 ? " is" : "s are", when, lost);
}

void media_teller_damage(struct media_teller *self, const struct media_news *news, int64_t now_ns,
                         struct pkd_ctx *ctx)
{
	if (media_tally_is_due(&self->damage, news->n_damaged, now_ns))
		say_damage(news, " so far", ctx);
}

void media_teller_total(const struct media_news *news, struct pkd_ctx *ctx)
{
	if (news->n_damaged > 0)
		say_damage(news, " in all", ctx);
}
