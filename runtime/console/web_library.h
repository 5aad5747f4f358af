/* What the console and libpkd_web.so have of each other. The library carries what is heavy in
 * --serve: the page's files, WebSockets, encoders. The console opens it before it is confined, and
 * works without it; a program keeps the runtime that it was built with, and a library that is
 * installed anew may be of another one: both numbers must be equal. */
#ifndef PKDI_WEB_LIBRARY_H
#define PKDI_WEB_LIBRARY_H

#include <pkd/program.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PKDI_WEB_LIBRARY_FILE "libpkd_web.so"
#define PKDI_WEB_LIBRARY_SYMBOL "pkdi_web_library"
#define PKDI_WEB_LIBRARY_ABI 2

/* Connections that the library has at a time, and sockets to the console that it asks for: for each
 * connection at most one that it asks by, and one for the log. */
enum { PKDI_WEB_SOCKETS = 64, PKDI_WEB_LANES = 2 * PKDI_WEB_SOCKETS };

/* A file of the page. */
struct pkdi_web_file {
	const char *path; /* "/index.html" */
	const char *type; /* the value of Content-Type */
	const void *data;
	size_t size;
};

struct pkdi_web_look;

/* What the console lends. Any thread may call these; each look is for one thread at a time. */
struct pkdi_web_host {
	const struct pkd_program *program;
	void *console;
	/* A socket, not blocking, on which the console answers as to any client, in lines:
	 * docs/protocol.md. Or a negative errno. */
	int (*connect)(void *console, bool is_read_only);
	/* Looks at a stream from outside, as channel/look.h has it; at the first worker's of a pool,
	 * and sees what all make, in order. NULL: it is private, or there is no memory. */
	struct pkdi_web_look *(*look)(void *console, uint32_t stream);
	void (*unlook)(struct pkdi_web_look *look);           /* takes NULL */
	uint64_t (*newest)(const struct pkdi_web_look *look); /* 0 = none yet */
	uint64_t (*oldest)(const struct pkdi_web_look *look, uint64_t newest);
	size_t (*copy_size)(const struct pkdi_web_look *look); /* of header and value */
	bool (*copy)(const struct pkdi_web_look *look, uint64_t seq, struct pkd_frame *copy);
};

/* Of pictures that somebody wants; 0: not said. */
struct pkdi_web_limits {
	uint32_t width, height; /* pixels, at most */
	uint32_t rate;          /* pictures a second, at most */
	uint32_t quality;       /* 1 … 100 */
};

/* What a connection that the server hands over is to be. */
struct pkdi_web_arrival {
	int fd;           /* the library's from then on, unless it is refused */
	const char *head; /* the request, as it was read; a copy is made */
	size_t n_head;
	bool is_read_only;
	uint32_t stream; /* of images, to be sent as MJPEG over HTTP; PKD_NONE: a WebSocket */
	struct pkdi_web_limits limits; /* of MJPEG */
};

struct pkdi_web_library {
	uint32_t abi;                      /* PKDI_WEB_LIBRARY_ABI … */
	uint32_t program_abi;              /* … and PKD_ABI of its build */
	const struct pkdi_web_file *files; /* without a path behind the last one */
	const char *const *protocols; /* of WebSocket, by its preference; NULL behind the last */
	/* Opens what it needs, and starts no thread, so that it may come before the process is
	 * confined. NULL: it cannot. */
	void *(*open)(void);
	/* Takes a connection that has asked for a WebSocket with one of the protocols, or for images.
	 * The first one starts its threads. False: there are too many, or no memory. `host` lives as
	 * long as `web`. */
	bool (*adopt)(void *web, const struct pkdi_web_host *host,
	              const struct pkdi_web_arrival *arrival);
	/* Sends what is there, for some ms at most, and ends. False: a thread of it still runs, and
	 * may use all that was lent until the process ends. Takes NULL. */
	bool (*close)(void *web);
};

#endif
