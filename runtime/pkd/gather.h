/* The lines of an answer as one object in JSON: {"nodes":[...],"edges":[...],"program":{...}}. What
 * the program says is given on as it is, so that nothing is lost that this pkd does not know. */
#ifndef PKD_GATHER_H
#define PKD_GATHER_H

#include "pkd/say.h"
#include "pkd/talk.h"

enum { GATHER_KINDS = 8 };

struct gather {
	struct {
		char name[32]; /* of the lines' member: "node" */
		struct say_out items;
	} kinds[GATHER_KINDS];
	size_t n_kinds;
	struct say_out last; /* the members of the last line */
};

/* Makes an array for lines of that member, which is there also where no line comes. */
void gather_kind(struct gather *gather, const char *name);

/* Takes the line that was read last. */
void gather_line(struct gather *gather, const struct talk *talk);

/* Prints it, and forgets it. */
void gather_end(struct gather *gather);

/* A whole answer: asks, as `talk_ask` does, and prints. Returns the exit status. */
int gather_answer(struct talk *talk, const char *method, const char *parameters,
                  const char *const *kinds);

#endif
