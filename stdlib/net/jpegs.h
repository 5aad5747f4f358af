/* The picture that is shown now, and the JPEGs of it: one for each size and quality that is wanted,
 * made when it is asked for. */
#ifndef PKD_NET_JPEGS_H
#define PKD_NET_JPEGS_H

#include <pkd/node.h>

/* Shared by those that send it, and left as it is. */
struct net_jpeg {
	uint32_t n_users;
	uint32_t quality;
	uint64_t picture; /* of which number it is */
	int64_t time_ns;  /* its capture time */
	size_t n;
	uint8_t data[];
};

struct net_jpegs;

/* Pictures of up to width x height, and up to n_wishes kinds of JPEG at a time. After an error,
 * which has been told, NULL. */
struct net_jpegs *net_jpegs_create(uint32_t format, uint32_t width, uint32_t height,
                                   uint32_t n_wishes, struct pkd_ctx *ctx);
void net_jpegs_destroy(struct net_jpegs *jpegs);

/* A copy of the frame is the picture now. */
void net_jpegs_set(struct net_jpegs *jpegs, const struct pkd_image *frame, int64_t time_ns);

/* A JPEG that others have made. */
struct net_given {
	const uint8_t *data;
	size_t n;
	uint32_t width, height;
};

/* A copy of it is the picture now, as it is: net_jpegs_get gives it, whatever is wished. False:
 * there is no memory, and the one before stays. */
bool net_jpegs_give(struct net_jpegs *jpegs, const struct net_given *given, int64_t time_ns);

/* In its place a card is drawn that says so, of the size of the last frame; `name` is that of the
 * camera. */
void net_jpegs_set_card(struct net_jpegs *jpegs, const char *name, int64_t silent_ns,
                        int64_t time_ns);

/* From 1; 0: there is none yet. */
uint64_t net_jpegs_number(const struct net_jpegs *jpegs);

/* Of the size, or of one that keeps the picture's shape where one side is 0; never more than the
 * picture. `asked` is the quality that is wished, `quality` the one of a JPEG that is made now. The
 * caller lets it go. NULL: TurboJPEG or libswscale has failed, or memory. */
struct net_jpeg *net_jpegs_get(struct net_jpegs *jpegs, uint32_t width, uint32_t height,
                               uint32_t asked, uint32_t quality);
void net_jpeg_let_go(struct net_jpeg *jpeg);

uint64_t net_jpegs_encoded(const struct net_jpegs *jpegs);
const char *net_jpegs_reason(const struct net_jpegs *jpegs); /* of a failure */
void net_jpegs_size(const struct net_jpegs *jpegs, uint32_t *ret_width, uint32_t *ret_height);

#endif
