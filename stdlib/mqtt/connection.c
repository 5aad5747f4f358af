/* See connection.h. */
#include "connection.h"

#include "dial.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { PORT = 1883, PORT_TLS = 8883, GOODBYE_MS = 200, STATUS_QOS = 1, MAX_QOS = 2 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t FIRST_PAUSE_NS = 100000000;
static const char AUTHORITIES[] = "/etc/ssl/certs"; /* of the system */

/* ---- When there is something to do ---- */

static void watch(struct mqtt_connection *connection, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (epoll_ctl(connection->fd, EPOLL_CTL_ADD, fd, &event) < 0 && errno == EEXIST)
		epoll_ctl(connection->fd, EPOLL_CTL_MOD, fd, &event);
}

/* At `due_ns`, and while there is a socket once a second for its keep-alive. A timer that is set
 * and comes early enough is left alone. */
static void set_timer(struct mqtt_connection *connection)
{
	int64_t now_ns = pkd_now(), due_ns = connection->due_ns;
	struct itimerspec due = {0};
	uint64_t n;

	if (connection->timer_ns && now_ns >= connection->timer_ns &&
	    read(connection->timer_fd, &n, sizeof(n)) > 0)
		connection->timer_ns = 0;
	if (connection->socket_fd >= 0 && due_ns > now_ns + SECOND_NS)
		due_ns = now_ns + SECOND_NS;
	if (due_ns == INT64_MAX || (connection->timer_ns && connection->timer_ns <= due_ns))
		return;
	connection->timer_ns = due_ns > 1 ? due_ns : 1;
	due.it_value.tv_sec = connection->timer_ns / SECOND_NS;
	due.it_value.tv_nsec = connection->timer_ns % SECOND_NS;
	timerfd_settime(connection->timer_fd, TFD_TIMER_ABSTIME, &due, NULL);
}

static void enter(struct mqtt_connection *connection, enum mqtt_phase phase, int64_t due_ns)
{
	connection->phase = phase;
	connection->since_ns = pkd_now();
	connection->due_ns = due_ns;
}

/* The socket is the library's, which closes it and opens another. */
static void follow_socket(struct mqtt_connection *connection)
{
	bool writes = !connection->is_connected || mosquitto_want_write(connection->mosquitto);
	uint32_t events = writes ? EPOLLIN | EPOLLOUT : EPOLLIN;
	int fd = mosquitto_socket(connection->mosquitto);

	if (fd >= 0 && (fd != connection->socket_fd || events != connection->watched))
		watch(connection, fd, events);
	connection->socket_fd = fd;
	connection->watched = events;
}

/* ---- Losses ---- */

/* A reason that lasts is told once. */
static void tell(struct mqtt_connection *connection, const char *reason)
{
	if (strcmp(connection->reason, reason) == 0)
		return;
	snprintf(connection->reason, sizeof(connection->reason), "%s", reason);
	pkd_note(connection->ctx, "offline: %s; trying again", reason);
}

/* The library closes a socket that is given up when it opens the next one, or is freed. Until then
 * the broker is to know, and whatever it sends is not to be heard. */
static void leave_socket(struct mqtt_connection *connection)
{
	int fd = mosquitto_socket(connection->mosquitto);

	connection->socket_fd = -1;
	if (fd < 0)
		return;
	epoll_ctl(connection->fd, EPOLL_CTL_DEL, fd, NULL);
	shutdown(fd, SHUT_RDWR);
}

/* The pauses become longer also where a broker accepts each connection, and breaks it at once. The
 * library is its thread's while that dials. */
static void lose(struct mqtt_connection *connection, const char *reason)
{
	bool was_online = connection->phase == MQTT_ONLINE;

	if (!connection->dial)
		leave_socket(connection);
	if (was_online && pkd_now() - connection->since_ns >= SECOND_NS)
		retry_reset(&connection->retry);
	enter(connection, MQTT_OFFLINE, pkd_now() + retry_pause(&connection->retry));
	connection->was_offline = true;
	tell(connection, reason);
	if (was_online && connection->is_lost)
		connection->is_lost(connection->owner);
}

/* At the end of `connect`. */
static void lose_in_time(struct mqtt_connection *connection)
{
	char reason[MQTT_REASON_SIZE];

	snprintf(reason, sizeof(reason),
	         connection->dial ? "the name '%s' is not found in time" : "'%s' does not answer",
	         connection->options.server);
	lose(connection, reason);
}

/* In the words of the broker, of the system, or of the library. */
static void lose_by(struct mqtt_connection *connection, int result, int error)
{
	const struct mqtt_options *options = &connection->options;
	char reason[MQTT_REASON_SIZE];

	if (connection->refused)
		snprintf(reason, sizeof(reason), "'%s' refuses the connection: %s", options->server,
		         mosquitto_connack_string(connection->refused));
	else if (result == MOSQ_ERR_EAI)
		snprintf(reason, sizeof(reason), "the name '%s' cannot be found", options->server);
	else if (result == MOSQ_ERR_ERRNO && error)
		snprintf(reason, sizeof(reason), "cannot connect to '%s' at port %" PRIu32 ": %s",
		         options->server, options->port, strerror(error));
	else
		snprintf(reason, sizeof(reason), "the connection to '%s' is lost: %s",
		         options->server, mosquitto_strerror(result));
	lose(connection, reason);
}

/* ---- What the library calls ---- */

static void publish_status(struct mqtt_connection *connection, const char *text, int qos)
{
	if (*connection->options.status)
		mosquitto_publish(connection->mosquitto, NULL, connection->options.status,
		                  (int)strlen(text), text, qos, true);
}

static void on_connect(struct mosquitto *mosquitto, void *object, int answer)
{
	struct mqtt_connection *connection = object;

	(void)mosquitto;
	connection->refused = answer;
	if (answer)
		return;
	enter(connection, MQTT_ONLINE, INT64_MAX);
	connection->reason[0] = '\0';
	connection->n_connections++;
	pkd_note(connection->ctx, "online: '%s' at port %" PRIu32, connection->options.server,
	         connection->options.port);
	publish_status(connection, "online", STATUS_QOS);
	if (connection->is_online)
		connection->is_online(connection->owner);
}

static void on_message(struct mosquitto *mosquitto, void *object,
                       const struct mosquitto_message *message)
{
	struct mqtt_connection *connection = object;

	(void)mosquitto;
	if (connection->message)
		connection->message(connection->owner, message);
}

static void on_publish(struct mosquitto *mosquitto, void *object, int mid)
{
	struct mqtt_connection *connection = object;

	(void)mosquitto;
	if (connection->published)
		connection->published(connection->owner, mid);
}

static void on_subscribe(struct mosquitto *mosquitto, void *object, int mid, int n,
                         const int *granted)
{
	struct mqtt_connection *connection = object;

	(void)mosquitto, (void)mid;
	for (int i = 0; i < n; i++)
		if (granted[i] > MAX_QOS && connection->is_refused)
			connection->is_refused(connection->owner);
}

/* ---- Turns ---- */

static void dial(struct mqtt_connection *connection)
{
	const struct mqtt_options *options = &connection->options;

	connection->refused = 0;
	connection->is_connected = false;
	connection->socket_fd = -1;
	connection->dial = mqtt_dial_start(connection->mosquitto, options->server,
	                                   (int)options->port,
	                                   (int)(options->keepalive_ns / SECOND_NS));
	if (!connection->dial) {
		lose(connection, "no thread can be started");
		return;
	}
	enter(connection, MQTT_DIALLING, pkd_now() + options->connect_ns);
	watch(connection, mqtt_dial_fd(connection->dial), EPOLLIN);
}

/* What comes of a dial that was given up is closed. */
static void end_dial(struct mqtt_connection *connection)
{
	int result, error;

	if (!mqtt_dial_is_done(connection->dial, &result, &error))
		return;
	connection->dial = NULL;
	if (connection->phase == MQTT_OFFLINE) {
		leave_socket(connection);
		if (connection->due_ns == INT64_MAX)
			connection->due_ns = pkd_now();
	} else if (result != MOSQ_ERR_SUCCESS) {
		lose_by(connection, result, error);
	} else {
		connection->phase = MQTT_GREETING;
		follow_socket(connection);
	}
}

/* The end of a pause. As long as the last dial is at work there is no other. */
static void end_pause(struct mqtt_connection *connection)
{
	if (connection->dial)
		connection->due_ns = INT64_MAX;
	else
		dial(connection);
}

static bool is_ready(const struct mqtt_connection *connection, short events)
{
	struct pollfd socket = {.fd = mosquitto_socket(connection->mosquitto), .events = events};

	return socket.fd >= 0 && poll(&socket, 1, 0) > 0;
}

/* Once the socket is connected the library wants to be called, as an encrypted connection begins
 * with what the client says. */
static bool has_input(struct mqtt_connection *connection)
{
	if (!connection->is_connected && is_ready(connection, POLLOUT)) {
		connection->is_connected = true;
		return true;
	}
	return is_ready(connection, POLLIN);
}

/* Both directions of the socket. */
static void exchange(struct mqtt_connection *connection, int max_packets)
{
	struct mosquitto *mosquitto = connection->mosquitto;
	int result = MOSQ_ERR_SUCCESS, error = 0;

	for (int n = 0; n < max_packets && !result && has_input(connection); n++) {
		result = mosquitto_loop_read(mosquitto, 1);
		error = errno;
	}
	if (!result && mosquitto_want_write(mosquitto)) {
		result = mosquitto_loop_write(mosquitto, 1);
		error = errno;
	}
	if (!result)
		result = mosquitto_loop_misc(mosquitto);
	if (result)
		lose_by(connection, result, error);
	else
		follow_socket(connection);
}

void mqtt_connection_turn(struct mqtt_connection *connection, struct pkd_ctx *ctx, int max_packets)
{
	connection->ctx = ctx;
	if (connection->dial)
		end_dial(connection);
	if (connection->phase == MQTT_GREETING || connection->phase == MQTT_ONLINE)
		exchange(connection, max_packets);
	if ((connection->phase == MQTT_DIALLING || connection->phase == MQTT_GREETING) &&
	    pkd_now() >= connection->due_ns)
		lose_in_time(connection);
	if (connection->phase == MQTT_OFFLINE && pkd_now() >= connection->due_ns)
		end_pause(connection);
	set_timer(connection);
}

/* ---- Begin and end ---- */

static int check(const struct mqtt_options *options, struct pkd_ctx *ctx)
{
	if (!*options->server || strstr(options->server, "://"))
		return pkd_error(
			ctx, EINVAL,
			"server '%s' is no name or address of a machine: write server: "
			"\"broker.example\" and, where it is not the usual one, port: 1883",
			options->server);
	if (options->keeps_session && !*options->id)
		return pkd_error(
			ctx, EINVAL,
			"a broker keeps a session for a name: write id: \"…\", which no other "
			"client has");
	if (*options->password && !*options->user)
		return pkd_error(ctx, EINVAL, "there is a password, but no user: write user: …");
	if (*options->ca && !options->tls)
		return pkd_error(ctx, EINVAL, "ca is for an encrypted connection: write tls: true");
	if (*options->status && mosquitto_pub_topic_check(options->status) != MOSQ_ERR_SUCCESS)
		return pkd_error(ctx, EINVAL, "status '%s' is no topic", options->status);
	return PKD_OK;
}

static int set_up(struct mqtt_connection *connection, struct pkd_ctx *ctx)
{
	const struct mqtt_options *options = &connection->options;
	struct mosquitto *mosquitto = connection->mosquitto;
	int result = MOSQ_ERR_SUCCESS;

	mosquitto_threaded_set(mosquitto, true); /* what is published is sent in a turn */
	mosquitto_int_option(mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_max_inflight_messages_set(mosquitto, 0); /* the owner has a limit */
	mosquitto_connect_callback_set(mosquitto, on_connect);
	mosquitto_message_callback_set(mosquitto, on_message);
	mosquitto_publish_callback_set(mosquitto, on_publish);
	mosquitto_subscribe_callback_set(mosquitto, on_subscribe);
	if (*options->user)
		result = mosquitto_username_pw_set(mosquitto, options->user,
		                                   *options->password ? options->password : NULL);
	if (!result && *options->status)
		result = mosquitto_will_set(mosquitto, options->status, (int)strlen("offline"),
		                            "offline", STATUS_QOS, true);
	if (result)
		return pkd_error(ctx, EINVAL, "cannot use the options: %s",
		                 mosquitto_strerror(result));
	if (options->tls)
		result = mosquitto_tls_set(mosquitto, *options->ca ? options->ca : NULL,
		                           *options->ca ? NULL : AUTHORITIES, NULL, NULL, NULL);
	if (result)
		return pkd_error(ctx, EINVAL, "cannot use the certificates of '%s': %s",
		                 *options->ca ? options->ca : AUTHORITIES,
		                 mosquitto_strerror(result));
	return PKD_OK;
}

static int open_descriptors(struct mqtt_connection *connection, struct pkd_ctx *ctx)
{
	int error;

	connection->fd = epoll_create1(EPOLL_CLOEXEC);
	connection->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (connection->fd < 0 || connection->timer_fd < 0)
		return pkd_error(ctx, errno, "no descriptor for a connection");
	watch(connection, connection->timer_fd, EPOLLIN);
	error = pkd_watch(ctx, connection->fd, POLLIN);
	return error ? pkd_error(ctx, -error, "cannot watch a connection: %s", strerror(-error))
	             : PKD_OK;
}

int mqtt_connection_open(struct mqtt_connection *connection, struct pkd_ctx *ctx)
{
	struct mqtt_options *options = &connection->options;
	uint64_t seed;
	int error;

	connection->ctx = ctx;
	connection->fd = connection->timer_fd = connection->socket_fd = -1;
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uint64_t)pkd_now();
	retry_init(&connection->retry, FIRST_PAUSE_NS, options->retry_max_ns, seed);
	if (options->port == 0)
		options->port = options->tls ? PORT_TLS : PORT;
	error = check(options, ctx);
	if (error)
		return error;
	mosquitto_lib_init();
	connection->mosquitto = mosquitto_new(*options->id ? options->id : NULL,
	                                      !options->keeps_session, connection);
	error = connection->mosquitto ? set_up(connection, ctx)
	                              : pkd_error(ctx, ENOMEM, "no memory for a connection");
	if (!error)
		error = open_descriptors(connection, ctx);
	if (!error)
		dial(connection);
	return error;
}

/* What was not said yet, and goodbye: without it the broker would say `offline` for it. */
static void say_goodbye(struct mqtt_connection *connection)
{
	struct mosquitto *mosquitto = connection->mosquitto;
	int64_t until_ns = pkd_now() + GOODBYE_MS * INT64_C(1000000);
	int result;

	publish_status(connection, "offline", 0);
	result = mosquitto_disconnect(mosquitto);
	while (!result && mosquitto_want_write(mosquitto) && pkd_now() < until_ns) {
		struct pollfd output = {.fd = mosquitto_socket(mosquitto), .events = POLLOUT};

		if (poll(&output, 1, GOODBYE_MS) > 0)
			result = mosquitto_loop_write(mosquitto, 1);
	}
}

void mqtt_connection_close(struct mqtt_connection *connection)
{
	if (connection->dial) {
		mqtt_dial_leave(connection->dial);
		connection->dial = NULL;
		connection->mosquitto = NULL;
	}
	if (connection->mosquitto && connection->phase == MQTT_ONLINE)
		say_goodbye(connection);
	if (connection->mosquitto)
		mosquitto_destroy(connection->mosquitto);
	if (connection->timer_fd >= 0)
		close(connection->timer_fd);
	if (connection->fd >= 0)
		close(connection->fd);
	connection->mosquitto = NULL;
}
