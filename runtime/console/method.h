/* What a client can ask of the console. docs/protocol.md has each by example. */
#ifndef PKDI_METHOD_H
#define PKDI_METHOD_H

#include "console/client.h"
#include "run/run.h"

#define PKDI_PROTOCOL 1

/* Of `sections`: a client that may only look is refused it. */
#define PKDI_METHOD_CHANGES (1U << 30)

/* Why a request is refused: a name for programs, and words for people. */
struct pkdi_fault {
	const char *name;
	char text[512];
};

/* Returns false after it has set the fault. */
bool pkdi_refuse(struct pkdi_fault *fault, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct pkdi_method {
	const char *name;
	unsigned sections; /* bits of enum pkdi_section: what its answer goes through */
	/* Takes the request: `parameters` is the number of its object in `json`, or
	 * PKDI_JSON_NONE. */
	bool (*begin)(struct pkdi_run *run, struct pkdi_request *request,
	              const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);
	/* Writes the members of the answer's next object, which request->cursor says. */
	void (*write)(struct pkdi_run *run, const struct pkdi_request *request,
	              struct pkdi_out *out);
	/* Whether it can be answered yet; NULL: at once. */
	bool (*is_ready)(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns);
};

/* How many the program has, of nodes where each may have several; 0 of what only a request has. */
uint32_t pkdi_section_count(const struct pkdi_run *run, enum pkdi_section section);

/* NULL: there is none of that name. */
const struct pkdi_method *pkdi_method_find(const char *name);

/* All names, for people. */
const char *pkdi_method_names(void);

/* Sets the cursor to the first line of its answer. */
void pkdi_method_start(const struct pkdi_run *run, struct pkdi_request *request);

/* The line behind this one; false: it was the last. */
bool pkdi_method_advance(const struct pkdi_run *run, const struct pkdi_request *request,
                         struct pkdi_cursor *cursor);

/* Forgets it: it was answered, or its client has gone. */
void pkdi_method_finish(struct pkdi_request *request);

/* The members of the first line that a client is sent. */
void pkdi_greet(const struct pkdi_run *run, struct pkdi_out *out);

#endif
