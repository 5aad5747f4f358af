/* See wish.h. The paths and keys are those of WPILib's CameraServer and of mjpg-streamer. */
#include "wish.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_SIZE = 64, MOST = 65535 };

/* Digits, up to MOST; below 0 is 0: the default. */
static bool read_number(const char *text, uint32_t *ret_number, const char **ret_end)
{
	bool is_negative = *text == '-';
	const char *at = text + is_negative;
	uint32_t number = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint32_t)(*at - '0');
		if (number > MOST)
			number = MOST;
	}
	*ret_number = is_negative ? 0 : number;
	*ret_end = at;
	return at > text + is_negative;
}

static bool read_resolution(const char *value, struct net_wish *wish)
{
	const char *end;

	return read_number(value, &wish->width, &end) && *end == 'x' &&
	       read_number(end + 1, &wish->height, &end) && *end == '\0';
}

static bool read_fps(const char *value, struct net_wish *wish)
{
	const char *end;

	return read_number(value, &wish->fps, &end) && *end == '\0';
}

static bool read_compression(const char *value, struct net_wish *wish)
{
	const char *end;

	if (!read_number(value, &wish->quality, &end) || *end || wish->quality > 100)
		return false;
	/* 0 is the worst that can be asked for, -1 the default. */
	if (wish->quality == 0 && *value != '-')
		wish->quality = 1;
	return true;
}

static bool read_parts(const char *value, struct net_wish *wish)
{
	wish->is_ahead = strcmp(value, "ahead") == 0;
	return wish->is_ahead || strcmp(value, "classic") == 0;
}

static const struct key {
	const char *name;
	bool (*read)(const char *value, struct net_wish *wish);
	const char *form;
} keys[] = {
	{"resolution", read_resolution, "WIDTHxHEIGHT, such as 320x240"},
	{"fps", read_fps, "a whole number of pictures a second, such as 15"},
	{"compression", read_compression, "a quality of 0 to 100; -1 is the server's own"},
	{"parts", read_parts, "classic or ahead"},
};

static bool read_keys(const struct net_text *query, struct net_wish *wish,
                      char wrong[NET_WRONG_SIZE])
{
	char value[VALUE_SIZE] = "";

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int found = net_query_find(query, keys[i].name, value, sizeof(value));

		if (found == 0 || (found > 0 && keys[i].read(value, wish)))
			continue;
		snprintf(wrong, NET_WRONG_SIZE, "%s: '%s' is not %s", keys[i].name,
		         found > 0 ? value : "…", keys[i].form);
		return false;
	}
	return true;
}

static enum net_action find_action(const struct net_request *request, char wrong[NET_WRONG_SIZE])
{
	static const struct {
		const char *path;
		enum net_action action;
	} paths[] = {
		{"/stream.mjpg", NET_STREAM},    {"/stream", NET_STREAM},
		{"/snapshot.jpg", NET_SNAPSHOT}, {"/settings.json", NET_SETTINGS},
		{"/input.json", NET_SETTINGS},   {"/config.json", NET_CONFIG},
	};
	static const struct {
		const char *name;
		enum net_action action;
	} actions[] = {
		{"stream", NET_STREAM},
		{"snapshot", NET_SNAPSHOT},
		{"command", NET_COMMAND},
	};
	char name[VALUE_SIZE] = "";
	int found;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (net_text_is(&request->path, paths[i].path))
			return paths[i].action;
	if (!net_text_is(&request->path, "/")) {
		snprintf(wrong, NET_WRONG_SIZE,
		         "there is no such path; there are /, /stream.mjpg, /?action=stream, "
		         "/?action=snapshot, /settings.json and /config.json");
		return NET_REFUSED;
	}
	found = net_query_find(&request->query, "action", name, sizeof(name));
	if (found == 0)
		return NET_PAGE;
	for (size_t i = 0; found > 0 && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(name, actions[i].name) == 0)
			return actions[i].action;
	snprintf(wrong, NET_WRONG_SIZE, "action: '%s' is not stream, snapshot or command",
	         found > 0 ? name : "…");
	return NET_REFUSED;
}

enum net_action net_wish_read(const struct net_request *request, struct net_wish *ret_wish,
                              int *ret_status, char wrong[NET_WRONG_SIZE])
{
	enum net_action action = find_action(request, wrong);

	*ret_wish = (struct net_wish){.is_ahead = request->is_of_browser};
	*ret_status = 404;
	if (action == NET_REFUSED)
		return action;
	/* Old dashboards ask for the stream so, and for nothing else. */
	if (request->method == NET_POST && action != NET_STREAM) {
		*ret_status = 405;
		snprintf(wrong, NET_WRONG_SIZE, "only /stream is taken by POST");
		return NET_REFUSED;
	}
	*ret_status = 400;
	if (!read_keys(&request->query, ret_wish, wrong))
		return NET_REFUSED;
	return action;
}
