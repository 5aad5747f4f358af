/* See pages.h. The forms of the JSON are CameraServer's. */
#include "pages.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_SIZE = 64, ESCAPED_SIZE = 6 * NAME_SIZE };

/* As a part of HTML or of a JSON string. */
static void escape(const char *text, bool is_html, char escaped[ESCAPED_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; text[i] && i < NAME_SIZE - 1; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_special = c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' ||
		                  c == '&' || c == '\'';

		n += (size_t)snprintf(escaped + n, ESCAPED_SIZE - n,
		                      !is_special ? "%c"
		                      : is_html   ? "&#%u;"
		                                  : "\\u%04x",
		                      c);
	}
	escaped[n] = '\0';
}

void net_page_write(const struct net_server *server, char *text, size_t size)
{
	char name[ESCAPED_SIZE] = "";

	escape(server->options.name, true, name);
	snprintf(
		text, size,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n"
		"<style>body { margin: 1em; background: #181c26; color: #ddd; "
		"font: 15px sans-serif } img { max-width: 100%% } a { color: #9cf }</style>\n"
		"<h1>%s</h1>\n<p><img src=\"/stream.mjpg\" alt=\"the stream of %s\"></p>\n"
		"<p><a href=\"/stream.mjpg\">stream</a> · "
		"<a href=\"/stream.mjpg?resolution=320x240&amp;fps=10&amp;compression=30\">"
		"320×240, 10 a second, quality 30</a> · <a href=\"/?action=snapshot\">one picture</a> · "
		"<a href=\"/settings.json\">settings.json</a> · "
		"<a href=\"/config.json\">config.json</a></p>\n</html>\n",
		name, name, name);
}

/* The rate that is aimed at. */
static uint32_t fps_of(const struct net_server *server)
{
	const struct net_client anybody = {.fd = -1};
	uint32_t fps = net_server_fps(server, &anybody);

	return fps ? fps : (uint32_t)(net_server_rate(server) + 0.5);
}

void net_settings_write(const struct net_server *server, char *text, size_t size)
{
	uint32_t width, height, quality = net_server_quality(server);

	net_jpegs_size(server->jpegs, &width, &height);
	if (server->options.forwards) {
		snprintf(text, size,
		         "{\n\"controls\": [],\n\"modes\": [\n{\"pixelFormat\": \"MJPEG\", "
		         "\"width\": \"%" PRIu32 "\", \"height\": \"%" PRIu32
		         "\", \"fps\": \"%" PRIu32 "\"}\n]\n}\n",
		         width, height, fps_of(server));
		return;
	}
	snprintf(text, size,
	         "{\n\"controls\": [\n{\"name\": \"compression\", \"id\": \"1\", \"type\": \"1\", "
	         "\"min\": \"0\", \"max\": \"100\", \"step\": \"1\", \"default\": \"%" PRIu32
	         "\", \"value\": \"%" PRIu32 "\", \"order\": 1}\n],\n\"modes\": [\n"
	         "{\"pixelFormat\": \"MJPEG\", \"width\": \"%" PRIu32 "\", \"height\": \"%" PRIu32
	         "\", \"fps\": \"%" PRIu32 "\"}\n]\n}\n",
	         server->options.quality, quality, width, height, fps_of(server));
}

void net_config_write(const struct net_server *server, char *text, size_t size)
{
	char name[ESCAPED_SIZE] = "";
	uint32_t width, height;

	escape(server->options.name, false, name);
	net_jpegs_size(server->jpegs, &width, &height);
	snprintf(text, size,
	         "{\"name\": \"%s\", \"pixel format\": \"mjpeg\", \"width\": %" PRIu32
	         ", \"height\": %" PRIu32 ", \"fps\": %" PRIu32 ", \"properties\": []}\n",
	         name, width, height, fps_of(server));
}

void net_command_write(const struct net_wish *wish, char *text, size_t size)
{
	snprintf(text, size,
	         "resolution: \"%" PRIu32 "x%" PRIu32 "\"\nfps: \"%" PRIu32
	         "\"\ncompression: \"%" PRIu32 "\"\n",
	         wish->width, wish->height, wish->fps, wish->quality);
}
