/* What a client of Foxglove can subscribe to: one channel for each stream, two for images, packets
 * and what lies in a picture, and the log. */
#ifndef PKDW_CHANNELS_H
#define PKDW_CHANNELS_H

#include "web/web.h"

enum pkdw_channel_kind {
	PKDW_CHANNEL_VALUE,       /* /NODE/OUTPUT */
	PKDW_CHANNEL_JPEG,        /* /NODE/OUTPUT/jpeg */
	PKDW_CHANNEL_H264,        /* /NODE/OUTPUT/h264 */
	PKDW_CHANNEL_VIDEO,       /* /NODE/OUTPUT/video: packets, as they are */
	PKDW_CHANNEL_ANNOTATIONS, /* /NODE/OUTPUT/annotations: what is drawn over a picture */
	PKDW_CHANNEL_LOG,         /* /rosout */
};

struct pkdw_channel {
	enum pkdw_channel_kind kind;
	uint32_t stream; /* but for the log */
	char *topic;
	char name[160]; /* of its schema */
	char *schema;
};

/* Channel i has the number i + 1. */
struct pkdw_channels {
	uint32_t n;
	struct pkdw_channel items[];
};

/* Of the type that a stream's node declares; NULL: its values mean nothing. */
const struct pkd_type *pkdw_type_of(const struct pkd_program *program, uint32_t stream);

/* "/view/boxes" for view.boxes; to be freed. */
char *pkdw_topic(const char *name, const char *suffix);

/* Makes them once; NULL: no memory. */
const struct pkdw_channels *pkdw_channels(struct pkdw_web *web);
void pkdw_channels_destroy(struct pkdw_channels *channels);

#endif
