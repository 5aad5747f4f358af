/* Finds, reads and parses the files of a program, and enters their declarations in scopes. */
#include "base/file.h"
#include "front/front.h"
#include "sema/scope.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *symbol_kind_text(enum symbol_kind kind)
{
	static const char *const texts[] = {"a module", "a constant", "a type",
	                                    "an enum",  "a node",     "a pipeline"};
	return texts[kind];
}

/* ---- Scopes ---- */

struct symbol *scope_find(const struct file_scope *file, const char *name)
{
	struct symbol *symbol = map_get(&file->module->symbols, name);
	return symbol ? symbol : map_get(&file->uses, name);
}

/* The type that other languages call so; NULL: none. */
static const char *other_type(const char *name)
{
	static const char *const types[][2] = {
		{"int", "i32"},       {"long", "i64"},     {"uint", "u32"},    {"float", "f32"},
		{"double", "f64"},    {"boolean", "bool"}, {"byte", "u8"},     {"char", "u8"},
		{"duration", "time"}, {"size_t", "u64"},   {"int32_t", "i32"}, {"uint8_t", "u8"},
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i][0], name) == 0)
			return types[i][1];
	return NULL;
}

/* What is looked for, as the code for an unknown one says. */
static bool is_wanted(const struct symbol *symbol, enum diag_code unknown)
{
	enum symbol_kind kind = symbol->kind;
	if (kind == SYMBOL_MODULE)
		return true;
	if (unknown == E0205)
		return kind == SYMBOL_NODE || kind == SYMBOL_PIPELINE;
	return unknown != E0301 || kind == SYMBOL_RECORD || kind == SYMBOL_ENUM;
}

static void suggest(struct sema *sema, const struct map *first, const struct map *second,
                    const char *name, enum diag_code unknown)
{
	bool types = unknown == E0301;
	VEC(const char *) names = {0};
	if (!diag_wants_suggestion(sema->diags))
		return;
	if (types && other_type(name)) {
		diag_help(sema->diags, "did you mean '%s'?", other_type(name));
		return;
	}
#define TYPE(constant, word, c_type, size, pkd_kind) \
	if (types)                                   \
		vec_push(sema->arena, &names, word);
#include "sema/type.def"
#undef TYPE
	for (size_t i = 0; i < first->n; i++)
		if (is_wanted(first->entries[i].value, unknown))
			vec_push(sema->arena, &names, first->entries[i].key);
	for (size_t i = 0; second && i < second->n; i++)
		vec_push(sema->arena, &names, second->entries[i].key);
	diag_suggest(sema->diags, name, names.items, names.n);
}

bool scope_is_lost(const struct file_scope *file, const char *name)
{
	for (size_t i = 0; i < file->ast->lost.n; i++)
		if (strcmp(file->ast->lost.items[i], name) == 0)
			return true;
	return false;
}

/* In one of the files of a module. */
static bool is_lost_in(const struct module *module, const char *name)
{
	for (size_t i = 0; i < module->files.n; i++)
		if (scope_is_lost(module->files.items[i], name))
			return true;
	return false;
}

static bool stdlib_has(struct sema *sema, const char *name)
{
	return file_exists(path_join(sema->arena, sema->stdlib, name));
}

static struct symbol *lookup_in_module(struct sema *sema, struct symbol *module,
                                       struct ast_name name, enum diag_code unknown,
                                       const char *what)
{
	struct symbol *symbol = map_get(&module->module->symbols, name.text);
	if (symbol || is_lost_in(module->module, name.text))
		return symbol;
	diag_report(sema->diags, unknown, name.span, "'%s' has no %s '%s'", module->name.text, what,
	            name.text);
	suggest(sema, &module->module->symbols, NULL, name.text, unknown);
	return NULL;
}

struct symbol *scope_lookup(struct sema *sema, struct file_scope *file,
                            const struct ast_names *path, enum diag_code unknown, const char *what)
{
	struct ast_name first = path->items[0];
	struct symbol *symbol = scope_find(file, first.text);
	if (path->n == 1) {
		if (symbol || is_lost_in(file->module, first.text))
			return symbol;
		diag_report(sema->diags, unknown, first.span, "unknown %s '%s'", what, first.text);
		suggest(sema, &file->module->symbols, &file->uses, first.text, unknown);
		return NULL;
	}
	if (symbol && symbol->kind == SYMBOL_MODULE && !symbol->module)
		return NULL; /* its `use` was reported */
	if (symbol && symbol->kind == SYMBOL_MODULE && path->n == 2)
		return lookup_in_module(sema, symbol, path->items[1], unknown, what);
	if (symbol) {
		diag_report(sema->diags, E0206, first.span, "'%s' is %s, not a module", first.text,
		            symbol_kind_text(symbol->kind));
		return NULL;
	}
	diag_report(sema->diags, E0203, first.span, "unknown module '%s'", first.text);
	if (stdlib_has(sema, first.text))
		diag_help(sema->diags, "write 'use %s' at the top of the file", first.text);
	else
		suggest(sema, &file->uses, NULL, first.text, E0203);
	return NULL;
}

static void enter(struct sema *sema, struct map *map, struct symbol *symbol)
{
	struct symbol *old = map_get(map, symbol->name.text);
	if (!old) {
		map_put(sema->arena, map, symbol->name.text, symbol);
		return;
	}
	diag_report(sema->diags, E0202, symbol->name.span, "'%s' is declared twice",
	            symbol->name.text);
	diag_note(sema->diags, old->name.span, "first declared here");
}

/* ---- Files ---- */

static char *upper_identifier(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	for (char *c = out; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
	return out;
}

static void set_header(struct sema *sema, struct unit *unit, const char *header)
{
	unit->header = header;
	unit->guard = arena_printf(sema->arena, "PKD_%s", upper_identifier(sema->arena, header));
}

static struct file_scope *new_file(struct sema *sema, struct module *module, uint32_t source,
                                   const char *header, bool stdlib)
{
	struct file_scope *file = arena_new(sema->arena, struct file_scope);
	struct unit *unit = arena_new(sema->arena, struct unit);
	unit->source = source;
	unit->module = module->name;
	unit->directory = path_directory(sema->arena, sema->sources->list.items[source].file);
	set_header(sema, unit, header);
	unit->stdlib = stdlib;
	file->unit = unit;
	file->module = module;
	vec_push(sema->arena, &sema->files, file);
	vec_push(sema->arena, &module->files, file);
	return file;
}

static enum symbol_kind symbol_kind_of(enum ast_decl_kind kind)
{
	switch (kind) {
	case DECL_CONST:
		return SYMBOL_CONST;
	case DECL_TYPE:
		return SYMBOL_RECORD;
	case DECL_ENUM:
		return SYMBOL_ENUM;
	case DECL_NODE:
		return SYMBOL_NODE;
	case DECL_PIPELINE:
		return SYMBOL_PIPELINE;
	case DECL_USE:
	case DECL_DEPLOY:
	case DECL_C:
		break;
	}
	return SYMBOL_MODULE;
}

static void declare_all(struct sema *sema, struct file_scope *file)
{
	for (size_t i = 0; i < file->ast->decls.n; i++) {
		struct ast_decl *decl = file->ast->decls.items[i];
		if (decl->kind == DECL_C)
			vec_push(sema->arena, &file->unit->shared,
			         (struct c_block){decl->expr->text, decl->expr->span});
		if (decl->kind == DECL_USE || decl->kind == DECL_DEPLOY || decl->kind == DECL_C)
			continue;
		struct symbol *symbol = arena_new(sema->arena, struct symbol);
		symbol->kind = symbol_kind_of(decl->kind);
		symbol->name = decl->name;
		symbol->file = file;
		symbol->decl = decl;
		enter(sema, &file->module->symbols, symbol);
	}
}

static void use_all(struct sema *sema, struct file_scope *file);

/* Parses a source into a file of its module and reads what it uses. */
static struct file_scope *load(struct sema *sema, struct module *module, uint32_t source,
                               const char *header, bool stdlib)
{
	struct file_scope *file = new_file(sema, module, source, header, stdlib);
	file->ast = parse(sema->arena, sema->diags, sema->sources, source);
	declare_all(sema, file);
	use_all(sema, file);
	return file;
}

static struct module *new_module(struct sema *sema, const char *key, const char *name)
{
	struct module *module = arena_new(sema->arena, struct module);
	module->name = module->in_c = name;
	module->loading = true;
	map_put(sema->arena, &sema->modules, key, module);
	return module;
}

struct module *import_stdlib(struct sema *sema, const char *name)
{
	struct arena *arena = sema->arena;
	const char *directory = path_join(arena, sema->stdlib, name);
	struct module *module = map_get(&sema->modules, directory);
	if (module)
		return module;
	const char **names;
	size_t n;
	if (file_list(arena, directory, ".pkd", &names, &n) != 0 || n == 0)
		return NULL;
	module = new_module(sema, directory, name);
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(arena, "<pkd>/%s/%s.pkd", name, names[i]);
		const char *real = arena_printf(arena, "%s/%s.pkd", directory, names[i]);
		const char *header = arena_printf(arena, "%s/%s.pkd.h", name, names[i]);
		uint32_t source;
		if (sources_add(sema->sources, path, real, &source) == 0)
			load(sema, module, source, header, true);
	}
	module->loading = false;
	return module;
}

const char *import_name_fault(const char *path)
{
	if (!*path)
		return "is empty";
	for (; *path; path++) {
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return "has a control character in it";
		if (*path == '"' || *path == '\\')
			return *path == '"' ? "has a quotation mark in it"
			                    : "has a backslash in it";
	}
	return NULL;
}

/* Adds the file as a source; 0 after a report. */
static uint32_t read_source(struct sema *sema, const char *shown, const char *path,
                            struct span span)
{
	uint32_t source = 0;
	int error = sources_add(sema->sources, shown, path, &source);
	if (error != 0)
		diag_report(sema->diags, E0203, span, "cannot read '%s': %s", shown,
		            sources_failure(error));
	return source;
}

/* "nodes/x.pkd.h" of "nodes/x.pkd": below the folder of headers, whatever the path climbs. */
static const char *header_path(struct arena *arena, const char *path)
{
	char *header = arena_printf(arena, "%s.h", path[0] == '/' ? path + 1 : path);
	for (char *up = strstr(header, ".."); up; up = strstr(up, ".."))
		memset(up, '_', 2);
	return header;
}

/* What stands before the names of a file in C: its own name, whatever those who use it call it. */
static const char *prefix_in_c(struct arena *arena, const char *path)
{
	char *stem = path_stem(arena, path);
	for (char *c = stem; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	bool kept = isdigit((unsigned char)stem[0]) || stem[0] == '_' ||
	            strncasecmp(stem, "pkd", 3) == 0;
	return kept ? arena_printf(arena, "file_%s", stem) : stem;
}

/* A module's name in the program: the one after `as`, unless another file has it. */
static const char *free_module_name(struct sema *sema, const char *wanted)
{
	const char *name = wanted;
	size_t k = 1;
	for (size_t i = 0; i < sema->modules.n; i++) {
		const struct module *other = sema->modules.entries[i].value;
		if (strcmp(other->name, name) != 0)
			continue;
		name = arena_printf(sema->arena, "%s_%zu", wanted, ++k);
		i = (size_t)-1;
	}
	return name;
}

/* One file is one module, by whatever path. */
static const char *file_key(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *key = real ? arena_strdup(arena, real) : path;
	free(real);
	return key;
}

/* A file named by `use "path" as name`: its own module. */
static struct module *import_file(struct sema *sema, struct file_scope *from,
                                  const struct ast_decl *use)
{
	struct arena *arena = sema->arena;
	const char *real = path_join(arena, from->unit->directory, use->expr->text);
	const char *key = file_key(arena, real);
	struct module *module = map_get(&sema->modules, key);
	if (module)
		return module;
	const char *shown = path_join(
		arena, path_directory(arena, sema->sources->list.items[from->unit->source].path),
		use->expr->text);
	const char *fault = import_name_fault(use->expr->text);
	if (fault) {
		diag_report(sema->diags, E0209, use->expr->span, "this file name %s", fault);
		diag_help(sema->diags, "call the file by another name");
		return NULL;
	}
	uint32_t source = read_source(sema, shown, real, use->expr->span);
	if (!source)
		return NULL;
	module = new_module(sema, key, free_module_name(sema, use->name.text));
	module->in_c = prefix_in_c(arena, real);
	load(sema, module, source, header_path(arena, use->expr->text), false);
	module->loading = false;
	return module;
}

static struct module *import_use(struct sema *sema, struct file_scope *file,
                                 const struct ast_decl *use)
{
	if (sema->import_depth >= IMPORT_MAX_DEPTH) {
		diag_report(sema->diags, E0204, use->span, "files use each other more than %d deep",
		            IMPORT_MAX_DEPTH);
		return NULL;
	}
	struct module *module;
	sema->import_depth++;
	if (use->expr) {
		module = import_file(sema, file, use);
	} else {
		const char *name = use->names.items[0].text;
		module = use->names.n == 1 ? import_stdlib(sema, name) : NULL;
		if (!module) {
			const char **names;
			size_t n;
			diag_report(sema->diags, E0203, use->names.items[0].span,
			            "the standard library has no module '%s'", name);
			if (file_list(sema->arena, sema->stdlib, "", &names, &n) == 0)
				diag_suggest(sema->diags, name, names, n);
			diag_help(sema->diags,
			          "a file of your own is named by its path: "
			          "use \"%s.pkd\" as %s",
			          name, name);
		}
	}
	sema->import_depth--;
	/* What a file has may be asked for once it is read whole; of the library's modules that is
	 * each file by itself: the modules may use each other. */
	if (module && module->loading && use->expr) {
		diag_report(sema->diags, E0204, use->span,
		            "'%s' is being read already: it uses this file, directly or not",
		            use->name.text);
		diag_help(sema->diags, "move what both need to a third file");
	}
	return module;
}

static void use_all(struct sema *sema, struct file_scope *file)
{
	for (size_t i = 0; i < file->ast->decls.n; i++) {
		struct ast_decl *use = file->ast->decls.items[i];
		if (use->kind != DECL_USE)
			continue;
		struct module *module = import_use(sema, file, use);
		struct symbol *symbol = arena_new(sema->arena, struct symbol);
		symbol->kind = SYMBOL_MODULE;
		symbol->state = RESOLVED;
		symbol->name = use->name;
		symbol->module = module;
		enter(sema, &file->uses, symbol);
		struct symbol *own = map_get(&file->module->symbols, use->name.text);
		if (own) {
			diag_report(sema->diags, E0202, own->name.span, "'%s' is declared twice",
			            own->name.text);
			diag_note(sema->diags, use->span, "here it names a module");
		}
	}
}

/* A file without a program is there for others: its names in C are what those see. */
static bool has_program(const struct ast_file *file)
{
	for (size_t i = 0; i < file->decls.n; i++)
		if (ast_is_program(file->decls.items[i]))
			return true;
	return false;
}

/* Enters the header and its guard where no other file has them. */
static bool claim_header(struct sema *sema, struct map *taken, const struct unit *unit)
{
	const char *of_stdlib = arena_printf(sema->arena, "%s/%.*s", sema->stdlib,
	                                     (int)(strlen(unit->header) - strlen(".h")),
	                                     unit->header);
	if (map_get(taken, unit->header) || map_get(taken, unit->guard) ||
	    (!unit->stdlib && file_exists(of_stdlib)))
		return false;
	map_put(sema->arena, taken, unit->header, sema);
	map_put(sema->arena, taken, unit->guard, sema);
	return true;
}

static void settle_headers_of(struct sema *sema, struct map *taken, bool stdlib)
{
	for (size_t i = 0; i < sema->files.n; i++) {
		struct unit *unit = sema->files.items[i]->unit;
		const char *header = unit->header;
		if (unit->stdlib != stdlib)
			continue;
		for (int k = 2; !claim_header(sema, taken, unit); k++)
			set_header(sema, unit, arena_printf(sema->arena, "%d/%s", k, header));
	}
}

/* Each file has a header of its own, and those of the standard library have theirs already. */
static void settle_headers(struct sema *sema)
{
	struct map taken = {0};
	settle_headers_of(sema, &taken, true);
	settle_headers_of(sema, &taken, false);
}

struct file_scope *import_main(struct sema *sema, const char *path)
{
	uint32_t source = read_source(sema, path, path, (struct span){0});
	if (!source)
		return NULL;
	struct module *module = new_module(sema, file_key(sema->arena, path), "");
	const char *header = arena_printf(sema->arena, "%s.h", path_base(path));
	struct file_scope *file = load(sema, module, source, header, false);
	module->loading = false;
	if (!has_program(file->ast))
		module->in_c = prefix_in_c(sema->arena, path);
	settle_headers(sema);
	return file;
}
