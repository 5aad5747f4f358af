/* Who may ask a struct web for what. */
#ifndef PKD_NET_WEB_JUDGE_H
#define PKD_NET_WEB_JUDGE_H

#include "web.h"

/* 0, or the status of HTTP that says no. `path` without its query. */
unsigned web_judge(struct web *web, struct lws *wsi, const char *path, bool is_socket);

/* The page elsewhere that may read what is sent, for Access-Control-Allow-Origin; false: none. */
bool web_page_of(struct web *web, struct lws *wsi, char *origin, int size);

/* A value of the request's query: false where there is none. */
bool web_query_of(struct lws *wsi, const char *key, char *value, size_t size);

/* In a time that does not tell how much of it is right. */
bool web_is_same(const char *given, const char *token);

#endif
