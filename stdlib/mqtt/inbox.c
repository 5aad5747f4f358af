/* See inbox.h. */
#include "inbox.h"

#include <stdlib.h>

void mqtt_inbox_init(struct mqtt_inbox *inbox)
{
	*inbox = (struct mqtt_inbox){.last = &inbox->first};
}

void mqtt_inbox_drop(struct mqtt_inbox *inbox)
{
	struct mqtt_inbox_message *first = inbox->first;

	inbox->first = first->next;
	if (!inbox->first)
		inbox->last = &inbox->first;
	mosquitto_message_free_contents(&first->message);
	free(first);
}

void mqtt_inbox_free(struct mqtt_inbox *inbox)
{
	while (inbox->first)
		mqtt_inbox_drop(inbox);
}

void mqtt_inbox_add(struct mqtt_inbox *inbox, const struct mosquitto_message *message,
                    int64_t now_ns)
{
	struct mqtt_inbox_message *added = calloc(1, sizeof(*added));

	if (!added || mosquitto_message_copy(&added->message, message) != MOSQ_ERR_SUCCESS) {
		free(added);
		inbox->n_lost++;
		return;
	}
	added->arrived_ns = now_ns;
	*inbox->last = added;
	inbox->last = &added->next;
}
