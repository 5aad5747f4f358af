#include "console/log_line.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "options/levels.h"

enum { TEXT_SIZE = PIPE_BUF };

char *pkdi_time_show(int64_t time_ns, char ret_text[PKDI_TIME_SIZE])
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm tm;
	char day[24] = "1970-01-01T00:00:00";

	if (time_ns >= 0 && gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret_text, PKDI_TIME_SIZE, "%.19s.%09uZ", day,
	         (unsigned)(time_ns >= 0 ? time_ns % 1000000000 : 0));
	return ret_text;
}

static void put_what(const struct pkdi_about *about, const char *text, struct pkdi_out *out)
{
	if (about->process)
		pkdi_out_text(out, "process", about->process);
	if (about->node)
		pkdi_out_text(out, "node", about->node);
	if (about->at && *about->at)
		pkdi_out_text(out, "at", about->at);
	if (about->frame)
		pkdi_out_unsigned(out, "frame", about->frame);
	if (about->output)
		pkdi_out_text(out, "output", about->output);
	pkdi_out_text(out, "text", text);
}

void pkdi_log_members(const struct pkdi_about *about, const char *text, struct pkdi_out *out)
{
	pkdi_out_signed(out, "time_ns", about->time_ns);
	pkdi_out_text(out, "level", pkdi_level_name(about->level));
	put_what(about, text, out);
}

size_t pkdi_log_json(const struct pkdi_log *log, const struct pkdi_about *about, const char *text,
                     char *line, size_t size)
{
	char shorter[TEXT_SIZE], time[PKDI_TIME_SIZE];

	/* Escapes may make a text longer than a line: until what is left of it fits. */
	for (size_t room = sizeof(shorter);; room /= 2) {
		struct pkdi_out out = {.text = line, .size = size - 1};

		pkdi_out_open(&out, NULL, '{');
		pkdi_out_text(&out, "time", pkdi_time_show(about->time_ns, time));
		pkdi_out_text(&out, "level", pkdi_level_name(about->level));
		pkdi_out_text(&out, "program", log->program);
		pkdi_out_signed(&out, "pid", getpid());
		put_what(about, pkdi_shorten(text, shorter, room), &out);
		pkdi_out_close(&out, '}');
		if (!out.is_full)
			return out.n;
		if (room < 16)
			return 0; /* names that long are no names */
	}
}
