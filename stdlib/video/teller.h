/* What a node says of the link of its live source, in its output and in the log. */
#ifndef PKD_VIDEO_TELLER_H
#define PKD_VIDEO_TELLER_H

#include "connection.h"
#include "tally.h"

struct media_asked {
	const char *node; /* its kind, for messages */
	const char *source, *user, *password;
	const char *ca;
	bool insecure;
};

/* Whether such an address can be opened. PKD_OK, or what pkd_error returns. */
int media_teller_check(const struct media_asked *asked, struct pkd_ctx *ctx);

struct media_teller {
	struct media_connection *connection;
	const struct media_limits *limits;
	struct video_Link link;         /* as it was told last */
	int64_t told_ns;                /* when; 0 = not yet */
	unsigned n_reasons;             /* said since it was lost, … */
	char reason[MEDIA_REASON_SIZE]; /* … the last of them */
	struct media_tally damage;
};

/* Of a time without a picture: whether the link is to be told, as it is another one, or has not
 * been for a second; and if not, when it will have to be. */
bool media_teller_is_due(struct media_teller *self, const struct media_link *link, int64_t now_ns,
                         struct pkd_ctx *ctx);
int64_t media_teller_due(const struct media_teller *self, const struct media_link *link);
/* Whether this state was told last. */
bool media_teller_knows(const struct media_teller *self, const struct media_link *link);

/* Fills `out` by the state, since when, and the reason that are so now, and says in the log what is
 * new: `what` is there where it is online. n_connections: those that had a picture, through all
 * restarts. */
void media_teller_tell(struct media_teller *self, const struct video_Link *now,
                       uint32_t n_connections, const char *what, struct video_Link *out,
                       struct pkd_ctx *ctx);

/* Says in the log what was damaged on the way, where something was: in a step, as it happens; in
 * finish, in all. */
void media_teller_damage(struct media_teller *self, const struct media_news *news, int64_t now_ns,
                         struct pkd_ctx *ctx);
void media_teller_total(const struct media_news *news, struct pkd_ctx *ctx);

#endif
