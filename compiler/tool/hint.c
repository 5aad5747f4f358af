/* Hints for C that stands in a .pkd file and that the C compiler has rejected: parts that are
 * named by the wrong struct, such as state->n for self->n, or by none; an output's pointer that is
 * assigned in place of its value. */
#include "base/file.h"
#include "base/text.h"
#include "tool/build.h"
#include <ctype.h>
#include <string.h>

/* A name before -> or a dot, and the one behind it; a name that stands alone has no owner. */
struct access {
	const char *owner, *part;
	bool dot;
	struct span span;
	const char *behind; /* in the text */
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Behind a comment, a string or a character that begins at `c`; else `c`. */
static const char *skip_quiet(const char *c)
{
	const char *end = NULL;

	if (c[0] == '/' && c[1] == '/')
		return c + strcspn(c, "\n");
	if (c[0] == '/' && c[1] == '*') {
		end = strstr(c + 2, "*/");
		return end ? end + 2 : c + strlen(c);
	}
	if (*c != '"' && *c != '\'')
		return c;
	for (end = c + 1; *end && *end != *c && *end != '\n'; end++)
		if (*end == '\\' && end[1])
			end++;
	return *end ? end + 1 : end;
}

/* The next `owner.part`, `owner->part` or name from *at on, which moves behind the first word. */
static bool next_access(struct build *b, const struct c_block *block, const char **at,
                        struct access *ret_access)
{
	const char *c = *at;

	while (*c) {
		const char *behind = skip_quiet(c), *word = c;
		if (behind > c || !is_word(*c)) {
			c = behind > c ? behind : c + 1;
			continue;
		}
		while (is_word(*c))
			c++;
		bool member = word > block->text && (word[-1] == '.' || word[-1] == '>');
		const char *op = c + strspn(c, " \t\n");
		bool dot = *op == '.', arrow = op[0] == '-' && op[1] == '>';
		const char *part = dot || arrow ? op + (dot ? 1 : 2) : word;
		if (member)
			continue;
		part += strspn(part, " \t\n");
		size_t length = 0;
		while (is_word(part[length]))
			length++;
		if (!length)
			continue;
		uint32_t start = block->at.start + 2 + (uint32_t)(word - block->text);
		*ret_access = (struct access){
			part == word ? NULL : arena_strndup(b->arena, word, (size_t)(c - word)),
			arena_strndup(b->arena, part, length),
			dot,
			{block->at.source, start, start + (uint32_t)(part + length - word)},
			part + length};
		*at = c;
		return true;
	}
	return false;
}

/* A name of the declaration, and the struct that has it in C. */
struct member {
	const char *owner, *kind, *name;
	const struct type *type; /* of a port */
};

VEC_OF(members, struct member);

static struct members members_of(struct build *b, const struct interface *face)
{
	struct members members = {0};

	for (size_t i = 0; i < face->state.n; i++)
		vec_push(b->arena, &members,
		         (struct member){"self", "a state", face->state.items[i].name, NULL});
	for (size_t i = 0; i < face->persistent.n; i++)
		vec_push(b->arena, &members,
		         (struct member){"state", "a persistent state",
		                         face->persistent.items[i].name, NULL});
	for (size_t i = 0; i < face->inputs.n; i++)
		vec_push(b->arena, &members,
		         (struct member){"in", "an input", face->inputs.items[i].name,
		                         face->inputs.items[i].type});
	for (size_t i = 0; i < face->outputs.n; i++)
		vec_push(b->arena, &members,
		         (struct member){"out", "an output", face->outputs.items[i].name,
		                         face->outputs.items[i].type});
	for (size_t i = 0; i < face->params.n; i++)
		vec_push(
			b->arena, &members,
			(struct member){"params", "a parameter", face->params.items[i].name, NULL});
	for (size_t i = 0; i < face->generics.n; i++)
		vec_push(b->arena, &members,
		         (struct member){"params", "a size", face->generics.items[i].name, NULL});
	return members;
}

static bool is_owner(const char *word)
{
	static const char *const owners[] = {"in", "out", "params", "self", "state"};

	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
		if (strcmp(owners[i], word) == 0)
			return true;
	return false;
}

/* Of the struct that is written, where that has the name; else of the first that does. */
static const struct member *find_member(const struct members *members, const struct access *access)
{
	const struct member *found = NULL;

	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		if (strcmp(member->name, access->part) != 0)
			continue;
		if (access->owner && strcmp(member->owner, access->owner) == 0)
			return member;
		found = found ? found : member;
	}
	return found;
}

/* Whether the C compiler speaks of the line, with these words. */
static bool says(struct build *b, struct span span, const char *messages, const char *words)
{
	const char *path = b->c.sources.list.items[span.source].path;
	uint32_t line = source_position(&b->c.sources, span.source, span.start).line;
	const char *place = arena_printf(b->arena, "%s:%u:", path_base(path), line);

	for (const char *at = messages; (at = strstr(at, place)); at++) {
		const char *found = strstr(at, words);
		if (found && found < at + strcspn(at, "\n"))
			return true;
	}
	return false;
}

/* "'x' undeclared", in whatever quotes; or "undeclared identifier 'x'". */
static bool is_undeclared(struct build *b, const struct access *access, const char *messages)
{
	const char *name = access->part;

	return says(b, access->span, messages, arena_printf(b->arena, "‘%s’ undeclared", name)) ||
	       says(b, access->span, messages, arena_printf(b->arena, "'%s' undeclared", name)) ||
	       says(b, access->span, messages,
	            arena_printf(b->arena, "undeclared identifier '%s'", name));
}

/* What the text assigns to, and not another operator: "= x". NULL: it does not. */
static const char *assigned(const char *behind)
{
	behind += strspn(behind, " \t\n");
	if (behind[0] != '=' || behind[1] == '=')
		return NULL;
	return behind + 1 + strspn(behind + 1, " \t\n");
}

/* A pointer of `out` is assigned: what is meant is its value. */
static void hint_assigned(struct build *b, const struct access *access, const struct member *member)
{
	const char *value = assigned(access->behind);
	size_t length = 0;

	while (is_word(value[length]) || strncmp(value + length, "->", 2) == 0 ||
	       (length && strncmp(value + length - 1, "->", 2) == 0))
		length++;
	diag_report(&b->c.diags, E0703, access->span,
	            "'out->%s' points to the room for the value, and cannot be assigned",
	            member->name);
	if (member->type->kind == TYPE_ARRAY)
		diag_help(&b->c.diags, "write 'out->%s[i] = …' for each item", member->name);
	else if (strncmp(value, "in->", 4) == 0 &&
	         value[length + strspn(value + length, " \t")] == ';')
		diag_help(&b->c.diags, "write '*out->%s = *%.*s'", member->name, (int)length,
		          value);
	else
		diag_help(&b->c.diags, "write '*out->%s = …'", member->name);
}

static void hint_access(struct build *b, const struct interface *face, const struct access *access,
                        const struct member *member, const char *messages)
{
	bool pointer = !strcmp(member->owner, "in") || !strcmp(member->owner, "out");
	bool right = access->owner && strcmp(member->owner, access->owner) == 0;

	if (right && !access->dot) {
		if (!strcmp(member->owner, "out") && assigned(access->behind) &&
		    (says(b, access->span, messages, "read-only") ||
		     says(b, access->span, messages, "const-qualified")))
			hint_assigned(b, access, member);
		return;
	}
	if (access->owner ? !says(b, access->span, messages, "")
	                  : !is_undeclared(b, access, messages))
		return;
	if (right)
		diag_report(&b->c.diags, E0703, access->span, "'%s' is a pointer to a struct",
		            access->owner);
	else if (access->owner)
		diag_report(&b->c.diags, E0703, access->span, "'%s' is %s of '%s', and not in '%s'",
		            member->name, member->kind, face->name, access->owner);
	else
		diag_report(&b->c.diags, E0703, access->span,
		            "'%s' is %s of '%s', and stands in '%s'", member->name, member->kind,
		            face->name, member->owner);
	diag_help(&b->c.diags, "write '%s%s->%s'", !access->owner && pointer ? "*" : "",
	          member->owner, member->name);
}

static void hint_block(struct build *b, const struct interface *face, const struct c_block *block,
                       const char *messages)
{
	struct members members = members_of(b, face);
	struct access access;

	for (const char *at = block->text; at && next_access(b, block, &at, &access);) {
		const struct member *member = !access.owner || is_owner(access.owner)
		                                      ? find_member(&members, &access)
		                                      : NULL;
		if (member)
			hint_access(b, face, &access, member, messages);
	}
}

void build_hint(struct build *b, const struct unit *unit, const char *messages)
{
	for (size_t i = 0; i < b->faces.n; i++) {
		const struct interface *face = b->faces.items[i];
		if (face->unit != unit)
			continue;
		hint_block(b, face, &face->init, messages);
		hint_block(b, face, &face->step, messages);
		hint_block(b, face, &face->changed, messages);
		hint_block(b, face, &face->finish, messages);
	}
}
