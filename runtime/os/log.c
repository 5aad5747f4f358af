#include "os/log.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/backlog.h"
#include "os/utf8.h"

enum { LINE_SIZE = PIPE_BUF, TEXT_SIZE = 2 * PIPE_BUF };
enum { PROGRAM_SIZE = 80, NAME_SIZE = 128, AT_SIZE = 160 };

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80; /* of a character in UTF-8 */
}

char *pkdi_shorten(const char *text, char *ret_text, size_t size)
{
	static const char dots[] = "...";
	size_t length = strlen(text), head = (size - sizeof(dots)) / 2;
	size_t tail = length - (size - sizeof(dots) - head);

	if (length < size)
		return memcpy(ret_text, text, length + 1);
	while (head > 0 && continues(text[head]))
		head--;
	while (continues(text[tail]))
		tail++;
	memcpy(ret_text, text, head);
	memcpy(ret_text + head, dots, sizeof(dots) - 1);
	memcpy(ret_text + head + sizeof(dots) - 1, text + tail, length - tail + 1);
	return ret_text;
}

/* ---- Text ---- */

/* C0 and C1, U+200E and F, U+2028 to E, U+2066 to 9. */
static bool steers(const char *text, size_t n)
{
	const unsigned char *c = (const unsigned char *)text;

	if (n == 1)
		return *c < 0x20 || *c == 0x7f;
	if (n == 2)
		return c[0] == 0xc2 && c[1] < 0xa0;
	if (n != 3 || c[0] != 0xe2)
		return false;
	return (c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xa8 && c[2] <= 0xae))) ||
	       (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}

char *pkdi_log_clean(char *text)
{
	char *c = text;

	while (*c) {
		size_t n = pkdi_utf8_length(c, PKDI_UTF8_MAX);

		if (*c == '\t')
			*c = ' ';
		else if (n == 0 || steers(c, n))
			memset(c, '?', n ? n : 1);
		c += n ? n : 1;
	}
	return text;
}

/* ---- Lines ---- */

/* What does not fit is left out in the middle. */
size_t pkdi_log_text(const struct pkdi_log *log, const struct pkdi_about *about, const char *text,
                     char *line, size_t size)
{
	char program[PROGRAM_SIZE], name[NAME_SIZE], at[AT_SIZE];
	const char *node = about->node || !about->output ? about->node : about->process;
	size_t n = 0;

	*line = '\0';
	if (!about->is_bare)
		n += (size_t)snprintf(line, size, "%s%s: ", log->shares_line ? "\r\033[K" : "",
		                      pkdi_shorten(log->program, program, sizeof(program)));
	if (node && about->at)
		n += (size_t)snprintf(line + n, size - n, "node '%s' (%s)%s ",
		                      pkdi_shorten(node, name, sizeof(name)),
		                      pkdi_shorten(about->at, at, sizeof(at)),
		                      about->is_subject ? "" : ":");
	else if (node)
		n += (size_t)snprintf(line + n, size - n,
		                      "%s: ", pkdi_shorten(node, name, sizeof(name)));
	pkdi_shorten(text, line + n, size - n);
	return n + strlen(line + n);
}

static void write_line(const struct pkdi_log *log, const char *line, size_t n)
{
	if (log->backlog)
		pkdi_backlog_put(log->backlog, line, n);
	else if (write(STDERR_FILENO, line, n) < 0)
		return; /* errors cannot be reported anywhere */
}

static int64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* For the supervisor, which knows the process by where it reads. A name that leaves no room for the
 * text is left out. */
static void mark_line(const struct pkdi_about *about, const char *text)
{
	const char *node = about->node && strlen(about->node) < LINE_SIZE / 2 ? about->node : "";
	char line[LINE_SIZE];
	size_t n;

	n = (size_t)snprintf(line, sizeof(line), "%c%d%c%c%c%" PRIu64 "%c%" PRId64 "%c%s%c",
	                     PKDI_LOG_MARK, (int)about->level, PKDI_LOG_FIELD,
	                     about->at ? 'p' : 'n', PKDI_LOG_FIELD, about->frame, PKDI_LOG_FIELD,
	                     about->time_ns, PKDI_LOG_FIELD, node, PKDI_LOG_FIELD);
	pkdi_shorten(text, line + n, sizeof(line) - n);
	n += strlen(line + n);
	line[n] = '\n'; /* in place of the NUL */
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return; /* errors cannot be reported anywhere */
}

/* The next field; NULL: there is none. */
static char *next_field(char **rest)
{
	char *field = *rest, *end = strchr(field, PKDI_LOG_FIELD);

	if (!end)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return field;
}

bool pkdi_log_unmark(char *line, struct pkdi_about *ret_about, char **ret_text)
{
	enum { LEVEL, PLACE, FRAME, TIME, NODE, N_FIELDS };
	char *fields[N_FIELDS], *rest = line + 1;

	if (*line != PKDI_LOG_MARK)
		return false;
	for (int i = 0; i < N_FIELDS; i++)
		if (!(fields[i] = next_field(&rest)))
			return false;
	*ret_about = (struct pkdi_about){
		.level = (enum pkd_level)(*fields[LEVEL] - '0'),
		.node = *fields[NODE] ? fields[NODE] : NULL,
		.at = *fields[PLACE] != 'n' ? "" : NULL,
		.is_subject = *fields[PLACE] == 's',
		.frame = strtoull(fields[FRAME], NULL, 10),
		.time_ns = (int64_t)strtoull(fields[TIME], NULL, 10),
	};
	*ret_text = rest;
	return ret_about->level >= PKD_LOG_ERROR && ret_about->level <= PKD_LOG_DEBUG;
}

void pkdi_log_put(const struct pkdi_log *log, const struct pkdi_about *about, char *text)
{
	struct pkdi_about stamped = *about;
	char line[LINE_SIZE];
	size_t n;

	if (!stamped.time_ns)
		stamped.time_ns = time_now();
	pkdi_log_clean(text);
	if (log->is_captured) {
		mark_line(&stamped, text);
		return;
	}
	if (log->keep)
		log->keep(log->context, &stamped, text);
	n = (log->format ? log->format : pkdi_log_text)(log, &stamped, text, line, sizeof(line));
	/* Its end: in place of the NUL, or behind a line that has none. */
	line[n < sizeof(line) ? n : sizeof(line) - 1] = '\n';
	write_line(log, line, n + 1);
}

void pkdi_log_about(const struct pkdi_log *log, const struct pkdi_about *about, const char *format,
                    va_list arguments)
{
	char text[TEXT_SIZE] = "";

	vsnprintf(text, sizeof(text), format, arguments);
	pkdi_log_put(log, about, text);
}

void pkdi_log(const struct pkdi_log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pkdi_log_about(log, &(struct pkdi_about){.level = PKD_LOG_ERROR}, format, arguments);
	va_end(arguments);
}

void pkdi_log_at(const struct pkdi_log *log, enum pkd_level level, const char *format, ...)
{
	va_list arguments;

	if (!pkdi_log_shows(log->level, level))
		return;
	va_start(arguments, format);
	pkdi_log_about(log, &(struct pkdi_about){.level = level}, format, arguments);
	va_end(arguments);
}

void pkdi_log_bare(const struct pkdi_log *log, const char *format, ...)
{
	va_list arguments;

	if (!pkdi_log_shows(log->level, PKD_LOG_INFO))
		return;
	va_start(arguments, format);
	pkdi_log_about(log, &(struct pkdi_about){.level = PKD_LOG_INFO, .is_bare = true}, format,
	               arguments);
	va_end(arguments);
}
