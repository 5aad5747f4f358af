#define _GNU_SOURCE
#include "meddle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_SIZE = 1 << 18, MAX_NAMES = 64, NAME_SIZE = 64 };

/* How long an answer may take, and how long it is tried to end a pause. */
#define PATIENCE_US 300000
#define RESUME_LIMIT_NS (10000 * MS)

const char *meddle_place(void)
{
	static char place[256];
	char folder[200];

	if (!*place && getcwd(folder, sizeof(folder)))
		snprintf(place, sizeof(place), "%s/place", folder);
	return place;
}

/* ---- A request ---- */

static int open_console(pid_t pid)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval patience = {0, PATIENCE_US};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%d.sock", meddle_place(),
	                 (int)pid);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (n < (int)sizeof(address.sun_path) &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Whether the text ends with the last line of an answer; the first line is the greeting. */
static bool is_whole(const char *text, size_t n)
{
	const char *first = memchr(text, '\n', n), *line;

	if (!first || text[n - 1] != '\n' || first == text + n - 1)
		return false;
	line = memrchr(text, '\n', n - 1);
	return !memmem(line, (size_t)(text + n - line), "\"more\":true", 11);
}

/* Returns whether the whole answer came; it is in ret_text, with a NUL. */
static bool ask(const struct run *run, const char *request, char ret_text[ANSWER_SIZE])
{
	int fd = run->pid ? open_console(run->pid) : -1;
	size_t n = 0;
	ssize_t got = -1;

	*ret_text = '\0';
	if (fd < 0)
		return false;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request))
		while (!is_whole(ret_text, n) && n + 1 < ANSWER_SIZE &&
		       (got = recv(fd, ret_text + n, ANSWER_SIZE - 1 - n, 0)) > 0)
			n += (size_t)got;
	ret_text[n] = '\0';
	close(fd);
	return got > 0 && is_whole(ret_text, n);
}

/* ---- What there is ---- */

/* Collects what stands behind `key`, up to the next quote. */
static size_t collect(const char *text, const char *key, char names[MAX_NAMES][NAME_SIZE])
{
	size_t n = 0;

	for (const char *at = text; n < MAX_NAMES && (at = strstr(at, key));) {
		at += strlen(key);
		snprintf(names[n++], NAME_SIZE, "%.*s", (int)strcspn(at, "\""), at);
	}
	return n;
}

/* ---- Meddling ---- */

/* A pause that nobody ends would be one for ever. */
static void resume(struct run *run, char *text)
{
	int64_t until = now_ns() + RESUME_LIMIT_NS;

	while (!run_has_ended(run) && !ask(run, "{\"method\":\"resume\"}\n", text)) {
		if (now_ns() >= until) {
			run_complain(run, "its console does not come back");
			return;
		}
		rest(MS);
	}
}

static void pause_some(struct run *run, const char *a, const char *b, char *text)
{
	char request[256];

	snprintf(request, sizeof(request),
	         "{\"method\":\"pause\",\"parameters\":{\"nodes\":[\"%s\",\"%s\"]}}\n", a, b);
	ask(run, request, text);
	rest((int64_t)below(run->campaign, 10 * MS));
	resume(run, text);
}

/* The node with a command keeps in its state how often it was told: that never goes back. */
static void call(struct run *run, const char *node, char *text)
{
	char request[256];
	const char *value;

	snprintf(request, sizeof(request),
	         "{\"method\":\"call\",\"parameters\":{\"node\":\"%s\",\"command\":\"touch\","
	         "\"wait_ms\":200}}\n",
	         node);
	if (!ask(run, request, text) || !(value = strstr(text, "\"value\":")))
		return;
	if (strtoull(value + strlen("\"value\":"), NULL, 10) <= run->n_touched)
		run_complain(run, "a command was forgotten: %.200s", value);
	run->n_touched = strtoull(value + strlen("\"value\":"), NULL, 10);
}

static void set(struct run *run, const char *param, char *text)
{
	char request[256];

	snprintf(request, sizeof(request),
	         "{\"method\":\"set\",\"parameters\":{\"values\":{\"%s\":%" PRIu64 "}}}\n", param,
	         below(run->campaign, 50));
	ask(run, request, text);
}

static void restart(struct run *run, const char *node, char *text)
{
	char request[256];

	snprintf(request, sizeof(request),
	         "{\"method\":\"restart\",\"parameters\":{\"nodes\":[\"%s\"],\"wait_ms\":100}}\n",
	         node);
	if (ask(run, request, text) && strstr(text, "\"pid\":"))
		run->n_kills++;
}

void meddle(struct run *run)
{
	static char text[ANSWER_SIZE], nodes[MAX_NAMES][NAME_SIZE], params[MAX_NAMES][NAME_SIZE];
	static char told[MAX_NAMES][NAME_SIZE];
	struct campaign *campaign = run->campaign;
	size_t n_nodes, n_params, n_told;

	if (!ask(run, "{\"method\":\"describe\"}\n", text))
		return;
	n_nodes = collect(text, "{\"node\":{\"name\":\"", nodes);
	n_params = collect(text, "{\"param\":{\"name\":\"", params);
	n_told = collect(text, "{\"command\":{\"node\":\"", told);
	if (!n_nodes)
		return;
	campaign->requests++;
	switch (below(campaign, 6)) {
	case 0:
		pause_some(run, nodes[below(campaign, n_nodes)], nodes[below(campaign, n_nodes)],
		           text);
		break;
	case 1:
		restart(run, nodes[below(campaign, n_nodes)], text);
		break;
	case 2:
		for (size_t i = 0; i < n_params; i++)
			if (strlen(params[i]) > 5 && !strcmp(strrchr(params[i], '\0') - 5, ".most"))
				set(run, params[i], text);
		break;
	case 3:
		ask(run, "{\"method\":\"status\"}\n", text);
		break;
	default:
		if (n_told)
			call(run, told[0], text);
		break;
	}
}

void meddle_no_more(struct run *run)
{
	static char text[ANSWER_SIZE];

	resume(run, text);
}
