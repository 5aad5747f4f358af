/* pkd get: the values of parameters. */
#include <stdio.h>
#include <string.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/table.h"
#include "pkd/values.h"
#include "pkd/words.h"

static void add_value(struct table *table, const struct value *value)
{
	char line[TALK_LINE + 1024];

	if (value->is_secret)
		snprintf(line, sizeof(line), "# %s is secret", value->name);
	else if (value->is_untold)
		snprintf(line, sizeof(line), "# %s is too long, or not UTF-8", value->name);
	else if (!words_setting(value->name, value->text, value->is_text, line, sizeof(line)))
		snprintf(line, sizeof(line), "# %s = %s", value->name, value->text);
	table_add(table, line);
	table_add_format(table, "%s%s%s%s", value->is_live || value->is_set ? "# " : "",
	                 value->is_live ? "live" : "", value->is_live && value->is_set ? ", " : "",
	                 value->is_set ? "set" : "");
}

static void write_values(const struct values *values)
{
	struct say_out say;

	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_open(&say.out, "params", '[');
	for (size_t i = 0; i < values->n; i++) {
		const struct value *value = &values->items[i];

		say_room(&say, (size_t)8 * TALK_LINE);
		pkdi_out_open(&say.out, NULL, '{');
		pkdi_out_text(&say.out, "name", value->name);
		if (value->is_secret)
			pkdi_out_bool(&say.out, "secret", true);
		else
			pkdi_out_text(&say.out, "value", value->text);
		pkdi_out_bool(&say.out, "live", value->is_live);
		pkdi_out_bool(&say.out, "set", value->is_set);
		pkdi_out_close(&say.out, '}');
	}
	pkdi_out_close(&say.out, ']');
	pkdi_out_unsigned(&say.out, "version", values->version);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

/* Of those that are asked for by --value, one that is not told; NULL: none. */
static const char *find_secret(const struct call *call, const struct values *values)
{
	for (size_t i = 0; i < values->n; i++)
		if (call->option[OPTION_VALUE] && values->items[i].is_secret)
			return values->items[i].name;
	return NULL;
}

/* Returns the exit status. */
static int print_values(const struct call *call, const struct values *values)
{
	const char *secret = find_secret(call, values);
	struct table table;

	if (call->option[OPTION_JSON]) {
		write_values(values);
		return 0;
	}
	if (secret)
		return fail("secret", "'%s' is secret: nothing shows its value", secret);
	table_begin(&table, "ll");
	for (size_t i = 0; i < values->n; i++) {
		const char *text = values->items[i].text;

		if (!call->option[OPTION_VALUE]) {
			add_value(&table, &values->items[i]);
			continue;
		}
		say_output(text, strlen(text));
		putchar('\n');
	}
	table_end(&table, 0);
	return 0;
}

int get_command(struct call *call)
{
	bool is_program;
	struct talk *talk = find_program_or(command_operand(call), &is_program);
	struct values values;
	int status = 0;

	if (!talk)
		return STATUS_FAILED;
	if (values_get(&values, talk, call->operands + is_program,
	               (size_t)(call->n_operands - is_program)))
		status = print_values(call, &values);
	else
		status = talk_fail(talk);
	values_finish(&values);
	talk_close(talk);
	return status;
}
