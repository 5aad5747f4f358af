/* The thread that looks up a broker's name and begins to connect: libmosquitto waits for the
 * former, and nothing interrupts that. */
#ifndef PKD_MQTT_DIAL_H
#define PKD_MQTT_DIAL_H

#include <mosquitto.h>
#include <stdbool.h>

struct mqtt_dial;

/* The library's object is the dial's until mqtt_dial_is_done. NULL: no thread. */
struct mqtt_dial *mqtt_dial_start(struct mosquitto *mosquitto, const char *server, int port,
                                  int keepalive);

/* Readable when it is done. */
int mqtt_dial_fd(const struct mqtt_dial *dial);

/* If it is done: what mosquitto_connect_async has returned, and its errno; frees the dial, and
 * gives the library's object back. */
bool mqtt_dial_is_done(struct mqtt_dial *dial, int *ret_result, int *ret_errno);

/* Waits for nobody: whoever is the last one, this call or the thread, frees it and the library's
 * object. */
void mqtt_dial_leave(struct mqtt_dial *dial);

#endif
