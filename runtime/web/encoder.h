/* Encoders: for each distinct wish that somebody has a thread, niced, which looks at the stream and
 * makes messages of its images. It ends when nobody looks any more. */
#ifndef PKDW_ENCODER_H
#define PKDW_ENCODER_H

#include "web/message.h"
#include "web/picture.h"
#include "web/web.h"

enum { PKDW_MAX_ENCODERS = 16 };

struct pkdw_wish {
	uint32_t stream;
	struct pkdw_picture_wish picture;
	uint32_t rate; /* pictures a second at most; 0 = each */
};

struct pkdw_encoder;

/* Who looks at it. */
struct pkdw_viewer {
	struct pkdw_viewer *next;
	struct pkdw_encoder *encoder;
	/* Called for each message, in the thread of the WebSockets. */
	void (*take)(struct pkdw_viewer *viewer, struct pkdw_message *message);
};

/* With what is not said, or is too much, as it is by default. */
struct pkdw_wish pkdw_wish_make(uint32_t stream, enum pkdw_codec codec,
                                const struct pkdi_web_limits *limits);

/* All of these are for the thread of the WebSockets. False: there are too many, no memory, or the
 * stream is private. */
bool pkdw_encoder_join(struct pkdw_web *web, const struct pkdw_wish *wish,
                       struct pkdw_viewer *viewer);
void pkdw_encoder_leave(struct pkdw_viewer *viewer);

/* The next picture shall be one that needs none before it. */
void pkdw_encoder_want_key(struct pkdw_encoder *encoder);

/* Somebody could be sent the next picture: JPEGs are made only then. */
void pkdw_encoder_want(struct pkdw_encoder *encoder);

/* Hands on what was made since, and forgets those that have ended. */
void pkdw_encoders_take(struct pkdw_web *web);

/* At the end of the process, before the streams are gone. */
void pkdw_encoders_end(struct pkdw_web *web);

#endif
