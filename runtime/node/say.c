#include "node/say.h"

#include <stdio.h>

enum { NAME_SIZE = 128, AT_SIZE = 160 };

char *pkdi_node_who(const struct pkd_node *node, char ret_who[PKDI_WHO_SIZE])
{
	char name[NAME_SIZE], at[AT_SIZE];

	snprintf(ret_who, PKDI_WHO_SIZE, "node '%s' (%s)",
	         pkdi_shorten(node->name, name, sizeof(name)),
	         pkdi_shorten(node->at, at, sizeof(at)));
	return ret_who;
}

void pkdi_node_log_with(const struct pkdi_log *log, const struct pkd_node *node, const char *format,
                        va_list arguments)
{
	char who[PKDI_WHO_SIZE], prefix[PKDI_WHO_SIZE + 2];

	snprintf(prefix, sizeof(prefix), "%s: ", pkdi_node_who(node, who));
	pkdi_log_with(log, prefix, format, arguments);
}

void pkdi_node_log(const struct pkdi_log *log, const struct pkd_node *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pkdi_node_log_with(log, node, format, arguments);
	va_end(arguments);
}
