/* The texts that are answered. */
#ifndef PKD_NET_PAGES_H
#define PKD_NET_PAGES_H

#include "server.h"

/* Each fills `text` with a whole one. */
void net_page_write(const struct net_server *server, char *text, size_t size);
void net_settings_write(const struct net_server *server, char *text, size_t size);
void net_config_write(const struct net_server *server, char *text, size_t size);
/* What a command has set, a line for each. */
void net_command_write(const struct net_wish *wish, char *text, size_t size);

#endif
