/* What a command sets, and what becomes of it. See server.h. */
#include "controls.h"
#include "pages.h"
#include "site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REASON_SIZE = 160 };

static const int64_t LOOK_NS = 20000000, MOST_NS = 2000000000;

/* The pictures' size, rate and quality for those who ask for none, which hold at once. */
static void take_wish(struct net_server *server, const struct net_client *client,
                      struct pkd_ctx *ctx)
{
	struct net_wish *usual = &server->usual;
	const struct net_wish *wish = &client->wish;

	if (!wish->width && !wish->height && !wish->fps && !wish->quality)
		return;
	if (wish->width || wish->height) {
		usual->width = wish->width;
		usual->height = wish->height;
	}
	if (wish->fps)
		usual->fps = wish->fps;
	if (wish->quality)
		usual->quality = wish->quality;
	pkd_note(ctx, "%s has set: %u x %u, %u pictures a second, quality %u (0: as usual)",
	         client->address, usual->width, usual->height, usual->fps, usual->quality);
}

static void answer(struct net_server *server, struct net_client *client, const char *controls)
{
	char body[NET_WRONG_SIZE + NET_CONTROLS_SIZE];
	size_t n;

	net_command_write(&server->usual, body, NET_WRONG_SIZE);
	n = strlen(body);
	if (*controls)
		snprintf(body + n, sizeof(body) - n, "controls: \"%s\"\n", controls);
	net_client_answer(client, 200, "text/plain", body);
}

/* What is wrong with it at first sight; NULL: nothing. */
static const char *check(const struct net_server *server, const struct net_client *client,
                         const struct net_request *request, int *ret_status)
{
	const struct net_wish *wish = &client->wish;

	*ret_status = 403;
	if (!server->options.commands)
		return "commands are not taken: the program's author allows them by commands: true";
	if (!net_is_of_ours(request))
		return "a page of another site may not command, nor a browser that tells of no "
		       "page";
	*ret_status = 400;
	if (server->options.forwards && (wish->width || wish->height || wish->quality))
		return "the pictures go on as the camera makes them: size and quality are set "
		       "there";
	return NULL;
}

/* The camera hears of it in its own time; until then the client waits. */
static void ask(struct net_server *server, struct net_client *client, const char *controls,
                struct pkd_ctx *ctx)
{
	if (server->asking) {
		net_client_refuse(client, 503, "another command is being carried out");
		return;
	}
	if (pkd_setting_set(ctx, 0, controls) != 0) {
		net_client_refuse(client, 503,
		                  "controls cannot be set: the program has no console");
		return;
	}
	server->asking = client->number = ++server->last_number;
	net_client_begin(client, NET_ASKING, pkd_now());
}

void net_server_command(struct net_server *server, struct net_client *client,
                        const struct net_request *request, struct pkd_ctx *ctx)
{
	char controls[NET_CONTROLS_SIZE] = "", wrong[NET_WRONG_SIZE];
	bool has_controls = pkd_n_settings(ctx) > 0;
	int status, n;
	const char *why = check(server, client, request, &status);

	if (!why && has_controls && pkd_setting_get(ctx, 0, controls, sizeof(controls)) < 0) {
		status = 503;
		why = "the controls are just being changed";
	}
	if (why) {
		net_client_refuse(client, status, why);
		return;
	}
	n = net_controls_merge(&request->query, controls, wrong);
	if (n > 0 && !has_controls) {
		n = -1;
		snprintf(wrong, sizeof(wrong),
		         "only resolution, fps and compression can be set: the program's author "
		         "allows controls of a camera by controls: \"cam.controls\"");
	}
	if (n < 0) {
		net_client_refuse(client, 400, wrong);
		return;
	}
	take_wish(server, client, ctx);
	if (n > 0)
		ask(server, client, controls, ctx);
	else
		answer(server, client, controls);
}

static void end_asking(struct net_server *server, struct net_client *client, int result,
                       const char *reason, struct pkd_ctx *ctx)
{
	char controls[NET_CONTROLS_SIZE] = "", wrong[NET_WRONG_SIZE];

	server->asking = 0;
	if (result == -EINPROGRESS) {
		net_client_refuse(client, 503, "it is not carried out yet");
		return;
	}
	if (result != 0) {
		snprintf(wrong, sizeof(wrong), "it is refused: %s", reason);
		net_client_refuse(client, 400, wrong);
		return;
	}
	if (pkd_setting_get(ctx, 0, controls, sizeof(controls)) < 0)
		*controls = '\0';
	pkd_note(ctx, "%s has set the controls: %s", client->address, controls);
	answer(server, client, controls);
}

int64_t net_server_look_at_command(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx)
{
	char reason[REASON_SIZE] = "";
	struct net_client *client = NULL;
	int result;

	if (!server->asking)
		return INT64_MAX;
	for (uint32_t i = 0; i < server->n_clients && !client; i++)
		if (server->clients[i].phase == NET_ASKING &&
		    server->clients[i].number == server->asking)
			client = &server->clients[i];
	result = pkd_setting_result(ctx, 0, reason, sizeof(reason));
	if (!client && result != -EINPROGRESS)
		server->asking = 0; /* it has gone meanwhile */
	else if (client && (result != -EINPROGRESS || now_ns - client->since_ns > MOST_NS))
		end_asking(server, client, result, reason, ctx);
	return server->asking ? now_ns + LOOK_NS : INT64_MAX;
}

int net_server_check_controls(struct pkd_ctx *ctx)
{
	uint32_t n = pkd_n_settings(ctx);

	if (n == 0 || (n == 1 && pkd_setting_kind(ctx, 0) == PKD_STRING))
		return PKD_OK;
	return pkd_error(ctx, EINVAL,
	                 "controls is to name one parameter, which is a text: that of a "
	                 "video.camera, \"cam.controls\"");
}
