/* The command line of a program, by the tables that pkdc generated. */
#ifndef PKDI_OPTIONS_H
#define PKDI_OPTIONS_H

#include <pkd/program.h>
#include <stdbool.h>
#include <sys/types.h>

#include "options/freeze_mode.h"
#include "options/levels.h"
#include "os/address.h"
#include "os/log.h"

/* Bytes of the list of --serve-origins, with its NUL. */
enum { PKDI_ORIGINS_SIZE = 1024 };

#define PKDI_DEFAULT_GRACE_NS INT64_C(10000000000)
#define PKDI_DEFAULT_WHY_BYTES (INT64_C(1) << 20)

/* Lines a second of one node. */
#define PKDI_DEFAULT_LOG_RATE 200

/* A file that the program itself has read: nothing that it writes may take its place. */
struct pkdi_own_file {
	const char *reader; /* "--config", "--serve-token-file", "a secret parameter" */
	dev_t device;
	ino_t inode;
};

struct pkdi_options {
	bool single_process;
	bool quiet;
	bool no_console; /* it answers nobody */
	bool has_group;  /* it also answers the members of a group */
	gid_t group;
	bool serves; /* --serve … */
	struct pkdi_address serve_address;
	const char *serve_view_token_file, *serve_origins; /* likewise */
	const char *serve_token_file; /* NULL: none; a word of the command line, as it was given */
	bool no_sandbox;              /* the nodes' declarations are not enforced */
	enum pkdi_freeze freeze;
	bool freeze_given; /* its coverage is reported if it was given */
	const char *trace; /* the file, NULL = none */
	int64_t grace_ns;  /* at a stop, after SIGKILL */
	struct pkdi_levels levels;
	bool log_json;
	pkdi_log_format *log_format; /* NULL: text; for pkd_main to choose */
	int64_t log_rate;            /* 0: any number */
	int64_t why_bytes;           /* for what has become of frames */
	const char *state;           /* the directory that the run is kept in, NULL = none … */
	bool resume;                 /* … and the one there is gone on with */
	char *account;               /* where the account is written at the end, NULL = nowhere */
	bool needs;                  /* what it takes is to be shown: exit then */
	int lifeline; /* a pipe that is read until its other end is closed; 0 = none */
	bool leave;   /* --help or --version has been answered: exit with 0 */
	struct pkdi_own_file *own_files;
	uint32_t n_own_files;
	bool *is_set; /* by parameter: its own value was given, and bind does not count */
};

/* Parses the command line, sets the pipeline's parameters, calls bind, then sets the nodes'
 * parameters. -EINVAL after one line on stderr: exit with 2. Strings are copied, because process
 * titles overwrite argv. */
int pkdi_options_parse(const struct pkd_program *program, int argc, char **argv,
                       struct pkdi_options *ret_options);
void pkdi_options_finish(struct pkdi_options *options);

#endif
