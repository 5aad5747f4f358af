#include "pkd/say.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/command.h"

static bool prints_json;

void complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	fputs("pkd: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
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
	say_room(&say, sizeof(text) * 6);
	pkdi_out_text(&say.out, "error", error);
	pkdi_out_text(&say.out, "message", text);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
	return STATUS_FAILED;
}

void say_text(const char *text)
{
	for (const char *c = text; *c; c++)
		putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
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
	fwrite(say->out.text, 1, say->out.n, stdout);
	putchar('\n');
	free(say->out.text);
	*say = (struct say_out){.out = {.text = NULL}};
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
