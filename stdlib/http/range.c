/* See range.h. */
#include "range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A number of digits; it has an end. */
static bool take_number(const char **at, uint64_t *ret_number)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*ret_number = strtoull(*at, &end, 10);
	*at = end;
	return errno == 0 && *ret_number < HTTP_RANGE_UNKNOWN;
}

bool http_range_read(const char *text, uint64_t *ret_first, uint64_t *ret_last, uint64_t *ret_total)
{
	*ret_total = HTTP_RANGE_UNKNOWN;
	if (strncasecmp(text, "bytes ", 6) != 0)
		return false;
	text += 6;
	if (!take_number(&text, ret_first) || *text++ != '-' || !take_number(&text, ret_last) ||
	    *text++ != '/' || *ret_last < *ret_first)
		return false;
	if (strcmp(text, "*") == 0)
		return true;
	return take_number(&text, ret_total) && !*text && *ret_last < *ret_total;
}

bool http_range_none(const char *text, uint64_t *ret_total)
{
	if (strncasecmp(text, "bytes */", 8) != 0)
		return false;
	text += 8;
	return take_number(&text, ret_total) && !*text;
}
