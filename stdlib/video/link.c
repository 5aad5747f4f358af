#include "link.h"

#include <errno.h>

enum video_LinkReason media_link_reason(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return video_LinkReason_refused;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EADDRNOTAVAIL:
		return video_LinkReason_unreachable;
	case ETIMEDOUT:
		return video_LinkReason_silent;
	case EACCES:
	case EPERM:
		return video_LinkReason_denied;
	case ECONNRESET:
	case EPIPE:
		return video_LinkReason_ended;
	case EINVAL:
		return video_LinkReason_unreadable;
	case EMSGSIZE:
		return video_LinkReason_too_large;
	case ENODEV:
	case ENOENT:
		return video_LinkReason_unplugged;
	case EBUSY:
		return video_LinkReason_busy;
	default:
		return video_LinkReason_failed;
	}
}

static struct media_link link_of_frames(const struct media_news *news,
                                        const struct media_limits *limits, int64_t now_ns)
{
	int64_t stalled_ns = news->arrived_ns + limits->stalled_after_ns;
	int64_t frozen_ns = news->changed_ns + limits->frozen_after_ns;

	if (now_ns >= stalled_ns)
		return (struct media_link){video_LinkState_stalled, stalled_ns, INT64_MAX};
	/* By a frame that shows it, not by the clock: between two frames nothing is known. */
	if (limits->frozen_after_ns > 0 && news->arrived_ns >= frozen_ns)
		return (struct media_link){video_LinkState_frozen, frozen_ns, stalled_ns};
	return (struct media_link){video_LinkState_online, news->arrived_ns, stalled_ns};
}

struct media_link media_link_of(const struct media_news *news, const struct media_limits *limits,
                                int64_t now_ns)
{
	switch (news->phase) {
	case MEDIA_CONNECTED:
		return link_of_frames(news, limits, now_ns);
	case MEDIA_LOST:
		return (struct media_link){video_LinkState_offline, news->since_ns, INT64_MAX};
	case MEDIA_CONNECTING:
	default:
		return (struct media_link){video_LinkState_connecting, news->since_ns, INT64_MAX};
	}
}
