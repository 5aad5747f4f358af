/* A message that several WebSockets are sent: made once, counted. */
#ifndef PKDW_MESSAGE_H
#define PKDW_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdw_message {
	struct pkdw_message *next; /* in the list of its maker, which has only one of it */
	atomic_uint n_users;
	int64_t log_ns;               /* since 1970: when it was published */
	uint64_t seq;                 /* of the value */
	bool is_key;                  /* it can be shown without those before it */
	size_t picture_at, n_picture; /* of an image: where it lies in the message, alone */
	size_t n;
	uint8_t data[];
};

/* With room for `n` bytes and one user; NULL: no memory. */
struct pkdw_message *pkdw_message_create(size_t n);
struct pkdw_message *pkdw_message_keep(struct pkdw_message *message);
void pkdw_message_let_go(struct pkdw_message *message); /* takes NULL */

#endif
