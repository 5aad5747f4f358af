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

void pkdi_node_log(const struct pkdi_log *log, const struct pkd_node *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pkdi_log_about(
		log,
		&(struct pkdi_about){.level = PKD_LOG_ERROR, .node = node->name, .at = node->at},
		format, arguments);
	va_end(arguments);
}
