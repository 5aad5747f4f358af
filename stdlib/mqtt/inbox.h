/* Messages that libmosquitto has given and the node has not given on yet. Mostly one: the library
 * may read several packets at once where they are encrypted. */
#ifndef PKD_MQTT_INBOX_H
#define PKD_MQTT_INBOX_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stdint.h>

struct mqtt_inbox_message {
	struct mqtt_inbox_message *next;
	int64_t arrived_ns;
	struct mosquitto_message message; /* a copy */
};

struct mqtt_inbox {
	struct mqtt_inbox_message *first, **last;
	uint64_t n_lost; /* for which there was no memory */
};

void mqtt_inbox_init(struct mqtt_inbox *inbox);
void mqtt_inbox_free(struct mqtt_inbox *inbox);

void mqtt_inbox_add(struct mqtt_inbox *inbox, const struct mosquitto_message *message,
                    int64_t now_ns);

/* The first one is done with. */
void mqtt_inbox_drop(struct mqtt_inbox *inbox);

#endif
