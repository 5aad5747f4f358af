/* Finds and opens libpkd_web.so. */
#ifndef PKDI_WEB_OPEN_H
#define PKDI_WEB_OPEN_H

#include "console/web_library.h"

/* A library that is open; `library` NULL: there is none, and `why` says so in a sentence. */
struct pkdi_web_part {
	const struct pkdi_web_library *library;
	void *web;
	char why[256];
};

/* It is where pkdc found its own files when it linked the program, or where it is installed by
 * default. PKD_WEB_LIBRARY names another one; empty: none. */
void pkdi_web_open(struct pkdi_web_part *part);

#endif
