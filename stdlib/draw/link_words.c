/* See link_words.h. */
#include "link_words.h"

static const char *const states[] = {
	[video_LinkState_connecting] = "connecting",
	[video_LinkState_online] = "",
	[video_LinkState_stalled] = "no new pictures",
	[video_LinkState_frozen] = "the picture is frozen",
	[video_LinkState_offline] = "not connected",
};

static const char *const reasons[] = {
	[video_LinkReason_none] = "not connected",
	[video_LinkReason_refused] = "connection refused",
	[video_LinkReason_unknown_host] = "unknown host",
	[video_LinkReason_unreachable] = "not reachable",
	[video_LinkReason_silent] = "no answer",
	[video_LinkReason_denied] = "access denied",
	[video_LinkReason_untrusted] = "certificate not trusted",
	[video_LinkReason_not_found] = "not found",
	[video_LinkReason_ended] = "connection ended",
	[video_LinkReason_unreadable] = "pictures not readable",
	[video_LinkReason_too_large] = "pictures too large",
	[video_LinkReason_unplugged] = "not plugged in",
	[video_LinkReason_busy] = "in use",
	[video_LinkReason_failed] = "not connected",
};

static const char *one_of(const char *const *words, uint32_t n, uint32_t i)
{
	return i < n ? words[i] : "";
}

const char *draw_link_words(const struct video_Link *link)
{
	if (link->state == video_LinkState_offline)
		return one_of(reasons, sizeof(reasons) / sizeof(reasons[0]), link->reason);
	return one_of(states, sizeof(states) / sizeof(states[0]), link->state);
}
