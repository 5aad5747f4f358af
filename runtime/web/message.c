#include "web/message.h"

#include <stdlib.h>

struct pkdw_message *pkdw_message_create(size_t n)
{
	struct pkdw_message *message = malloc(sizeof(*message) + n);

	if (!message)
		return NULL;
	*message = (struct pkdw_message){.n = n};
	atomic_init(&message->n_users, 1);
	return message;
}

struct pkdw_message *pkdw_message_keep(struct pkdw_message *message)
{
	atomic_fetch_add(&message->n_users, 1);
	return message;
}

void pkdw_message_let_go(struct pkdw_message *message)
{
	if (message && atomic_fetch_sub(&message->n_users, 1) == 1)
		free(message);
}
