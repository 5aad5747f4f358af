/* pkd: looks after running programs. From the command line to one call. */
#include <locale.h>
#include <stdio.h>

#include "pkd/command.h"
#include "pkd/remote.h"
#include "pkd/say.h"

int main(int argc, char **argv)
{
	static int (*const commands[])(struct call *) = {
#define COMMAND(name, operands, least, most, what, more, examples) name##_command,
#define OPTION(id, letter, name, argument, commands, what)
#include "pkd/command.def"
#undef COMMAND
#undef OPTION
	};
	struct call call;
	int status;

	setlocale(LC_CTYPE, "");
	status = command_parse(&call, argc, argv);
	if (status < 0) {
		say_json(call.option[OPTION_JSON] != NULL);
		status = call.option[OPTION_HOST] ? remote_run(&call)
		                                  : commands[call.command](&call);
	}
	/* A result that went to a full disk or a closed pipe is no result. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write to the standard output");
		status = STATUS_FAILED;
	}
	return status;
}
