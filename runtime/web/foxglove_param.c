#include <stdlib.h>
#include <string.h>

#include "web/foxglove.h"

/* ---- By name ---- */

static uint32_t n_params(const struct pkd_program *program)
{
	uint32_t n = program->n_params;

	for (uint32_t i = 0; i < program->n_nodes; i++)
		n += program->nodes[i].n_params;
	return n;
}

const struct pkd_param *pkdw_param_find(const struct pkd_program *program, const char *name,
                                        uint32_t *ret_number)
{
	uint32_t before = program->n_params;

	for (uint32_t i = 0; i < program->n_params; i++) {
		*ret_number = i;
		if (!strcmp(program->param_table[i].name, name))
			return &program->param_table[i];
	}
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];
		size_t n = strlen(node->name);

		for (uint32_t k = 0; k < node->n_params; k++) {
			*ret_number = before + k;
			if (!strncmp(node->name, name, n) && name[n] == '.' &&
			    !strcmp(node->param_table[k].name, name + n + 1))
				return &node->param_table[k];
		}
		before += node->n_params;
	}
	return NULL;
}

/* ---- Watching ---- */

static bool make_watch(struct pkdw_foxglove *client)
{
	size_t n = n_params(client->web->host->program) + 1;

	if (!client->told)
		client->told = calloc(n, sizeof(*client->told));
	if (!client->watched)
		client->watched = calloc(n, sizeof(*client->watched));
	return client->told && client->watched;
}

/* What is watched anew is told at once. */
static void watch(struct pkdw_foxglove *client, uint32_t number, bool watches)
{
	if (watches && !client->watched[number]) {
		free(client->told[number]);
		client->told[number] = NULL;
	}
	client->watched[number] = watches;
}

void pkdw_ask_watch(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t names,
                    bool watches)
{
	const struct pkd_program *program = client->web->host->program;
	uint32_t at = names + 1, number;
	char name[256];

	if (!make_watch(client)) {
		pkdw_note_status(client, 2, "there is not enough memory");
		return;
	}
	if (names == PKDI_JSON_NONE)
		for (uint32_t i = 0; i < n_params(program); i++)
			watch(client, i, watches);
	else
		for (uint32_t i = 0; i < json->values[names].n; i++, at = json->values[at].next)
			if (pkdi_json_string(json, at, name, sizeof(name)) &&
			    pkdw_param_find(program, name, &number))
				watch(client, number, watches);
	client->watches_params = false;
	for (uint32_t i = 0; i < n_params(program); i++)
		client->watches_params |= client->watched[i];
}

void pkdw_ask_forget(struct pkdw_foxglove *client)
{
	for (uint32_t i = 0; client->told && i < n_params(client->web->host->program); i++)
		free(client->told[i]);
	free(client->told);
	free(client->watched);
	client->told = NULL;
	client->watched = NULL;
}

bool pkdw_param_is_news(struct pkdw_foxglove *client, uint32_t number, const char *text, size_t n)
{
	char **told = &client->told[number];

	if (!client->watched[number] || (*told && strlen(*told) == n && !memcmp(*told, text, n)))
		return false;
	free(*told);
	*told = strndup(text, n);
	return true;
}

static bool is_number(const char *text, size_t n)
{
	struct pkdi_json_value value;
	struct pkdi_json json = {.values = &value, .max_values = 1};

	return n && pkdi_json_read(&json, text, n) && value.kind == PKDI_JSON_NUMBER;
}

static bool is_fraction(const struct pkd_param *param)
{
	return param->kind == PKD_F32 || param->kind == PKD_F64;
}

/* As the console tells it, a text: as a number or a truth where it is one. */
static void put_scalar(const struct pkd_param *param, const char *name, const char *text, size_t n,
                       struct pkdi_out *out)
{
	if (param->kind == PKD_BOOL && (n == 4 || n == 5))
		pkdi_out_bool(out, name, n == 4);
	else if (param->kind >= PKD_I8 && param->kind <= PKD_F64 && is_number(text, n))
		pkdi_out_raw(out, name, text, n);
	else
		pkdi_out_text_of(out, name, text, n);
}

static void put_items(const struct pkd_param *param, const char *text, struct pkdi_out *out)
{
	pkdi_out_open(out, "value", '[');
	while (*text) {
		size_t n;

		text += strspn(text, "[ ,]");
		n = strcspn(text, ",]");
		if (n)
			put_scalar(param, NULL, text, n, out);
		text += n;
	}
	pkdi_out_close(out, ']');
}

void pkdw_param_put(const struct pkd_param *param, const char *name, const char *text,
                    struct pkdi_out *out)
{
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", name);
	if (param->n)
		put_items(param, text, out);
	else
		put_scalar(param, "value", text, strlen(text), out);
	if (is_fraction(param) && (param->n || is_number(text, strlen(text))))
		pkdi_out_text(out, "type", param->n ? "float64_array" : "float64");
	pkdi_out_close(out, '}');
}
