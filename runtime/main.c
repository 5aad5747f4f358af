#include <fcntl.h>
#include <pkd/program.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/log_line.h"
#include "options/options.h"
#include "os/public.h"
#include "os/write.h"
#include "process/sandbox.h"
#include "run/given.h"
#include "run/needs.h"
#include "run/run.h"
#include "supervisor/report.h"
#include "supervisor/spawn.h"
#include "supervisor/supervise.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* The reader of our messages may go away, and a file may reach its limit: both are errors of a
 * write, not the end of the program. A closed descriptor 0, 1 or 2 must not be reused by us, or
 * messages would go to a channel; but what is written to a closed standard output must not be lost
 * without a word, so there it is one that cannot be written to. */
static void make_safe(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* If SIGCHLD is ignored, the kernel reaps the children and their status is lost. */
	signal(SIGCHLD, SIG_DFL);
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) != fd)
			return; /* without /dev/null there is nothing better to do */
}

/* What --help, --version and --needs have printed is all that there was to do. */
static int leave(const struct pkd_program *program)
{
	int r = pkdi_write_flush();

	if (r == 0)
		return 0;
	fprintf(stderr, "%s: cannot write to standard output: %s\n", program->name, strerror(-r));
	return STATUS_FAILED;
}

PKD_PUBLIC int pkd_main(const struct pkd_program *program, int argc, char **argv)
{
	struct pkdi_options options;
	struct pkdi_title title;
	struct pkdi_needs needs;
	struct pkdi_run run;
	struct pkdi_supervisor supervisor;
	int status = STATUS_FAILED;

	make_safe();
	if (program->abi != PKD_ABI) {
		fprintf(stderr,
		        "%s: generated for another version of libpkd: run pkdc build again\n",
		        program->name);
		return STATUS_FAILED;
	}
	if (pkdi_options_parse(program, argc, argv, &options) < 0)
		return STATUS_USAGE;
	if (options.leave) {
		pkdi_options_finish(&options);
		return leave(program);
	}
	if (options.needs) {
		needs = pkdi_needs_of(program, options.single_process);
		pkdi_needs_print(&needs);
		pkdi_options_finish(&options);
		return leave(program);
	}
	if (options.log_json)
		options.log_format = pkdi_log_json;
	if (pkdi_given_keep(program, &options, argc, argv) < 0) {
		pkdi_options_finish(&options);
		return STATUS_FAILED;
	}
	/* Each child would write what libraries have buffered once more. Flushed now, while a
	 * signal still ends the program if nobody reads. */
	fflush(NULL);
	pkdi_title_init(&title, argc, argv);
	if (pkdi_run_init(&run, program, &options) < 0) {
		pkdi_options_finish(&options);
		return STATUS_FAILED;
	}
	if (pkdi_supervisor_init(&supervisor, &run, &title, &options) < 0)
		goto finish_run;
	pkdi_sandbox_report(&run, options.quiet);
	supervisor.cycle.grace_ns = options.grace_ns;
	if (options.freeze_given && !options.quiet)
		pkdi_report_freeze(&run);
	status = pkdi_supervisor_run(&supervisor);
	pkdi_supervisor_finish(&supervisor);

finish_run:
	pkdi_run_finish(&run);
	pkdi_options_finish(&options);
	return status;
}
