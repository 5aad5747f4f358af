/* What a program can be told: requests that are made of words, and their answers as lines of text.
 * The commands use them, and the keys of `pkd top`. */
#ifndef PKD_ORDER_H
#define PKD_ORDER_H

#include "pkd/command.h"
#include "pkd/talk.h"

/* How long nodes are waited for where nobody says so. */
#define ORDER_SET_WAIT_NS INT64_C(1000000000)
#define ORDER_CALL_WAIT_NS INT64_C(10000000000)

struct order {
	const char *method;  /* NULL: there is none */
	char *parameters;    /* an object in JSON; NULL: none */
	int64_t patience_ns; /* how long its answer may take */
	char why[512];       /* what is wrong with the words it was made of */
	/* call: an answer that is not told yet, as whether others follow decides how. */
	char node[TALK_NAME];
	char *value; /* NULL: there is none */
	uint32_t n_answers;
};

/* Who is told the answer, line by line; a fault is a line about what was not done. */
typedef void order_tell(void *context, const char *text, bool is_fault);

/* NAME=VALUE..., from frame `at` on where that is not UINT64_MAX; NODE COMMAND NAME=VALUE...; the
 * names of nodes to pause or resume, where none means all; the end of the program. False: `why`
 * says what is wrong. Each is to be finished. */
bool order_set(struct order *order, char *const *words, size_t n, uint64_t at, int64_t wait_ns);
bool order_call(struct order *order, char *const *words, size_t n, int64_t wait_ns);
void order_nodes(struct order *order, const char *method, char *const *nodes, size_t n);
void order_stop(struct order *order);
void order_finish(struct order *order);

/* Takes the line of the answer that was read last. Returns whether it was carried out. */
bool order_take(struct order *order, const struct talk *talk, order_tell *tell, void *context);

/* A whole command: asks, prints the answer, and returns the exit status. */
int order_run(struct order *order, const struct call *call, struct talk *talk);

#endif
