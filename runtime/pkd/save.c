/* pkd save: the values of parameters, as a file that the program's --config reads. */
#include <stdio.h>
#include <string.h>

#include "pkd/command.h"
#include "pkd/file.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/values.h"
#include "pkd/words.h"

/* What a node is given by its call is computed again from the file's other values: written down, it
 * would stay as it is when those change. */
static bool is_own(const struct value *value)
{
	return value->is_set || !strchr(value->name, '.');
}

/* False: a value cannot be said in such a file; `refused` is its name. */
static bool write_values(FILE *file, const struct values *values, const struct talk *talk,
                         const char **refused)
{
	char line[TALK_LINE + 1024];

	fprintf(file, "# Values of %s, by pkd save.\n", talk->name);
	for (size_t i = 0; i < values->n; i++) {
		const struct value *value = &values->items[i];

		if (!is_own(value))
			continue;
		if (value->is_secret) {
			fprintf(file, "# %s is secret, and left out: %s = @FILE\n", value->name,
			        value->name);
			continue;
		}
		if (value->is_untold ||
		    !words_setting(value->name, value->text, value->is_text, line, sizeof(line))) {
			*refused = value->name;
			return false;
		}
		fprintf(file, "%s\n", line);
	}
	return true;
}

/* Returns the exit status. Whatever fails, what stood there stays as it was. */
static int write_file(struct new_file *file, const struct values *values, const struct talk *talk)
{
	const char *refused = NULL;

	if (!file_open(file))
		return STATUS_FAILED;
	if (write_values(file->file, values, talk, &refused))
		return file_finish(file) ? 0 : STATUS_FAILED;
	file_discard(file);
	return fail("value", "the value of %s cannot stand in a configuration file", refused);
}

static void tell(const struct call *call, const char *path, const struct values *values)
{
	struct say_out say;
	size_t n = 0;

	for (size_t i = 0; i < values->n; i++)
		n += is_own(&values->items[i]) && !values->items[i].is_secret;
	if (!call->option[OPTION_JSON]) {
		printf("%s has the values of %zu parameters\n", path, n);
		return;
	}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	say_string(&say, "file", path);
	pkdi_out_unsigned(&say.out, "params", n);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

int save_command(struct call *call)
{
	struct new_file file;
	struct values values;
	struct talk *talk;
	int r = 0;

	if (!file_check(&file, call->operands[call->n_operands - 1],
	                call->option[OPTION_FORCE] != NULL))
		return STATUS_FAILED;
	talk = find_program(call->n_operands == 2 ? call->operands[0] : NULL);
	if (!talk)
		return STATUS_FAILED;
	if (values_get(&values, talk, NULL, 0))
		r = write_file(&file, &values, talk);
	else
		r = talk_fail(talk);
	if (r == 0)
		tell(call, file.path, &values);
	values_finish(&values);
	talk_close(talk);
	return r;
}
