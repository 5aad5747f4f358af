/* Commands: what a node is told from outside, between two of its firings.
 *
 * Each node that has some has a mailbox. The console puts request n into its entry n % 16 and
 * stores `posted` = n; the node takes them in this order. It stores `begun` = n, calls, writes what
 * there is to answer, and commits that as it does a firing, together with its persistent state;
 * applying the record stores `answered` = n. So a request is carried out at most once: an
 * incarnation that finds one begun and not answered says that the last one has died in it, and does
 * not call again. An entry is used again once its request has been answered.
 *
 * A request that nobody waits for any more is cancelled: the console stores `cancelled` and then
 * looks at `begun`, the node stores `begun` and then looks at `cancelled`. So where the console
 * does not see that it has begun, the node sees that it must not call; the entry is answered in its
 * turn all the same. The model tests/model/call.pml shows it. */
#ifndef PKDI_CALL_H
#define PKDI_CALL_H

#include <pkd/program.h>

#include "channel/words.h"

struct pkdi_node;

/* How many requests may wait for a node. */
enum { PKDI_CALLS = 16 };

/* Why a node has not carried out a request; else it is the errno that the command has returned. */
enum { PKDI_CALL_DIED = -1, PKDI_CALL_INVALID = -2, PKDI_CALL_CANCELLED = -3 };

struct pkdi_request_entry {
	uint32_t command;           /* index into those of the node */
	_Atomic uint32_t cancelled; /* 1: nobody waits for it any more */
	char args[];                /* of the type of its arguments */
};

/* Written by the console. */
struct pkdi_request_words {
	_Alignas(PKDI_LINE) _Atomic uint64_t posted;
	_Alignas(PKDI_LINE) char entries[]; /* PKDI_CALLS, `request_size` apart */
};

struct pkdi_answer_entry {
	int32_t error;  /* 0 = it was carried out */
	char text[252]; /* of an error: what pkd_error said, or why it is not valid */
	char answer[];  /* of the type of the answer */
};

/* Written by the node. */
struct pkdi_answer_words {
	_Alignas(PKDI_LINE) _Atomic uint64_t begun;
	_Atomic uint64_t answered;
	_Alignas(PKDI_LINE) char entries[]; /* PKDI_CALLS, `answer_size` apart */
};

/* A node's mailbox, as every process sees it. */
struct pkdi_calls {
	struct pkdi_request_words *requests; /* NULL: it has no commands */
	struct pkdi_answer_words *answers;
	uint32_t request_size, answer_size; /* bytes of an entry */
	/* Whether the argument at args + argument->offset is in its range. */
	bool (*fits)(const struct pkd_param *argument, const void *args);
	struct pkdi_request_entry *request; /* a copy of the one at hand, which nobody changes */
	uint64_t done;                      /* what the next commit says is answered */
	bool chosen;                        /* pkdi_node_fire carries out a request */
	uint16_t awaited; /* console: entries whose answer somebody waits for, a bit each */
	bool waits;       /* a firing comes first: requests alone never hold it up */
};

/* Bytes of a node's entries, and of its words with all of them; 0 without commands. */
uint32_t pkdi_call_request_size(const struct pkd_node *decl);
uint32_t pkdi_call_answer_size(const struct pkd_node *decl);
size_t pkdi_call_requests_size(const struct pkd_node *decl);
size_t pkdi_call_answers_size(const struct pkd_node *decl);

static inline struct pkdi_request_entry *pkdi_request_of(const struct pkdi_calls *calls, uint64_t n)
{
	return (struct pkdi_request_entry *)(void *)(calls->requests->entries +
	                                             n % PKDI_CALLS * calls->request_size);
}
static inline struct pkdi_answer_entry *pkdi_answer_of(const struct pkdi_calls *calls, uint64_t n)
{
	return (struct pkdi_answer_entry *)(void *)(calls->answers->entries +
	                                            n % PKDI_CALLS * calls->answer_size);
}

/* Whether a request waits for the node. */
static inline bool pkdi_call_is_due(const struct pkdi_calls *calls)
{
	return atomic_load_explicit(&calls->requests->posted, memory_order_acquire) > calls->done;
}

/* Carries out the next one, whose failure is answered. 0, or a negative errno after one line where
 * it has written beyond its answer: the node fails. */
int pkdi_call_carry_out(struct pkdi_node *node);

/* After the record has been applied: what the last incarnation died in is answered so. */
void pkdi_call_recover(struct pkdi_node *node);

#endif
