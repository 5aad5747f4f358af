#include "link.h"

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
