/* What is done with a request. See server.h. */
#include "pages.h"
#include "site.h"

#include <stdio.h>
#include <string.h>

static const char *phrase_of(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{200, "OK"},
		{400, "Bad Request"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{413, "Content Too Large"},
		{431, "Request Header Fields Too Large"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Error";
}

void net_client_answer(struct net_client *client, int status, const char *type, const char *body)
{
	int n = snprintf(client->out, sizeof(client->out),
	                 "HTTP/1.1 %d %s\r\nConnection: %s\r\nContent-Type: %s; charset=utf-8\r\n"
	                 "Content-Length: %zu\r\n%s%sCache-Control: no-store\r\n"
	                 "X-Content-Type-Options: nosniff\r\n\r\n%s",
	                 status, phrase_of(status), client->keeps_alive ? "keep-alive" : "close",
	                 type, strlen(body), status == 503 ? "Retry-After: 2\r\n" : "",
	                 status == 405 ? "Allow: GET, HEAD\r\n" : "", client->is_head ? "" : body);

	client->n_out = (size_t)n < sizeof(client->out) ? (size_t)n : sizeof(client->out) - 1;
	client->done = 0;
	client->tail = NULL;
	net_client_begin(client, NET_ANSWERING, pkd_now());
	client->taken_ns = client->since_ns;
}

void net_client_refuse(struct net_client *client, int status, const char *wrong)
{
	char body[NET_WRONG_SIZE + 2];

	snprintf(body, sizeof(body), "%s\n", wrong);
	net_client_answer(client, status, "text/plain", body);
}

/* ---- What is answered ---- */

static void begin_stream(struct net_server *server, struct net_client *client, struct pkd_ctx *ctx)
{
	static const char head[] =
		"HTTP/1.0 200 OK\r\nConnection: close\r\nServer: CameraServer/1.0\r\n"
		"Cache-Control: no-store, no-cache, must-revalidate, max-age=0\r\nPragma: no-cache\r\n"
		"Content-Type: multipart/x-mixed-replace;boundary=boundarydonotcross\r\n\r\n";
	uint32_t n = net_server_watching(server), fps = net_server_fps(server, client);
	double paid = 0;
	bool is_first = true;

	if (n >= server->options.max_clients) {
		if (!server->has_told_full)
			pkd_log(ctx, PKD_LOG_WARNING,
			        "%s is refused: %u watch already, as many as max_clients allows",
			        client->address, n);
		server->has_told_full = true;
		net_client_refuse(client, 503, "all places are taken: try again later");
		return;
	}
	for (uint32_t i = 0; i < server->n_clients; i++) {
		const struct net_client *other = &server->clients[i];

		if (other->phase != NET_WATCHING)
			continue;
		paid = is_first || other->paid < paid ? other->paid : paid;
		is_first = false;
	}
	client->n_out = (size_t)snprintf(
		client->out, sizeof(client->out), "%s--boundarydonotcross\r\n%s", head,
		client->wish.is_ahead ? "Content-Type: image/jpeg\r\n\r\n" : "");
	client->paid = paid;
	client->number = ++server->last_number;
	client->keeps_alive = false;
	client->taken_ns = pkd_now();
	net_client_begin(client, client->is_head ? NET_ANSWERING : NET_WATCHING, client->taken_ns);
	if (client->is_head)
		return;
	if (fps)
		pkd_note(ctx, "client %u is there: %s, at most %u pictures a second",
		         client->number, client->address, fps);
	else
		pkd_note(ctx, "client %u is there: %s", client->number, client->address);
}

void net_server_take(struct net_server *server, struct net_client *client,
                     const struct net_request *request, struct pkd_ctx *ctx)
{
	char text[NET_OUT_SIZE - 512], wrong[NET_WRONG_SIZE];
	int status;
	enum net_action action = net_wish_read(request, &client->wish, &status, wrong);

	client->keeps_alive = request->keeps_alive;
	client->is_head = request->method == NET_HEAD;
	client->body = request->body;
	if (server->is_local && !net_is_for_local(request)) {
		net_client_refuse(client, 403, "it is known as localhost and by its address only");
		return;
	}
	switch (action) {
	case NET_PAGE:
		net_page_write(server, text, sizeof(text));
		net_client_answer(client, 200, "text/html", text);
		return;
	case NET_STREAM:
		begin_stream(server, client, ctx);
		return;
	case NET_SNAPSHOT:
		client->picture = 0;
		client->next_ns = 0;
		client->paid = 0;
		net_client_begin(client, NET_WAITING, pkd_now());
		return;
	case NET_COMMAND:
		net_server_command(server, client, request, ctx);
		return;
	case NET_SETTINGS:
		net_settings_write(server, text, sizeof(text));
		net_client_answer(client, 200, "application/json", text);
		return;
	case NET_CONFIG:
		net_config_write(server, text, sizeof(text));
		net_client_answer(client, 200, "application/json", text);
		return;
	case NET_REFUSED:
	default:
		net_client_refuse(client, status, wrong);
	}
}
