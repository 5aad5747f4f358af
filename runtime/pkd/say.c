#include "pkd/say.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkd/command.h"

static bool prints_json;

void complain(const char *format, ...)
{
	char text[4096];
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (char *c = say_clean(text); *c; c++)
		*c = *c == '\n' ? '?' : *c;
	fprintf(stderr, "pkd: %s\n", text);
}

void say_json(bool is_json)
{
	prints_json = is_json;
}

int fail(const char *error, const char *format, ...)
{
	char text[2048];
	va_list arguments;
	struct say_out say;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	complain("%s", text);
	if (!prints_json)
		return STATUS_FAILED;
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	say_string(&say, "error", error);
	say_string(&say, "message", text);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
	return STATUS_FAILED;
}

/* How many bytes of the text steer a terminal, or turn the direction of what follows: C0 and C1 but
 * for a new line, U+200E and F, U+202A to E, U+2066 to 9. */
static size_t steering(const unsigned char *c)
{
	if ((*c < 0x20 && *c != '\n') || *c == 0x7f)
		return 1;
	if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
		return 2;
	if (*c == 0xe2 && c[1] == 0x80 &&
	    (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae)))
		return 3;
	return *c == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9 ? 3 : 0;
}

char *say_clean(char *text)
{
	for (char *c = text; *c; c++) {
		size_t n = steering((const unsigned char *)c);

		memset(c, '?', n);
		c += n ? n - 1 : 0;
	}
	return text;
}

void say_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	for (char *c = say_clean(copy); *c; c++)
		putchar(*c == '\n' ? '?' : *c);
	free(copy);
}

void say_output(const char *text, size_t length)
{
	char *copy;

	if (!isatty(STDOUT_FILENO)) {
		fwrite(text, 1, length, stdout);
		return;
	}
	copy = strndup(text, length);
	if (!copy)
		abort();
	fputs(say_clean(copy), stdout);
	free(copy);
}

/* ---- JSON ---- */

enum { FIRST_SIZE = 4096 };

void say_begin(struct say_out *say)
{
	*say = (struct say_out){.out = {.text = malloc(FIRST_SIZE), .size = FIRST_SIZE}};
	if (!say->out.text)
		abort();
}

void say_room(struct say_out *say, size_t size)
{
	size_t wanted = say->out.n + size + 256;
	char *text;

	if (wanted <= say->out.size)
		return;
	wanted += say->out.size;
	text = realloc(say->out.text, wanted);
	if (!text)
		abort();
	say->out.text = text;
	say->out.size = wanted;
}

void say_end(struct say_out *say)
{
	say_output(say->out.text, say->out.n);
	putchar('\n');
	free(say->out.text);
	*say = (struct say_out){.out = {.text = NULL}};
}

char *say_take(struct say_out *say)
{
	say_room(say, 1);
	say->out.text[say->out.n] = '\0';
	return say->out.text;
}

void say_string(struct say_out *say, const char *name, const char *text)
{
	/* A byte becomes six, as \u0001 does. */
	say_room(say, 6 * ((name ? strlen(name) : 0) + strlen(text)) + 8);
	pkdi_out_text(&say->out, name, text);
}

void say_number(struct say_out *say, const char *name, double number)
{
	char text[40];

	snprintf(text, sizeof(text), "%.9g", number);
	if (isfinite(number))
		pkdi_out_raw(&say->out, name, text, strlen(text));
	else
		say_null(say, name);
}

void say_null(struct say_out *say, const char *name)
{
	pkdi_out_raw(&say->out, name, "null", 4);
}
