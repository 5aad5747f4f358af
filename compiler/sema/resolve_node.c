/* A declaration of a node or a pipeline becomes an interface. */
#include "sema/c_name.h"
#include "sema/resolve.h"
#include <string.h>

/* A name that becomes a member of a struct. */
static void claim_part(struct sema *sema, const struct interface *face, struct ast_name name)
{
	resolve_part_name(sema, name);
	size_t length = strlen(name.text);
	const char *longer = arena_printf(sema->arena, "%s_", name.text);
	const char *shorter = arena_strndup(sema->arena, name.text, length - 1);
	if (map_get(&face->names, longer))
		resolve_meets(sema, name, longer);
	else if (name.text[length - 1] == '_' && map_get(&face->names, shorter))
		resolve_meets(sema, name, shorter);
}

static void resolve_generics(struct sema *sema, const struct ast_decl *decl, struct interface *face)
{
	for (size_t i = 0; i < decl->generics.n; i++) {
		const struct ast_generic *written = &decl->generics.items[i];
		struct generic generic = {.name = written->name.text,
		                          .span = written->name.span,
		                          .kind = GENERIC_UNKNOWN};
		claim_part(sema, face, written->name);
		if (resolve_generic(face, generic.name))
			diag_report(sema->diags, E0202, generic.span, "'%s' is declared twice",
			            generic.name);
		vec_push(sema->arena, &face->generics, generic);
		map_put(sema->arena, &face->names, generic.name, face);
	}
}

static void claim_name(struct sema *sema, struct interface *face, struct ast_name name)
{
	claim_part(sema, face, name);
	if (!map_put(sema->arena, &face->names, name.text, face))
		return;
	diag_report(sema->diags, E0202, name.span, "'%s' is declared twice in '%s'", name.text,
	            face->name);
	diag_help(sema->diags, "ports, parameters and <…> of a node have names of their own");
}

/* `exact` and `lossy` are for what comes in, `private` and `public` for what goes out. NULL: none
 * of them stands there. */
static const char *port_word(const struct ast_port *port)
{
	if (port->privacy.word != PRIVACY_UNSAID)
		return privacy_word(port->privacy.word);
	return port->exact ? "exact" : port->lossy ? "lossy" : NULL;
}

static void check_port_words(struct sema *sema, const struct ast_port *written, bool output)
{
	bool parameter = written->param || written->initial || written->low;
	bool marked = written->privacy.word != PRIVACY_UNSAID;
	struct span at = marked ? written->privacy.at : written->word_at;
	const char *word = port_word(written);

	if (!word || (!parameter && output == marked))
		return;
	diag_report(sema->diags, E0410, at, "'%s' stands before %s, and this is %s", word,
	            marked ? "an output" : "an input",
	            parameter ? "a parameter"
	            : output  ? "an output"
	                      : "an input");
	if (parameter && marked)
		diag_help(sema->diags, "a text that nothing shows is a 'param secret %s: string'",
		          written->name.text);
	else if (!output && marked)
		diag_help(sema->diags, "leave it out: a stream is marked where it is bound");
	else
		diag_help(sema->diags, "leave it out");
}

/* A port of a node, or a parameter that stands among the ports. */
static void resolve_port(struct sema *sema, struct file_scope *file, struct interface *face,
                         const struct ast_port *written, bool output)
{
	claim_name(sema, face, written->name);
	check_port_words(sema, written, output);
	if (written->param || written->initial || written->low) {
		if (output)
			diag_report(sema->diags, E0302, written->span, "an output has no default");
		else
			vec_push(sema->arena, &face->params, resolve_param(sema, file, written));
		return;
	}
	struct type_place place = {.file = file, .face = face};
	struct port port = {.name = written->name.text,
	                    .doc = written->doc ? written->doc : "",
	                    .span = written->name.span,
	                    .type = resolve_type(sema, place, written->type),
	                    .optional = written->optional,
	                    .exact = written->exact,
	                    .lossy = written->lossy,
	                    .mark = written->privacy};
	if (output && port.type->kind == TYPE_ANY) {
		diag_report(sema->diags, E0301, written->type->span, "an output needs a type");
		port.type = type_error();
	}
	bool bank = !output && port.type->kind == TYPE_ARRAY;
	resolve_layout(sema, bank ? port.type->item : port.type, written->type->span);
	if (output)
		vec_push(sema->arena, &face->outputs, port);
	else
		vec_push(sema->arena, &face->inputs, port);
}

static struct value item_constant(struct sema *sema, struct file_scope *file,
                                  const struct ast_item *item, enum value_kind kind)
{
	struct value value = const_eval(sema, file, item->expr);
	if (value.kind != VALUE_NONE && value.kind != kind) {
		diag_report(sema->diags, E0302, item->expr->span, "%s is needed here, this is %s",
		            value_kind_text(kind), value_kind_text(value.kind));
		diag_help(sema->diags, kind == VALUE_TIME ? "write a time, such as 120ms"
		                                          : "write a rate, such as 30fps");
		value = (struct value){0};
	}
	return value;
}

#define MAKES_MAX 1000000

static uint32_t resolve_makes(struct sema *sema, struct file_scope *file,
                              const struct ast_item *item)
{
	struct value value = const_eval(sema, file, item->expr);

	if (value.kind == VALUE_INT && value.i >= 1 && value.i <= MAKES_MAX)
		return (uint32_t)value.i;
	if (value.kind != VALUE_NONE)
		diag_report(
			sema->diags, E0302, item->expr->span,
			"how many values a node makes of one input must be a whole number between 1 "
			"and %d",
			MAKES_MAX);
	return 0;
}

static bool is_in(const struct state_field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

static bool has_field(const struct interface *face, const char *name)
{
	return is_in(face->state.items, face->state.n, name) ||
	       is_in(face->persistent.items, face->persistent.n, name) ||
	       is_in(face->memories.items, face->memories.n, name);
}

static void meets_field(struct sema *sema, struct ast_name name, const struct state_field *fields,
                        size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (resolve_meets(sema, name, fields[i].name))
			return;
}

static void resolve_state(struct sema *sema, struct file_scope *file, struct interface *face,
                          const struct ast_item *item)
{
	bool is_memory = item->kind == ITEM_MEMORY;
	struct type_place place = {.file = file, .face = is_memory ? face : NULL};
	struct state_field field = {.name = item->port.name.text,
	                            .doc = item->port.doc ? item->port.doc : "",
	                            .span = item->port.name.span,
	                            .type = resolve_type(sema, place, item->port.type)};
	resolve_part_name(sema, item->port.name);
	if (field.type->kind == TYPE_ANY) {
		diag_report(sema->diags, E0301, item->port.type->span, "'any' is for ports only");
		field.type = type_error();
	}
	if (type_is_concrete(field.type))
		resolve_layout(sema, field.type, item->port.type->span);
	meets_field(sema, item->port.name, face->state.items, face->state.n);
	meets_field(sema, item->port.name, face->persistent.items, face->persistent.n);
	if (has_field(face, field.name))
		diag_report(sema->diags, E0202, field.span, "'%s' is declared twice", field.name);
	if (is_memory)
		vec_push(sema->arena, &face->memories, field);
	else if (item->kind == ITEM_PERSISTENT)
		vec_push(sema->arena, &face->persistent, field);
	else
		vec_push(sema->arena, &face->state, field);
}

/* What cannot stand in an #include, a rule or a message as it is. */
static bool check_source(struct sema *sema, const struct ast_expr *expr)
{
	const char *fault = import_name_fault(expr->text);
	if (!fault)
		return true;
	diag_report(sema->diags, E0209, expr->span, "this file name %s", fault);
	diag_help(sema->diags, "call the file by another name");
	return false;
}

static bool is_plain_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._+-";
	return name[0] && name[0] != '-' && name[strspn(name, plain)] == '\0';
}

/* A name that pkg-config looks up, -lNAME or -LDIRECTORY; no other option, no version, no path of a
 * file with options in it. */
static bool check_link(struct sema *sema, const struct ast_expr *expr)
{
	const char *name = expr->text;
	size_t n = strlen(name);
	bool file = n >= 3 && strcmp(name + n - 3, ".pc") == 0;
	if (strncmp(name, "-L", 2) == 0 && name[2] != '-' && !import_name_fault(name + 2))
		return true;
	if (is_plain_name(strncmp(name, "-l", 2) == 0 ? name + 2 : name) && !file)
		return true;
	diag_report(sema->diags, E0209, expr->span, "this is not the name of a library");
	diag_help(sema->diags,
	          file ? "write it without '.pc'"
	               : "write the name that pkg-config has for it, such as \"sdl2\": letters, "
	                 "digits and . _ + -; or \"-lNAME\", and \"-LDIRECTORY\" for where it "
	                 "lies");
	return false;
}

static bool check_include(struct sema *sema, const struct ast_expr *expr)
{
	const char *fault = expr->text[0] == '-' ? "begins with '-'"
	                                         : import_name_fault(expr->text);
	if (!fault)
		return true;
	diag_report(sema->diags, E0209, expr->span, "this name of a directory %s", fault);
	diag_help(sema->diags, "write a directory relative to this file, such as \"include\"");
	return false;
}

/* NAME or NAME=VALUE, one line. */
static bool check_define(struct sema *sema, const struct ast_expr *expr)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	const char *end = expr->text;
	bool plain = true;
	while (*end && (strchr(letters, *end) || (end > expr->text && *end >= '0' && *end <= '9')))
		end++;
	for (const char *c = expr->text; *c; c++)
		plain = plain && (unsigned char)*c >= ' ' && *c != 127;
	if (end > expr->text && (*end == '\0' || *end == '=') && plain)
		return true;
	diag_report(sema->diags, E0209, expr->span, "this is not the definition of a macro");
	diag_help(sema->diags, "write \"NAME\" or \"NAME=VALUE\"");
	return false;
}

static void resolve_block(struct sema *sema, const struct ast_item *item, const char *what,
                          struct c_block *block)
{
	if (block->text)
		diag_report(sema->diags, E0202, item->span, "a node has one %s", what);
	*block = (struct c_block){item->expr->text, item->expr->span};
}

static void resolve_text(struct sema *sema, const struct ast_expr *expr,
                         bool (*check)(struct sema *, const struct ast_expr *), struct texts *texts)
{
	if (check(sema, expr))
		vec_push(sema->arena, texts, expr->text);
}

static void resolve_origin(struct sema *sema, struct interface *face, const struct ast_item *item)
{
	face->origin = item->kind == ITEM_ORIGIN_LIVE ? ORIGIN_LIVE : ORIGIN_PACED;
	if (face->inputs.n == 0)
		return;
	diag_report(sema->diags, E0206, item->span, "a node with inputs cannot be an origin");
	diag_help(sema->diags, "an origin makes frames of its own: give it no inputs");
}

static void resolve_item(struct sema *sema, struct file_scope *file, struct interface *face,
                         const struct ast_item *item)
{
	switch (item->kind) {
	case ITEM_PARAM:
		claim_name(sema, face, item->port.name);
		vec_push(sema->arena, &face->params, resolve_param(sema, file, &item->port));
		break;
	case ITEM_BUDGET:
		face->budget_ns = item_constant(sema, file, item, VALUE_TIME).i;
		break;
	case ITEM_RATE:
		face->rate = item_constant(sema, file, item, VALUE_RATE).f;
		break;
	case ITEM_SOURCE:
		resolve_text(sema, item->expr, check_source, &face->sources);
		break;
	case ITEM_LINK:
		resolve_text(sema, item->expr, check_link, &face->links);
		break;
	case ITEM_INCLUDE:
		resolve_text(sema, item->expr, check_include, &face->includes);
		break;
	case ITEM_DEFINE:
		resolve_text(sema, item->expr, check_define, &face->defines);
		break;
	case ITEM_STATELESS:
		face->stateless = true;
		break;
	case ITEM_FIRES_ANY:
		face->fires_any = true;
		break;
	case ITEM_FLUSHES:
		face->flushes = true;
		face->flushes_at = item->span;
		break;
	case ITEM_WAKES:
		face->wakes = true;
		face->wakes_at = item->span;
		break;
	case ITEM_MAKES:
		face->makes = resolve_makes(sema, file, item);
		break;
	case ITEM_STATE:
	case ITEM_PERSISTENT:
	case ITEM_MEMORY:
		resolve_state(sema, file, face, item);
		break;
	case ITEM_STEP:
		resolve_block(sema, item, "step", &face->step);
		break;
	case ITEM_INIT:
		resolve_block(sema, item, "init", &face->init);
		break;
	case ITEM_FINISH:
		resolve_block(sema, item, "finish", &face->finish);
		break;
	case ITEM_CHANGED:
		resolve_block(sema, item, "changed", &face->changed);
		break;
	case ITEM_MEMBERS:
		resolve_block(sema, item, "state in C", &face->members);
		break;
	case ITEM_RIGHT:
	case ITEM_SETTLED:
	case ITEM_TOUCHES_NOTHING:
		break; /* resolve_rights */
	case ITEM_COMMAND:
		claim_name(sema, face, item->name);
		resolve_command(sema, file, face, item);
		break;
	case ITEM_ORIGIN_PACED:
	case ITEM_ORIGIN_LIVE:
		resolve_origin(sema, face, item);
		break;
	}
}

/* State and C that go with a step in the .pkd file, where there is none. */
static void check_no_step(struct sema *sema, const struct interface *face)
{
	const struct c_block *block = face->init.text      ? &face->init
	                              : face->changed.text ? &face->changed
	                                                   : &face->finish;

	if (face->state.n > 0 || face->members.text) {
		diag_report(sema->diags, E0206,
		            face->state.n > 0 ? face->state.items[0].span : face->members.at,
		            "'state' is for a node with a step of its own");
		diag_help(sema->diags, "a node in C keeps its state in struct %s", face->c_name);
	}
	if (block->text) {
		const char *word = block == &face->init      ? "init"
		                   : block == &face->changed ? "changed"
		                                             : "finish";
		diag_report(sema->diags, E0206, block->at,
		            "'%s' is for a node with a step of its own", word);
		diag_help(sema->diags,
		          "write 'step {= … =}' beside it, or %s_%s in the node's source",
		          face->c_name, word);
	}
}

/* What is called when live parameters change, where there are none. */
static void check_changed(struct sema *sema, const struct interface *face)
{
	if (!face->changed.text || interface_is_live(face))
		return;
	diag_report(sema->diags, E0206, face->changed.at,
	            "'changed' is for a node with a live parameter");
	diag_help(sema->diags, "write 'live param', or leave 'changed' out");
}

/* Values beyond one for each frame need numbers of their own. */
static void check_many(struct sema *sema, const struct interface *face)
{
	if (face->makes && !face->fires_any) {
		diag_report(
			sema->diags, E0206, face->span,
			"'makes' is for a node that 'fires any': each of its firings makes one value");
		diag_note(
			sema->diags, face->span,
			"the values of '%s' have the numbers of the frames that they are made of, and a "
			"frame has one value in a stream",
			face->name);
		diag_help(sema->diags,
		          "write 'fires any' in the declaration of '%s', or leave 'makes' out",
		          face->name);
	}
	if (face->wakes && face->inputs.n == 0) {
		diag_report(
			sema->diags, E0206, face->wakes_at,
			"'wakes' is for a node with inputs: an origin is called by itself anyway");
		diag_help(sema->diags,
		          "its step returns pkd_later(ctx, due), or PKD_LATER while it watches a "
		          "descriptor");
	} else if (face->wakes && !face->fires_any) {
		diag_report(sema->diags, E0206, face->wakes_at,
		            "what '%s' makes without an input has no frame to belong to",
		            face->name);
		diag_help(
			sema->diags,
			"write 'fires any' in the declaration of '%s': then it numbers what it makes "
			"itself",
			face->name);
	}
	if (face->flushes && face->inputs.n == 0) {
		diag_report(
			sema->diags, E0206, face->flushes_at,
			"'flushes' is for a node with inputs: it is called once more when they end");
		diag_help(sema->diags, "an origin makes its last frames before it returns PKD_END");
	} else if (face->flushes && face->outputs.n && !face->fires_any) {
		diag_report(sema->diags, E0206, face->flushes_at,
		            "what '%s' makes at the end of its inputs has no frame to belong to",
		            face->name);
		diag_note(sema->diags, face->span,
		          "its values have the numbers of the frames that they are made of");
		diag_help(
			sema->diags,
			"write 'fires any' in the declaration of '%s': then it numbers what it makes "
			"itself",
			face->name);
	}
}

/* What only makes sense together. */
static void check_items(struct sema *sema, const struct interface *face)
{
	if (!face->step.text)
		check_no_step(sema, face);
	check_changed(sema, face);
	if (face->stateless && interface_keeps(face))
		diag_report(sema->diags, E0206, face->span,
		            "'%s' is declared stateless, and has state", face->name);
	if (face->fires_any && (face->inputs.n == 0 || face->origin != ORIGIN_NONE))
		diag_report(sema->diags, E0206, face->span,
		            "'fires any' is for a node with inputs, which cannot be an origin");
	check_many(sema, face);
	resolve_check_commands(sema, face);
}

/* A generic of a node must stand in a port: nothing else could use it. In a pipeline it is a number
 * for the statements. */
static void check_generics(struct sema *sema, struct interface *face, bool pipeline)
{
	for (size_t i = 0; i < face->generics.n; i++) {
		struct generic *generic = &face->generics.items[i];
		if (generic->kind != GENERIC_UNKNOWN)
			continue;
		if (!pipeline)
			diag_report(sema->diags, E0308, generic->span, "no port of '%s' has '%s'",
			            face->name, generic->name);
		generic->kind = GENERIC_SIZE;
		generic->given_only = true;
	}
}

/* What a default may be follows from the kind of its variable, and that from the ports. */
static void resolve_defaults(struct sema *sema, struct file_scope *file,
                             const struct ast_decl *decl, struct interface *face)
{
	for (size_t i = 0; i < face->generics.n && i < decl->generics.n; i++) {
		struct generic *generic = &face->generics.items[i];
		const struct ast_expr *written = decl->generics.items[i].initial;
		if (!written)
			continue;
		if (generic->kind == GENERIC_SIZE)
			generic->has_initial = const_size(sema, file, written, UINT32_MAX,
			                                  &generic->initial);
		else if (generic->kind == GENERIC_FORMAT)
			generic->has_initial = resolve_format_name(sema, generic, written,
			                                           &generic->initial);
		else
			diag_report(sema->diags, E0308, written->span,
			            "'%s' is a type, which is inferred: it has no default",
			            generic->name);
	}
}

/* Arrays are for pipelines, which give each node an element. */
static void check_params(struct sema *sema, struct interface *face)
{
	for (size_t i = 0; i < face->params.n; i++) {
		struct param *param = &face->params.items[i];
		if (param->type->kind != TYPE_ARRAY)
			continue;
		diag_report(sema->diags, E0302, param->span,
		            "a parameter of a node cannot be an array: '%s' is %s", param->name,
		            param->type->name);
		diag_note(sema->diags, param->span,
		          "a pipeline's can be, and gives one element to each node");
		param->type = type_error();
	}
}

/* The ports of a pipeline are streams, which nodes are called after. */
static void check_stream_names(struct sema *sema, const struct interface *face)
{
	for (size_t i = 0; i < face->inputs.n + face->outputs.n; i++) {
		const struct port *port = i < face->inputs.n
		                                  ? &face->inputs.items[i]
		                                  : &face->outputs.items[i - face->inputs.n];
		if (c_name_is_taken(port->name))
			resolve_report_name(sema, (struct ast_name){port->name, port->span});
	}
}

static bool is_path(const struct ast_decl *decl, const char *name)
{
	for (size_t i = 0; i < decl->items.n; i++) {
		const struct ast_item *item = &decl->items.items[i];
		if (item->kind == ITEM_RIGHT && item->expr && item->expr->kind == EXPR_NAME &&
		    strcmp(item->expr->name.text, name) == 0)
			return true;
	}
	return false;
}

/* Of a secret or a path, that it cannot be live has been said. */
static void check_live_strings(struct sema *sema, const struct ast_decl *decl,
                               const struct interface *face)
{
	for (size_t i = 0; i < face->params.n; i++) {
		const struct param *param = &face->params.items[i];
		if (!param->live || param->type->kind != TYPE_STRING || param->bounded ||
		    param->secret || is_path(decl, param->name))
			continue;
		diag_report(sema->diags, E0302, param->span,
		            "a live string needs a capacity: its memory is laid out before the "
		            "program starts");
		diag_help(sema->diags, "write '%s: string<64>' for up to 64 bytes", param->name);
	}
}

/* The ports of a pipeline are streams of others, each of which is marked where it is bound. */
static void check_no_words(struct sema *sema, const struct ast_ports *ports, bool output)
{
	for (size_t i = 0; i < ports->n; i++) {
		const struct ast_port *port = &ports->items[i];
		bool marked = output && port->privacy.word != PRIVACY_UNSAID;
		const char *word = port_word(port);
		if (!word || (!marked && (output || port->privacy.word != PRIVACY_UNSAID)))
			continue;
		diag_report(sema->diags, E0410, marked ? port->privacy.at : port->word_at,
		            "'%s' stands before a port of a node, and this is one of a pipeline",
		            word);
		diag_help(sema->diags,
		          marked ? "leave it out, and write '%s' where the stream is bound"
		                 : "leave it out: the nodes in the pipeline say '%s'",
		          word);
	}
}

struct interface *resolve_node(struct sema *sema, struct symbol *symbol)
{
	if (symbol->state != UNRESOLVED)
		return symbol->face;
	symbol->state = RESOLVED;
	const struct ast_decl *decl = symbol->decl;
	struct file_scope *file = symbol->file;
	struct interface *face = arena_new(sema->arena, struct interface);
	face->name = decl->name.text;
	face->kind = resolve_kind(sema, file, decl->name.text);
	face->c_name = resolve_c_name(sema, file, decl->name.text);
	face->doc = decl->doc;
	face->span = decl->name.span;
	face->unit = file->unit;
	if (symbol->kind == SYMBOL_NODE)
		resolve_symbol_name(sema, file, decl->name);
	else
		resolve_name(sema, decl->name);
	resolve_generics(sema, decl, face);
	for (size_t i = 0; i < decl->inputs.n; i++)
		resolve_port(sema, file, face, &decl->inputs.items[i], false);
	for (size_t i = 0; i < decl->outputs.n; i++)
		resolve_port(sema, file, face, &decl->outputs.items[i], true);
	if (symbol->kind != SYMBOL_NODE) {
		check_stream_names(sema, face);
		check_no_words(sema, &decl->inputs, false);
		check_no_words(sema, &decl->outputs, true);
	}
	for (size_t i = 0; i < decl->items.n; i++)
		resolve_item(sema, file, face, &decl->items.items[i]);
	resolve_rights(sema, decl, face);
	if (symbol->kind == SYMBOL_NODE) {
		check_params(sema, face);
		check_live_strings(sema, decl, face);
	}
	check_generics(sema, face, symbol->kind == SYMBOL_PIPELINE);
	resolve_defaults(sema, file, decl, face);
	check_items(sema, face);
	if (face->inputs.n == 0 && face->origin == ORIGIN_NONE && symbol->kind == SYMBOL_NODE)
		face->origin = ORIGIN_PACED;
	if (symbol->kind == SYMBOL_NODE)
		vec_push(sema->arena, &file->unit->nodes, face);
	symbol->face = face;
	return face;
}
