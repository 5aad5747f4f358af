/* See origin.h. */
#include "origin.h"

#include <string.h>
#include <strings.h>

enum { NAME_SIZE = 256 };

/* Without the port; false: it is no name. */
static bool take_name(const char *host, char ret_name[static NAME_SIZE])
{
	const char *end = *host == '[' ? strchr(host, ']') : NULL;
	size_t n = end ? (size_t)(end + 1 - host) : strcspn(host, ":");
	const char *port = host + n;

	if (n == 0 || n >= NAME_SIZE || (*host == '[' && !end))
		return false;
	if (*port && (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1)))
		return false;
	memcpy(ret_name, host, n);
	ret_name[n] = '\0';
	return true;
}

bool nt4_host_is_local(const char *host)
{
	char name[NAME_SIZE];

	if (!take_name(host, name))
		return false;
	return strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0 ||
	       (strncmp(name, "127.", 4) == 0 && strspn(name, "0123456789.") == strlen(name));
}

/* A name that no server of names on the internet can lead here: digits, a single word, .local. */
static bool is_near(const char *name)
{
	size_t n = strlen(name);

	return *name == '[' || !strchr(name, '.') || strspn(name, "0123456789.") == n ||
	       (n > 6 && strcasecmp(name + n - 6, ".local") == 0);
}

static bool is_listed(const char *origin, const char *allowed)
{
	while (*allowed) {
		size_t n = strcspn(allowed, ", ");

		if ((n == 1 && *allowed == '*') ||
		    (n == strlen(origin) && n > 0 && strncasecmp(allowed, origin, n) == 0))
			return true;
		allowed += n;
		allowed += strspn(allowed, ", ");
	}
	return false;
}

bool nt4_origin_is_good(const char *origin, const char *host, const char *allowed)
{
	char page[NAME_SIZE], own[NAME_SIZE];
	const char *at = strstr(origin, "://");

	if (is_listed(origin, allowed) || strcmp(origin, "file://") == 0)
		return true;
	if (!at || (strncmp(origin, "http://", 7) != 0 && strncmp(origin, "https://", 8) != 0))
		return false;
	at += 3;
	return nt4_host_is_local(at) || (take_name(at, page) && take_name(host, own) &&
	                                 is_near(own) && strcasecmp(page, own) == 0);
}
