/* From types as written to types: sizes, generics, records, enums. */
#include "base/text.h"
#include "sema/c_name.h"
#include "sema/resolve.h"
#include <string.h>

/* ---- Sizes and generics ---- */

struct generic *resolve_generic(struct interface *face, const char *name)
{
	for (size_t i = 0; face && i < face->generics.n; i++)
		if (strcmp(face->generics.items[i].name, name) == 0)
			return &face->generics.items[i];
	return NULL;
}

/* "gray8, bgr24, …" */
static const char *format_list(struct arena *arena)
{
	const char *list = format_names[0];

	for (size_t i = 1; format_names[i]; i++)
		list = arena_printf(arena, "%s, %s", list, format_names[i]);
	return list;
}

/* A generic's kind follows from the first place where it stands; later ones must agree. */
static bool use_generic(struct sema *sema, struct generic *generic, enum generic_kind kind,
                        struct span span)
{
	static const char *const texts[] = {"a size", "a pixel format", "a type"};
	if (generic->kind == GENERIC_UNKNOWN)
		generic->kind = kind;
	if (generic->kind == kind)
		return true;
	diag_report(sema->diags, E0308, span, "'%s' is %s here and %s elsewhere", generic->name,
	            texts[kind], texts[generic->kind]);
	diag_note(sema->diags, generic->span, "declared here");
	return false;
}

static bool mentions_generic(struct interface *face, const struct ast_expr *expr)
{
	if (!expr)
		return false;
	if (expr->kind == EXPR_NAME && expr->name.text && resolve_generic(face, expr->name.text))
		return true;
	for (size_t i = 0; i < expr->args.n; i++)
		if (mentions_generic(face, expr->args.items[i].value))
			return true;
	return mentions_generic(face, expr->left) || mentions_generic(face, expr->right) ||
	       mentions_generic(face, expr->third);
}

/* A size that is known at each use; NULL after a report. */
static const struct computed *resolve_computed(struct sema *sema, struct type_place place,
                                               const struct ast_expr *expr)
{
	struct computed *computed = arena_new(sema->arena, struct computed);
	if (!mentions_generic(place.face, expr)) {
		struct value value = const_eval(sema, place.file, expr);
		if (value.kind == VALUE_INT) {
			computed->value = value.i;
			return computed;
		}
		if (value.kind != VALUE_NONE)
			diag_report(sema->diags, E0309, expr->span,
			            "a size must be a whole number, not %s",
			            value_kind_text(value.kind));
		return NULL;
	}
	if (expr->kind == EXPR_NAME) {
		struct generic *generic = resolve_generic(place.face, expr->name.text);
		computed->variable = generic->name;
		return use_generic(sema, generic, GENERIC_SIZE, expr->span) ? computed : NULL;
	}
	if (expr->kind != EXPR_BINARY || operators[expr->op].use != USE_ARITHMETIC) {
		diag_report(sema->diags, E0308, expr->span,
		            "a size of <…> is computed with + - * / and %% alone");
		return NULL;
	}
	computed->op = expr->op;
	computed->left = resolve_computed(sema, place, expr->left);
	computed->right = resolve_computed(sema, place, expr->right);
	return computed->left && computed->right ? computed : NULL;
}

/* "2 * (N + 1)" */
static const char *computed_text(struct arena *arena, const struct computed *computed)
{
	if (!computed->left)
		return computed->variable ? computed->variable
		                          : arena_printf(arena, "%lld", (long long)computed->value);
	enum precedence binds = operators[computed->op].binds;
	const struct computed *left = computed->left, *right = computed->right;
	bool group_left = left->left && operators[left->op].binds < binds;
	bool group_right = right->left && operators[right->op].binds <= binds;
	return arena_printf(arena, "%s%s%s %s %s%s%s", group_left ? "(" : "",
	                    computed_text(arena, left), group_left ? ")" : "",
	                    operators[computed->op].word, group_right ? "(" : "",
	                    computed_text(arena, right), group_right ? ")" : "");
}

static bool resolve_size(struct sema *sema, struct type_place place, const struct ast_type *written,
                         uint64_t max, struct size *ret_size)
{
	*ret_size = (struct size){0};
	struct ast_expr expr = {.kind = EXPR_ERROR, .span = written->span};
	if (written->kind == AST_TYPE_SIZE && mentions_generic(place.face, written->size)) {
		const struct computed *computed = resolve_computed(sema, place, written->size);
		if (!computed)
			return false;
		if (!computed->left) { /* a variable in parentheses */
			ret_size->variable = computed->variable;
			return true;
		}
		ret_size->computed = computed;
		ret_size->variable = computed_text(sema->arena, computed);
		return true;
	}
	if (written->kind == AST_TYPE_SIZE)
		return const_size(sema, place.file, written->size, max, &ret_size->value);
	if (written->kind != AST_TYPE_NAMED || written->args.n > 0 || written->path.n > 2) {
		diag_report(sema->diags, E0308, written->span, "a size stands here, not a type");
		return false;
	}
	struct ast_name last = written->path.items[written->path.n - 1];
	struct generic *generic = resolve_generic(place.face, last.text);
	if (generic && written->path.n == 1) {
		ret_size->variable = generic->name;
		return use_generic(sema, generic, GENERIC_SIZE, written->span);
	}
	expr.kind = written->path.n == 1 ? EXPR_NAME : EXPR_MEMBER;
	expr.name = last;
	struct ast_expr module = {.kind = EXPR_NAME, .name = written->path.items[0]};
	expr.left = &module;
	return const_size(sema, place.file, &expr, max, &ret_size->value);
}

static void report_format(struct sema *sema, struct span at, const char *name)
{
	size_t n = 0;
	while (format_names[n])
		n++;
	diag_report(sema->diags, E0301, at, "unknown pixel format '%s'", name);
	if (text_nearest(name, format_names, n))
		diag_suggest(sema->diags, name, format_names, n);
	else
		diag_help(sema->diags, "the formats are %s", format_list(sema->arena));
}

bool resolve_format_name(struct sema *sema, const struct generic *generic,
                         const struct ast_expr *written, uint64_t *ret_format)
{
	if (written->kind == EXPR_NAME && format_find(written->name.text, ret_format))
		return true;
	if (written->kind == EXPR_NAME)
		report_format(sema, written->span, written->name.text);
	else
		diag_report(sema->diags, E0308, written->span,
		            "'%s' is a pixel format, and this is none", generic->name);
	return false;
}

static bool resolve_format(struct sema *sema, struct type_place place,
                           const struct ast_type *written, struct size *ret_format)
{
	*ret_format = (struct size){0};
	const char *name = written->kind == AST_TYPE_NAMED && written->path.n == 1
	                           ? written->path.items[0].text
	                           : "";
	struct generic *generic = resolve_generic(place.face, name);
	if (generic) {
		ret_format->variable = generic->name;
		return use_generic(sema, generic, GENERIC_FORMAT, written->span);
	}
	if (format_find(name, &ret_format->value))
		return true;
	report_format(sema, written->span, name);
	return false;
}

/* ---- Types ---- */

static bool arguments(struct sema *sema, const struct ast_type *written, size_t n,
                      const char *shape)
{
	if (written->args.n == n)
		return true;
	diag_report(sema->diags, E0312, written->span, "this type is written %s", shape);
	return false;
}

static const struct type *resolve_list(struct sema *sema, struct type_place place,
                                       const struct ast_type *written, bool array)
{
	struct size n;
	if (!array && !arguments(sema, written, 2, "list<TYPE, CAPACITY>"))
		return type_error();
	const struct type *item = resolve_type(sema, place, written->args.items[0]);
	bool ok = resolve_size(sema, place, written->args.items[1], UINT32_MAX, &n);
	if (item->kind == TYPE_ANY) {
		diag_report(sema->diags, E0301, written->args.items[0]->span,
		            "a list or array needs a type");
		return type_error();
	}
	if (!ok || item->kind == TYPE_ERROR)
		return type_error();
	return array ? type_array(sema->arena, item, n) : type_list(sema->arena, item, n);
}

static const struct type *resolve_image(struct sema *sema, struct type_place place,
                                        const struct ast_type *written)
{
	struct size format, width, height;
	if (!arguments(sema, written, 3, "image<FORMAT, WIDTH, HEIGHT>"))
		return type_error();
	bool ok = resolve_format(sema, place, written->args.items[0], &format);
	ok = resolve_size(sema, place, written->args.items[1], 65535, &width) && ok;
	ok = resolve_size(sema, place, written->args.items[2], 65535, &height) && ok;
	return ok ? type_image(sema->arena, format, width, height) : type_error();
}

/* string<N> and bytes<N>; in a parameter `string` alone. */
static const struct type *resolve_text(struct sema *sema, struct type_place place,
                                       const struct ast_type *written, bool text)
{
	struct size n = {0};
	if (text && place.param && written->args.n == 0)
		return type_string(sema->arena, n);
	if (!arguments(sema, written, 1, text ? "string<CAPACITY>" : "bytes<CAPACITY>")) {
		if (text && place.face)
			diag_help(sema->diags, "a parameter has 'param' before its name, or a "
			                       "default; a port a bound, as 'string<32>'");
		else if (text)
			diag_help(sema->diags,
			          "every value has a bound: string<32> holds up to 32 bytes");
		return type_error();
	}
	if (!resolve_size(sema, place, written->args.items[0], UINT32_MAX - 8, &n))
		return type_error();
	return text ? type_string(sema->arena, n) : type_bytes(sema->arena, n);
}

const struct type *resolve_scalar(const char *name)
{
#define TYPE(constant, word, c_type, size, pkd_kind) \
	if (strcmp(name, word) == 0)                 \
		return type_scalar(constant);
#include "sema/type.def"
#undef TYPE
	return NULL;
}

static const struct type *resolve_user_type(struct sema *sema, struct type_place place,
                                            const struct ast_type *written)
{
	if (written->path.n > 2) {
		diag_report(sema->diags, E0301, written->span, "a type is NAME or MODULE.NAME");
		return type_error();
	}
	struct symbol *symbol = scope_lookup(sema, place.file, &written->path, E0301, "type");
	if (!symbol)
		return type_error();
	if (symbol->kind != SYMBOL_RECORD && symbol->kind != SYMBOL_ENUM) {
		diag_report(sema->diags, E0206, written->span, "'%s' is %s, not a type",
		            symbol->name.text, symbol_kind_text(symbol->kind));
		diag_note(sema->diags, symbol->name.span, "declared here");
		return type_error();
	}
	if (!arguments(sema, written, 0, "without <…>"))
		return type_error();
	return resolve_symbol_type(sema, place.file, symbol);
}

const struct type *resolve_type(struct sema *sema, struct type_place place,
                                const struct ast_type *written)
{
	if (written->kind == AST_TYPE_ARRAY)
		return resolve_list(sema, place, written, true);
	if (written->kind == AST_TYPE_ANY)
		return type_any();
	if (written->kind != AST_TYPE_NAMED) {
		if (written->kind == AST_TYPE_SIZE)
			diag_report(sema->diags, E0301, written->span,
			            "a type stands here, not a size");
		return type_error();
	}
	if (written->path.n == 1) {
		const char *name = written->path.items[0].text;
		if (strcmp(name, "list") == 0)
			return resolve_list(sema, place, written, false);
		if (strcmp(name, "image") == 0)
			return resolve_image(sema, place, written);
		if (strcmp(name, "string") == 0 || strcmp(name, "bytes") == 0)
			return resolve_text(sema, place, written, name[0] == 's');
		const struct type *scalar = resolve_scalar(name);
		if (scalar)
			return arguments(sema, written, 0, "without <…>") ? scalar : type_error();
		struct generic *generic = resolve_generic(place.face, name);
		if (generic)
			return use_generic(sema, generic, GENERIC_TYPE, written->span)
			               ? type_variable(sema->arena, generic->name)
			               : type_error();
	}
	return resolve_user_type(sema, place, written);
}

/* ---- Records and enums ---- */

const char *resolve_c_name(struct sema *sema, const struct file_scope *file, const char *name)
{
	const char *module = file->module->in_c;
	return c_name_of_tag(sema->arena,
	                     *module ? arena_printf(sema->arena, "%s_%s", module, name) : name);
}

const char *resolve_kind(struct sema *sema, const struct file_scope *file, const char *name)
{
	const char *module = file->module->name;
	return *module ? arena_printf(sema->arena, "%s.%s", module, name) : name;
}

static bool field_twice(struct sema *sema, const struct ast_ports *fields, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(fields->items[k].name.text, fields->items[i].name.text) != 0)
			continue;
		diag_report(sema->diags, E0202, fields->items[i].name.span,
		            "'%s' is declared twice", fields->items[i].name.text);
		diag_note(sema->diags, fields->items[k].name.span, "first declared here");
		return true;
	}
	return false;
}

/* A value of this type must have a size that fits. */
bool resolve_layout(struct sema *sema, const struct type *type, struct span span)
{
	struct layout layout;
	if (type->kind == TYPE_ERROR || !type_is_concrete(type) || type_layout(type, &layout) == 0)
		return true;
	diag_report(sema->diags, E0312, span, "a value of %s is larger than 2 GiB", type->name);
	return false;
}

/* The node of which a type says that it alone drops values; NULL: it says nothing, or wrongly. */
static const char *resolve_dropper(struct sema *sema, struct symbol *symbol)
{
	struct ast_names *names = &symbol->decl->names;
	if (!names->n)
		return NULL;
	struct symbol *node = scope_lookup(sema, symbol->file, names, E0205, "node");
	if (!node)
		return NULL;
	if (node->kind == SYMBOL_NODE)
		return resolve_kind(sema, node->file, node->name.text);
	diag_report(sema->diags, E0206, names->items[names->n - 1].span, "'%s' is %s, not a node",
	            node->name.text, symbol_kind_text(node->kind));
	return NULL;
}

static const struct type *resolve_record(struct sema *sema, struct symbol *symbol)
{
	const struct ast_decl *decl = symbol->decl;
	struct record *record = arena_new(sema->arena, struct record);
	record->name = decl->name.text;
	record->unit = symbol->file->unit;
	record->kind = resolve_kind(sema, symbol->file, decl->name.text);
	record->c_name = resolve_c_name(sema, symbol->file, decl->name.text);
	record->doc = decl->doc;
	record->span = decl->name.span;
	resolve_symbol_name(sema, symbol->file, decl->name);
	if (decl->fields.n == 0)
		diag_report(sema->diags, E0312, decl->name.span, "'%s' has no fields",
		            decl->name.text);
	bool ok = decl->fields.n > 0;
	for (size_t i = 0; i < decl->fields.n; i++) {
		const struct ast_port *field = &decl->fields.items[i];
		resolve_part_name(sema, field->name);
		for (size_t k = 0; k < i; k++)
			ok = !resolve_meets(sema, field->name, decl->fields.items[k].name.text) &&
			     ok;
		struct type_place place = {.file = symbol->file};
		const struct type *type = resolve_type(sema, place, field->type);
		if (type->kind == TYPE_ANY) {
			diag_report(sema->diags, E0301, field->type->span,
			            "'any' is for ports only");
			type = type_error();
		}
		ok = type->kind != TYPE_ERROR && ok && !field_twice(sema, &decl->fields, i);
		vec_push(sema->arena, &record->fields,
		         (struct field){.name = field->name.text,
		                        .type = type,
		                        .doc = field->doc ? field->doc : "",
		                        .span = field->name.span});
	}
	if (!ok)
		return type_error();
	vec_push(sema->arena, &symbol->file->unit->records, record);
	const struct type *type = type_record(sema->arena, record);
	if (!resolve_layout(sema, type, decl->name.span))
		return type_error();
	type_layout(type, &record->layout);
	record->holds_picture = type_record_holds(record);
	record->dropper = resolve_dropper(sema, symbol);
	record->lossless = decl->names.n > 0 || type_record_is_lossless(record);
	return type;
}

/* enum M { PI }: M_PI is a macro, and moved to M_PI_, which may be another value. */
static void check_constant(struct sema *sema, const struct enumeration *e, struct ast_name name)
{
	const char *constant = enumeration_constant(sema->arena, e, name.text);
	for (size_t i = 0; i < e->names.n; i++) {
		const char *other = enumeration_constant(sema->arena, e, e->names.items[i]);
		if (strcmp(name.text, e->names.items[i]) != 0 && strcmp(constant, other) == 0)
			resolve_report_moved(sema, name, e->names.items[i], constant);
	}
}

static const struct type *resolve_enum(struct sema *sema, struct symbol *symbol)
{
	const struct ast_decl *decl = symbol->decl;
	struct enumeration *enumeration = arena_new(sema->arena, struct enumeration);
	enumeration->name = decl->name.text;
	enumeration->unit = symbol->file->unit;
	enumeration->kind = resolve_kind(sema, symbol->file, decl->name.text);
	enumeration->c_name = resolve_c_name(sema, symbol->file, decl->name.text);
	enumeration->doc = decl->doc;
	enumeration->span = decl->name.span;
	resolve_symbol_name(sema, symbol->file, decl->name);
	struct map seen = {0};
	for (size_t i = 0; i < decl->names.n; i++) {
		struct ast_name name = decl->names.items[i];
		if (map_put(sema->arena, &seen, name.text, enumeration))
			diag_report(sema->diags, E0202, name.span, "'%s' is declared twice",
			            name.text);
		check_constant(sema, enumeration, name);
		vec_push(sema->arena, &enumeration->names, name.text);
	}
	vec_push(sema->arena, &symbol->file->unit->enumerations, enumeration);
	return type_enum(sema->arena, enumeration);
}

static void note_use(struct sema *sema, struct unit *unit, struct unit *used)
{
	if (unit == used)
		return;
	for (size_t i = 0; i < unit->uses.n; i++)
		if (unit->uses.items[i] == used)
			return;
	vec_push(sema->arena, &unit->uses, used);
}

void resolve_use(struct sema *sema, struct unit *unit, const struct type *type)
{
	for (; type; type = type->item) {
		if (type->kind == TYPE_RECORD)
			note_use(sema, unit, type->record->unit);
		if (type->kind == TYPE_ENUM)
			note_use(sema, unit, type->enumeration->unit);
	}
}

const struct type *resolve_symbol_type(struct sema *sema, struct file_scope *from,
                                       struct symbol *symbol)
{
	if (symbol->state == RESOLVING || sema->type_depth >= TYPE_MAX_DEPTH) {
		diag_report(sema->diags, E0312, symbol->name.span,
		            symbol->state == RESOLVING ? "'%s' would hold a value of itself"
		                                       : "'%s' is built of types more than 64 deep",
		            symbol->name.text);
		symbol->type = type_error();
		symbol->state = RESOLVED;
		return symbol->type;
	}
	if (symbol->state == UNRESOLVED) {
		symbol->state = RESOLVING;
		sema->type_depth++;
		const struct type *type = symbol->kind == SYMBOL_ENUM
		                                  ? resolve_enum(sema, symbol)
		                                  : resolve_record(sema, symbol);
		sema->type_depth--;
		if (symbol->state == RESOLVING)
			symbol->type = type;
		symbol->state = RESOLVED;
	}
	note_use(sema, from->unit, symbol->file->unit);
	return symbol->type;
}
