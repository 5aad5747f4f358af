/* A link in words, for those who show it. */
#ifndef PKD_DRAW_LINK_WORDS_H
#define PKD_DRAW_LINK_WORDS_H

#include <video/link.pkd.h>

/* A few words, such as "connection refused"; "" where it is none. */
const char *draw_link_words(const struct video_Link *link);

#endif
