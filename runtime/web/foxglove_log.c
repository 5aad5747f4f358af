#include <stdlib.h>
#include <string.h>

#include "message/cdr.h"
#include "web/clock.h"
#include "web/foxglove.h"

/* As many lines that came before are told first. */
static const char request[] = "{\"method\":\"logs\",\"parameters\":{\"lines\":30,\"follow\":true}}";

bool pkdw_log_begin(struct pkdw_subscription *subscription)
{
	struct pkdw_foxglove *client = subscription->client;

	/* It asks for nothing that changes anything. */
	subscription->lane = pkdw_lane_create(client->web, client->wsi, true);
	return subscription->lane &&
	       pkdw_lane_send(subscription->lane, request, sizeof(request) - 1);
}

static uint8_t level_of(const char *level)
{
	if (!strcmp(level, "error"))
		return 40;
	if (!strcmp(level, "warning"))
		return 30;
	return !strcmp(level, "info") ? 20 : 10;
}

struct line {
	char level[16], text[4096], node[256], at[512];
	int64_t time_ns;
};

static void write_line(struct pkdi_cdr *cdr, const struct line *line)
{
	const char *number = strrchr(line->at, ':');

	pkdi_cdr_begin(cdr);
	pkdi_cdr_time(cdr, line->time_ns);
	pkdi_cdr_u8(cdr, level_of(line->level));
	pkdi_cdr_string(cdr, line->node, strlen(line->node));
	pkdi_cdr_string(cdr, line->text, strlen(line->text));
	pkdi_cdr_string(cdr, line->at, strlen(line->at));
	pkdi_cdr_string(cdr, "", 0);
	pkdi_cdr_u32(cdr, number ? (uint32_t)strtoul(number + 1, NULL, 10) : 0);
}

static void take_line(struct pkdw_subscription *subscription, const struct line *line)
{
	struct pkdi_cdr cdr = {.data = NULL};
	struct pkdw_message *message;

	write_line(&cdr, line);
	message = pkdw_message_create(cdr.n);
	if (!message)
		return;
	cdr = (struct pkdi_cdr){.data = message->data, .size = message->n};
	write_line(&cdr, line);
	message->is_key = true;
	message->log_ns = line->time_ns;
	pkdw_subscription_take(subscription, message);
	pkdw_message_let_go(message);
}

static void take_text(const struct pkdi_json *json, uint32_t line, const char *name, char *ret_text,
                      size_t size)
{
	if (!pkdi_json_string(json, pkdi_json_member(json, line, name), ret_text, size))
		*ret_text = '\0';
}

static void read_line(struct pkdw_subscription *subscription, const char *text, size_t n)
{
	static struct pkdi_json_value values[256];
	struct pkdi_json json = {.values = values, .max_values = 256};
	static struct line line;
	uint64_t time_ns = 0;
	uint32_t told;

	if (!pkdi_json_read(&json, text, n))
		return;
	told = pkdi_json_member(&json, pkdi_json_member(&json, 0, "parameters"), "line");
	if (told == PKDI_JSON_NONE)
		return;
	take_text(&json, told, "level", line.level, sizeof(line.level));
	take_text(&json, told, "text", line.text, sizeof(line.text));
	take_text(&json, told, "node", line.node, sizeof(line.node));
	if (!*line.node)
		take_text(&json, told, "process", line.node, sizeof(line.node));
	take_text(&json, told, "at", line.at, sizeof(line.at));
	pkdi_json_unsigned(&json, pkdi_json_member(&json, told, "time_ns"), &time_ns);
	line.time_ns = (int64_t)time_ns;
	take_line(subscription, &line);
}

/* What there is no room for stays in the console, which says how much it has not told. */
void pkdw_log_take(struct pkdw_subscription *subscription)
{
	const char *line;
	size_t n;

	while (subscription->n_pending < subscription->most &&
	       (line = pkdw_lane_line(subscription->lane, &n)))
		read_line(subscription, line, n);
}
