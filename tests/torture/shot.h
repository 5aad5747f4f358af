/* What a whole shot looks like. */
#ifndef SHOT_H
#define SHOT_H

#include "nodes.pkd.h"

enum { WORDS = 500 };

static inline void paint_shot(struct nodes_Shot *shot, uint64_t id)
{
	shot->id = id;
	for (uint32_t i = 0; i < WORDS; i++)
		shot->words[i] = id;
}

static inline bool is_whole(const struct nodes_Shot *shot, uint64_t number)
{
	for (uint32_t i = 0; i < WORDS; i++)
		if (shot->words[i] != number)
			return false;
	return shot->id == number;
}

#endif
