/* What the console lends to libpkd_web.so: sockets to itself, and looks at streams. */
#ifndef PKDI_WEB_HOST_H
#define PKDI_WEB_HOST_H

#include "console/web_library.h"
#include "run/run.h"

struct pkdi_web_lender {
	struct pkdi_web_host host;
	const struct pkdi_run *run;
	int ends[2]; /* a pipe: the library's threads write, the console reads */
};

/* The other end of a socket that the library has asked for. */
struct pkdi_web_call {
	int fd;
	bool is_read_only;
};

/* 0 or -errno. It must stay where it is. */
int pkdi_web_lender_init(struct pkdi_web_lender *lender, const struct pkdi_run *run);
void pkdi_web_lender_finish(struct pkdi_web_lender *lender);

/* The next one, which is the caller's from then on; false: none waits. */
bool pkdi_web_lender_take(struct pkdi_web_lender *lender, struct pkdi_web_call *ret_call);

#endif
