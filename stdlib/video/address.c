#define _GNU_SOURCE
#include "address.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* [*ret_start, *ret_end) is "user:password"; false where there is none. The last @ before the path
 * ends it, as a password may have others. */
static bool find_user(const char *address, const char **ret_start, const char **ret_end)
{
	const char *start = strstr(address, "://"), *end = NULL;

	if (!start)
		return false;
	start += strlen("://");
	for (const char *c = start; *c && !strchr("/?#", *c); c++) {
		if (*c == '@')
			end = c;
	}
	if (!end)
		return false;
	*ret_start = start;
	*ret_end = end;
	return true;
}

bool media_address_has_user(const char *address)
{
	const char *start, *end;

	return find_user(address, &start, &end);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode(FILE *to, const char *text)
{
	for (; *text; text++)
		fprintf(to, is_plain(*text) ? "%c" : "%%%02X", (unsigned char)*text);
}

char *media_address_with(const char *address, const char *user, const char *password)
{
	const char *rest = strstr(address, "://");
	char *whole = NULL;
	size_t size = 0;
	FILE *to;

	if (!rest || (!*user && !*password))
		return strdup(address);
	rest += strlen("://");
	to = open_memstream(&whole, &size);
	if (!to)
		return NULL;
	fprintf(to, "%.*s", (int)(rest - address), address);
	encode(to, user);
	fputc(':', to);
	encode(to, password);
	fprintf(to, "@%s", rest);
	if (fclose(to) == 0)
		return whole;
	free(whole);
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void decode(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '%' && digit(text[1]) >= 0 && digit(text[2]) >= 0) {
			*to++ = (char)(digit(text[1]) * 16 + digit(text[2]));
			text += 3;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static void hide(const char *secret, char *text)
{
	size_t size = strlen(secret);

	while (size > 0 && (text = strstr(text, secret))) {
		*text++ = '*';
		memmove(text, text + size - 1, strlen(text + size - 1) + 1);
	}
}

void media_address_hide(const char *address, char *text)
{
	const char *start, *end, *colon;
	char *secret;

	if (!find_user(address, &start, &end))
		return;
	colon = memchr(start, ':', (size_t)(end - start));
	if (!colon)
		return;
	secret = strndup(colon + 1, (size_t)(end - colon - 1));
	if (!secret) { /* rather no message than the password */
		*text = '\0';
		return;
	}
	hide(secret, text);
	decode(secret);
	hide(secret, text);
	free(secret);
}
