/* Who gets a picture, which, and when. See server.h. */
#include "server.h"

#include <errno.h>
#include <linux/sockios.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>

static const int64_t REPEAT_NS = 450000000; /* a picture that stays is sent again */
static const int64_t CARD_NS = 1000000000;  /* a card says for how long */

enum { MOST_UNSENT = 16384 }; /* bytes in the kernel, of pictures before: it reads slowly */

static uint32_t least_of(uint32_t a, uint32_t b)
{
	return !a || (b && b < a) ? b : a;
}

uint32_t net_server_fps(const struct net_server *server, const struct net_client *client)
{
	uint32_t wanted = client->wish.fps ? client->wish.fps : server->usual.fps;

	return least_of(wanted, server->options.fps);
}

double net_server_rate(const struct net_server *server)
{
	return server->interval_ns > 0 ? fmin(1e9 / server->interval_ns, 1000) : 0;
}

static uint32_t asked_quality(const struct net_server *server, const struct net_client *client)
{
	if (client->wish.quality)
		return client->wish.quality;
	return server->usual.quality ? server->usual.quality : server->options.quality;
}

uint32_t net_server_watching(const struct net_server *server)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < server->n_clients; i++)
		n += server->clients[i].phase == NET_WATCHING;
	return n;
}

uint32_t net_server_quality(const struct net_server *server)
{
	uint32_t lowest = net_budget_quality(&server->budget, server->options.quality);
	bool is_first = true;

	if (server->options.forwards)
		return 0;
	for (uint32_t i = 0; i < server->n_clients; i++) {
		const struct net_client *client = &server->clients[i];
		uint32_t quality = net_budget_quality(&server->budget,
		                                      asked_quality(server, client));

		if (client->phase != NET_WATCHING)
			continue;
		lowest = is_first || quality < lowest ? quality : lowest;
		is_first = false;
	}
	return lowest;
}

static bool wants_pictures(const struct net_client *client)
{
	return client->phase == NET_WATCHING || client->phase == NET_WAITING;
}

static bool is_looked_at(const struct net_server *server)
{
	for (uint32_t i = 0; i < server->n_clients; i++)
		if (wants_pictures(&server->clients[i]))
			return true;
	return false;
}

/* ---- What is shown ---- */

/* One that wants few pictures is not left out of more. */
static void count_skipped(struct net_server *server, struct net_client *client, int64_t now_ns)
{
	uint32_t fps = net_server_fps(server, client);

	if (now_ns < client->skips_ns)
		return;
	server->n_skipped++;
	if (fps)
		client->skips_ns = (client->skips_ns ? client->skips_ns : now_ns) +
		                   1000000000 / fps;
}

/* Whether it is to be shown. While nobody looks, one now and then is enough for the first who
 * does. */
static bool arrive(struct net_server *server, int64_t time_ns)
{
	int64_t now_ns = pkd_now();
	double interval_ns = (double)(now_ns - server->arrived_ns);
	bool is_card = server->card_ns != 0, has_none = net_jpegs_number(server->jpegs) == 0;

	if (server->interval_ns <= 0 || server->interval_ns > 2 * interval_ns)
		server->interval_ns = interval_ns;
	server->interval_ns += 0.1 * (interval_ns - server->interval_ns);
	server->arrived_ns = now_ns;
	server->time_ns = time_ns;
	if (!is_looked_at(server) && !has_none && !is_card &&
	    now_ns - server->kept_ns < REPEAT_NS / 2)
		return false;
	for (uint32_t i = 0; i < server->n_clients; i++) {
		struct net_client *client = &server->clients[i];

		if (client->phase == NET_WATCHING && client->is_held)
			count_skipped(server, client, now_ns);
		client->is_held = false;
	}
	server->kept_ns = now_ns;
	server->card_ns = 0;
	return true;
}

void net_server_put(struct net_server *server, const struct pkd_image *frame, int64_t time_ns)
{
	if (arrive(server, time_ns))
		net_jpegs_set(server->jpegs, frame, time_ns);
}

void net_server_put_jpeg(struct net_server *server, const struct net_given *jpeg, int64_t time_ns)
{
	if (arrive(server, time_ns))
		net_jpegs_give(server->jpegs, jpeg, time_ns);
}

static int64_t card_due(const struct net_server *server)
{
	int64_t after_ns = server->options.stalled_after;

	if (!after_ns || !is_looked_at(server))
		return INT64_MAX;
	return server->card_ns ? server->card_ns + CARD_NS : server->arrived_ns + after_ns;
}

static void show_card(struct net_server *server, int64_t now_ns)
{
	int64_t silent_ns = now_ns - server->arrived_ns;

	if (now_ns < card_due(server))
		return;
	server->card_ns = now_ns;
	/* By the clock of the frames. */
	net_jpegs_set_card(server->jpegs, server->options.name, silent_ns,
	                   server->time_ns ? server->time_ns + silent_ns : now_ns);
}

/* ---- When ---- */

/* INT64_MAX: not before there is another picture. */
static int64_t due_of(const struct net_server *server, const struct net_client *client)
{
	uint64_t number = net_jpegs_number(server->jpegs);

	if (number == 0)
		return INT64_MAX;
	if (client->picture != number)
		return client->next_ns;
	return client->sent_ns + REPEAT_NS;
}

static bool has_room(const struct net_client *client)
{
	int unsent = 0;

	return ioctl(client->fd, SIOCOUTQNSD, &unsent) < 0 || unsent < MOST_UNSENT;
}

int64_t net_server_show_due(const struct net_server *server, int64_t now_ns)
{
	int64_t first_ns = card_due(server);

	for (uint32_t i = 0; i < server->n_clients; i++) {
		const struct net_client *client = &server->clients[i];
		int64_t due_ns;

		/* Whoever has no room is told of by the kernel when there is. */
		if (!wants_pictures(client) || net_client_sends(client) || client->has_no_room)
			continue;
		due_ns = due_of(server, client);
		if (due_ns <= now_ns)
			due_ns = net_budget_due(&server->budget, server->options.bandwidth, now_ns);
		if (due_ns < first_ns)
			first_ns = due_ns;
	}
	return first_ns;
}

/* ---- A picture ---- */

static void set_next(const struct net_server *server, struct net_client *client, int64_t now_ns)
{
	uint32_t fps = net_server_fps(server, client);
	int64_t period_ns = fps ? 1000000000 / fps : 0;

	/* On the average it is the rate, though pictures come a little late. */
	client->next_ns += period_ns;
	if (client->next_ns < now_ns || client->next_ns > now_ns + period_ns)
		client->next_ns = now_ns + (client->next_ns < now_ns - period_ns ? period_ns : 0);
	client->sent_ns = client->taken_ns = now_ns;
	client->picture = net_jpegs_number(server->jpegs);
	client->is_held = false;
	client->skips_ns = 0;
}

static void begin(struct net_server *server, struct net_client *client, int64_t now_ns,
                  struct pkd_ctx *ctx)
{
	const struct net_wish *wish = &client->wish, *usual = &server->usual;
	bool has_size = wish->width || wish->height;
	uint32_t asked = asked_quality(server, client);

	set_next(server, client, now_ns);
	client->jpeg = net_jpegs_get(server->jpegs, has_size ? wish->width : usual->width,
	                             has_size ? wish->height : usual->height, asked,
	                             net_budget_quality(&server->budget, asked));
	if (!client->jpeg) {
		if (!server->has_told_failed)
			pkd_log(ctx, PKD_LOG_WARNING, "a picture is left out: %s",
			        net_jpegs_reason(server->jpegs));
		server->has_told_failed = true;
		return;
	}
	client->size = client->jpeg->n;
	client->done = 0;
	net_client_write_head(client);
	if (client->is_head)
		client->size = 0;
	client->paid += (double)client->size * 8;
	net_budget_take(&server->budget, server->options.bandwidth, client->size + client->n_out);
	if (client->phase == NET_WAITING) {
		if (client->is_head) {
			net_jpeg_let_go(client->jpeg);
			client->jpeg = NULL;
		}
		net_client_begin(client, NET_ANSWERING, now_ns);
	} else {
		server->n_sent++;
	}
}

/* What all would get in a second. */
static void look(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx)
{
	double wanted = 0;

	if (server->options.forwards ||
	    (server->looked == net_jpegs_encoded(server->jpegs) && server->budget.lowered > 0))
		return;
	for (uint32_t i = 0; i < server->n_clients; i++) {
		const struct net_client *client = &server->clients[i];
		double fps = net_server_fps(server, client);

		if (client->phase != NET_WATCHING)
			continue;
		if (fps < 1 || fps > net_server_rate(server))
			fps = net_server_rate(server);
		wanted += fps * (double)client->size * 8;
	}
	server->looked = net_jpegs_encoded(server->jpegs);
	net_budget_look(&server->budget, server->options.bandwidth, wanted, now_ns);
	if (server->budget.lowered >= 1 && !server->has_told_lowered) {
		server->has_told_lowered = true;
		pkd_note(ctx,
		         "the pictures would take %.1f Mbit/s: their quality is lowered, to keep "
		         "within %.1f Mbit/s",
		         wanted / 1e6, server->options.bandwidth / 1e6);
	}
}

static bool is_due(struct net_server *server, struct net_client *client, int64_t now_ns)
{
	if (!wants_pictures(client) || due_of(server, client) > now_ns)
		return false;
	client->is_held = client->picture != net_jpegs_number(server->jpegs);
	if (net_client_sends(client))
		return false;
	client->has_no_room = client->phase == NET_WATCHING && !has_room(client);
	return !client->has_no_room;
}

void net_server_show(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx)
{
	show_card(server, now_ns);
	net_budget_fill(&server->budget, server->options.bandwidth, now_ns);
	for (;;) {
		struct net_client *first = NULL;

		for (uint32_t i = 0; i < server->n_clients; i++) {
			struct net_client *client = &server->clients[i];

			if (is_due(server, client, now_ns) &&
			    (!first || client->paid < first->paid))
				first = client;
		}
		if (!first || !net_budget_allows(&server->budget, server->options.bandwidth))
			break;
		begin(server, first, now_ns, ctx);
		if (net_client_sends(first) && !net_server_send(server, first, now_ns))
			net_server_drop(server, first, ctx, strerror(errno));
	}
	look(server, now_ns, ctx);
}
