/* The grammar: builds the syntax tree and nothing else. LALR(1) without conflicts; words that are
 * keywords only where no name can stand are listed under `name`. After a mistake it goes on at the
 * next line; without yyerrok, so that the rest of a statement of several lines stays silent. */
%define api.pure full
%define api.prefix {parser_}
%define api.token.prefix {TOKEN_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {void *scanner} {struct parser *parser}

%code requires {
#include "front/parse.h"
}

%code provides {
int lexer_lex(PARSER_STYPE *lval, PARSER_LTYPE *lloc, void *scanner);
}

%code {
#include "base/text.h"
#include <ctype.h>
#include <string.h>

#define YYLLOC_DEFAULT(current, rhs, n)                                                    \
	((current) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n))                   \
	                 : (struct span){YYRHSLOC(rhs, 0).source, YYRHSLOC(rhs, 0).end,    \
	                                 YYRHSLOC(rhs, 0).end})

static int parser_lex(PARSER_STYPE *lval, PARSER_LTYPE *lloc, void *scanner,
                      struct parser *parser);
static void parser_error(PARSER_LTYPE *lloc, void *scanner, struct parser *parser,
                         const char *message);

#define PUSH(list, ...) vec_push(parser->arena, &(list), __VA_ARGS__)
}

%union {
	const char *text;
	struct ast_name name;
	struct ast_names names;
	struct ast_expr *expr;
	struct ast_arg arg;
	struct ast_args args;
	struct ast_exprs exprs;
	struct ast_type *type;
	struct ast_types types;
	struct ast_port port;
	struct ast_ports ports;
	struct ast_generic generic;
	struct ast_generics generics;
	struct ast_item item;
	struct ast_items items;
	struct ast_stmt stmt;
	struct ast_stmts stmts;
	struct ast_rule rule;
	struct ast_rules rules;
	struct ast_decl *decl;
	struct privacy_mark privacy;
	struct {
		struct ast_expr *low, *high;
	} range;
}

%token <text> NAME "a name" INT "a whole number" FLOAT "a floating-point number"
%token <text> QUANTITY "a number with a unit"
%token <text> STRING "a string" CBLOCK "a block of C"
%token USE "use" AS "as" CONST "const" TYPE "type" ENUM "enum" NODE "node" PIPELINE "pipeline"
%token DEPLOY "deploy" OF "of" PARAM "param" LIVE "live" BUDGET "budget" RATE "rate"
%token SOURCE "source" LINK "link" STATELESS "stateless" ORIGIN "origin" PACED "paced" IN "in"
%token ASSERT "assert" LATEST "latest" SAMPLE "sample" QUEUE "queue" PROCESS "process" ON "on"
%token CRASH "crash" RESTART "restart" PER "per" BACKOFF "backoff" THEN "then" STOP "stop"
%token ABSENT "absent" TRUE "true" FALSE "false" AND "and" OR "or" NOT "not" ANY "any"
%token FOR "for" IF "if" ELSE "else" WHERE "where" SELECT "select" WHEN "when" IT "it"
%token EVERY "every" OUT "out" FIRES "fires" STATE "state" PERSISTENT "persistent"
%token COMMAND "command" STEP "step"
%token WORKERS "workers" DYNAMIC "dynamic" CPU "cpu" PRIORITY "priority" HOST "host"
%token WAIT "wait" SPIN "spin" STALL "stall" AFTER "after"
%token READS "reads" WRITES "writes" APPENDS "appends" NETWORK "network" UNIX "unix"
%token EXECUTES "executes" DEVICES "devices" DISPLAY "display" SETS "sets" SETTLED "settled" INIT "init"
%token TOUCHES "touches" NOTHING "nothing" LIMIT "limit" FINISH "finish" C "c"
%token INCLUDE "include" DEFINE "define" FLUSHES "flushes" WAKES "wakes" MAKES "makes"
%token SECRET "secret" CHANGED "changed" PRIVATE "private" PUBLIC "public" EXACT "exact"
%token DROPPED "dropped" BY "by" LOSSY "lossy"
%token MAY "may" REST "rest" STARTS "starts" RESTING "resting" MEMORY "memory"
%token RANGE_OPEN "..<" COALESCE "??"
%token ARROW "->" RANGE ".." EQ "==" NE "!=" LE "<=" GE ">=" END_STMT "the end of the line"

%precedence CHOICE /* all that follows `else` belongs to it */
%left COALESCE
%left OR
%left AND
%precedence NOT
%nonassoc EQ NE '<' '>' LE GE
%left '+' '-'
%left '*' '/' '%'
%precedence NEG

%type <name> name as
%type <names> path names name_list
%type <expr> expr postfix primary stream edge operand initial limit backoff member condition
%type <arg> arg resource
%type <args> args call_args inits elems limits limit_lines
%type <exprs> members of_members member_list member_lines
%type <type> type type_arg
%type <expr> size sized
%type <types> type_args
%type <port> port field parameter declared
%type <ports> ports port_list fields field_list result
%type <generic> generic
%type <generics> generics generic_list
%type <item> item right
%type <name> flag
%type <expr> touched text block
%type <items> node_body items item_lines
%type <stmt> stmt choice
%type <stmts> stmts stmt_lines otherwise
%type <rule> rule own_policy policy policy_body end restart settings on_host
%type <type> command_result
%type <rules> rules rule_lines
%type <decl> decl
%type <range> range
%type <privacy> privacy

%%

file:
  %empty
| file END_STMT
| file decl END_STMT { if ($decl) PUSH(parser->file->decls, $decl); }
| file error END_STMT
;

decl:
  "use" path as {
	$$ = ast_decl(parser, DECL_USE, @$, $as.text ? $as : $path.items[$path.n - 1]);
	$$->names = $path;
  }
| "use" text "as" name {
	$$ = ast_decl(parser, DECL_USE, @$, $name);
	$$->expr = $text;
  }
| "c" block {
	$$ = ast_decl(parser, DECL_C, @$, (struct ast_name){"", @1});
	$$->expr = $block;
  }
| "const" name '=' expr {
	$$ = ast_decl(parser, DECL_CONST, @$, $name);
	$$->expr = $expr;
  }
| "type" name '{' fields '}' {
	$$ = ast_decl(parser, DECL_TYPE, @$, $name);
	$$->fields = $fields;
  }
| "type" name "dropped" "by" path '{' fields '}' {
	$$ = ast_decl(parser, DECL_TYPE, @$, $name);
	$$->fields = $fields;
	$$->names = $path;
  }
| "enum" name '{' names '}' {
	$$ = ast_decl(parser, DECL_ENUM, @$, $name);
	$$->names = $names;
  }
| "node" name generics ports result node_body {
	$$ = ast_decl(parser, DECL_NODE, span_join(@1, @result), $name);
	$$->generics = $generics;
	$$->inputs = $ports;
	$$->outputs = $result;
	$$->items = $node_body;
  }
| "pipeline" name generics ports result stmts {
	$$ = ast_decl(parser, DECL_PIPELINE, span_join(@1, @result), $name);
	$$->generics = $generics;
	$$->inputs = $ports;
	$$->outputs = $result;
	$$->stmts = $stmts;
  }
| "deploy" name rules {
	$$ = ast_decl(parser, DECL_DEPLOY, span_join(@1, @name), $name);
	$$->rules = $rules;
  }
| "deploy" name "of" name[of] rules {
	$$ = ast_decl(parser, DECL_DEPLOY, span_join(@1, @of), $2);
	$$->of = $of;
	$$->rules = $rules;
  }
;

as:
  %empty { $$ = (struct ast_name){0}; }
| "as" name { $$ = $name; }
;

path:
  name { $$ = (struct ast_names){0}; PUSH($$, $name); }
| path '.' name { $$ = $1; PUSH($$, $name); }
;

/* Fields, enum names and members may be separated by commas, line ends or both. */
sep: ',' | END_STMT | ',' END_STMT ;

fields:
  %empty { $$ = (struct ast_ports){0}; }
| field_list
| field_list sep
;

field_list:
  field { $$ = (struct ast_ports){0}; PUSH($$, $field); }
| field_list sep field { $$ = $1; PUSH($$, $field); }
;

field:
  name ':' type { $$ = (struct ast_port){.name = $name, .type = $type, .span = @$}; }
;

names:
  name_list
| name_list sep
;

name_list:
  name { $$ = (struct ast_names){0}; PUSH($$, $name); }
| name_list sep name { $$ = $1; PUSH($$, $name); }
;

type:
  path { $$ = ast_type(parser, AST_TYPE_NAMED, @$); $$->path = $path; }
| "any" { $$ = ast_type(parser, AST_TYPE_ANY, @$); }
| path '<' type_args '>' {
	$$ = ast_type(parser, AST_TYPE_NAMED, @$);
	$$->path = $path;
	$$->args = $type_args;
  }
| '[' type ';' type_arg ']' {
	$$ = ast_type(parser, AST_TYPE_ARRAY, @$);
	PUSH($$->args, $2);
	PUSH($$->args, $type_arg);
  }
;

type_args:
  type_arg { $$ = (struct ast_types){0}; PUSH($$, $type_arg); }
| type_args ',' type_arg { $$ = $1; PUSH($$, $type_arg); }
;

type_arg:
  type
| size {
	$$ = ast_type(parser, AST_TYPE_SIZE, @$);
	$$->size = $size;
  }
;

/* What cannot be a type. Comparisons stand in parentheses: a bare > closes the type. */
size:
  INT { $$ = ast_expr(parser, EXPR_INT, @$); $$->text = $INT; }
| '(' expr ')' { $$ = $2; $$->span = @$; }
| path '(' call_args ')' {
	$$ = ast_over(parser, EXPR_CALL, ast_path(parser, &$path), @$);
	$$->args = $call_args;
  }
| path '[' expr ']' {
	$$ = ast_over(parser, EXPR_INDEX, ast_path(parser, &$path), @$);
	$$->right = $expr;
  }
| sized '+' sized { $$ = ast_binary(parser, OP_ADD, $1, $3); }
| sized '-' sized { $$ = ast_binary(parser, OP_SUB, $1, $3); }
| sized '*' sized { $$ = ast_binary(parser, OP_MUL, $1, $3); }
| sized '/' sized { $$ = ast_binary(parser, OP_DIV, $1, $3); }
| sized '%' sized { $$ = ast_binary(parser, OP_MOD, $1, $3); }
;

sized:
  size
| path { $$ = ast_path(parser, &$path); }
;

generics:
  %empty { $$ = (struct ast_generics){0}; }
| '<' generic_list '>' { $$ = $generic_list; }
;

generic_list:
  generic { $$ = (struct ast_generics){0}; PUSH($$, $generic); }
| generic_list ',' generic { $$ = $1; PUSH($$, $generic); }
;

generic:
  name { $$ = (struct ast_generic){.name = $name}; }
| name '=' type_arg {
	$$ = (struct ast_generic){.name = $name, .initial = $type_arg->size};
	if ($type_arg->kind == AST_TYPE_NAMED && $type_arg->args.n == 0)
		$$.initial = ast_path(parser, &$type_arg->path);
	else if (!$$.initial)
		$$.initial = ast_expr(parser, EXPR_ERROR, @type_arg);
  }
;

ports:
  '(' ')' { $$ = (struct ast_ports){0}; }
| '(' port_list ')' { $$ = $port_list; }
| '(' port_list ',' ')' { $$ = $port_list; }
;

port_list:
  port { $$ = (struct ast_ports){0}; PUSH($$, $port); }
| port_list ',' port { $$ = $1; PUSH($$, $port); }
;

port:
  parameter
| "param" declared { $$ = $declared; $$.param = true; $$.span = @$; }
| "exact" parameter { $$ = $parameter; $$.exact = true; $$.word_at = @1; }
| "lossy" parameter { $$ = $parameter; $$.lossy = true; $$.word_at = @1; }
| privacy parameter { $$ = $parameter; $$.privacy = $privacy; }
;

privacy:
  "private" { $$ = (struct privacy_mark){PRIVACY_PRIVATE, @$}; }
| "public" { $$ = (struct privacy_mark){PRIVACY_PUBLIC, @$}; }
;

declared:
  parameter
| "secret" parameter { $$ = $parameter; $$.secret = true; }
;

parameter:
  name ':' type initial range {
	$$ = (struct ast_port){.name = $name, .type = $type, .span = @$, .initial = $initial,
	                       .low = $range.low, .high = $range.high};
  }
| name ':' type '?' {
	$$ = (struct ast_port){.name = $name, .type = $type, .span = @$, .optional = true};
  }
;

initial:
  %empty { $$ = NULL; }
| '=' expr { $$ = $expr; }
;

range:
  %empty { $$.low = $$.high = NULL; }
| "in" expr[low] ".." expr[high] { $$.low = $low; $$.high = $high; }
;

result:
  %empty { $$ = (struct ast_ports){0}; }
| "->" ports { $$ = $ports; }
;

node_body:
  %empty { $$ = (struct ast_items){0}; }
| items
;

/* One a line; the last may stand before the closing brace. */
items:
  '{' item_lines '}' { $$ = $item_lines; }
| '{' item_lines item '}' { $$ = $item_lines; PUSH($$, $item); }
| '{' item_lines error '}' { $$ = $item_lines; }
;

item_lines:
  %empty { $$ = (struct ast_items){0}; }
| item_lines END_STMT { $$ = $1; }
| item_lines item END_STMT { $$ = $1; PUSH($$, $item); }
| item_lines error END_STMT { $$ = $1; }
;

item:
  "param" declared {
	$$ = (struct ast_item){.kind = ITEM_PARAM, .span = @$, .port = $declared};
	$$.port.param = true;
	$$.port.span = @$;
  }
| "live" "param" declared {
	$$ = (struct ast_item){.kind = ITEM_PARAM, .span = @$, .port = $declared};
	$$.port.param = $$.port.live = true;
	$$.port.span = @$;
  }
| "budget" expr { $$ = (struct ast_item){.kind = ITEM_BUDGET, .span = @$, .expr = $expr}; }
| "rate" expr { $$ = (struct ast_item){.kind = ITEM_RATE, .span = @$, .expr = $expr}; }
| "source" text { $$ = (struct ast_item){.kind = ITEM_SOURCE, .span = @$, .expr = $text}; }
| "link" text { $$ = (struct ast_item){.kind = ITEM_LINK, .span = @$, .expr = $text}; }
| "include" text { $$ = (struct ast_item){.kind = ITEM_INCLUDE, .span = @$, .expr = $text}; }
| "define" text { $$ = (struct ast_item){.kind = ITEM_DEFINE, .span = @$, .expr = $text}; }
| "stateless" { $$ = (struct ast_item){.kind = ITEM_STATELESS, .span = @$}; }
| "origin" "paced" { $$ = (struct ast_item){.kind = ITEM_ORIGIN_PACED, .span = @$}; }
| "origin" "live" { $$ = (struct ast_item){.kind = ITEM_ORIGIN_LIVE, .span = @$}; }
| "fires" "any" { $$ = (struct ast_item){.kind = ITEM_FIRES_ANY, .span = @$}; }
| "flushes" { $$ = (struct ast_item){.kind = ITEM_FLUSHES, .span = @$}; }
| "wakes" { $$ = (struct ast_item){.kind = ITEM_WAKES, .span = @$}; }
| "makes" "<=" expr { $$ = (struct ast_item){.kind = ITEM_MAKES, .span = @$, .expr = $expr}; }
| right flag { $$ = $right; $$.span = @$; $$.name = $flag; }
| "settled" "after" "init" { $$ = (struct ast_item){.kind = ITEM_SETTLED, .span = @$}; }
| "touches" "nothing" { $$ = (struct ast_item){.kind = ITEM_TOUCHES_NOTHING, .span = @$}; }
| "state" field { $$ = (struct ast_item){.kind = ITEM_STATE, .span = @$, .port = $field}; }
| "persistent" "state" field {
	$$ = (struct ast_item){.kind = ITEM_PERSISTENT, .span = @$, .port = $field};
  }
| "persistent" "memory" field {
	$$ = (struct ast_item){.kind = ITEM_MEMORY, .span = @$, .port = $field};
  }
| "command" name ports command_result {
	$$ = (struct ast_item){.kind = ITEM_COMMAND, .span = @$, .name = $name,
	                       .inputs = $ports, .result = $command_result};
  }
| "command" name ports command_result block {
	$$ = (struct ast_item){.kind = ITEM_COMMAND, .span = @$, .name = $name,
	                       .inputs = $ports, .result = $command_result, .expr = $block};
  }
| "state" block { $$ = (struct ast_item){.kind = ITEM_MEMBERS, .span = @$, .expr = $block}; }
| "init" block { $$ = (struct ast_item){.kind = ITEM_INIT, .span = @$, .expr = $block}; }
| "step" block { $$ = (struct ast_item){.kind = ITEM_STEP, .span = @$, .expr = $block}; }
| "finish" block { $$ = (struct ast_item){.kind = ITEM_FINISH, .span = @$, .expr = $block}; }
| "changed" block { $$ = (struct ast_item){.kind = ITEM_CHANGED, .span = @$, .expr = $block}; }
;

text: STRING { $$ = ast_expr(parser, EXPR_STRING, @$); $$->text = $STRING; } ;
block: CBLOCK { $$ = ast_expr(parser, EXPR_STRING, @$); $$->text = $CBLOCK; } ;

/* What a node may touch. */
right:
  "reads" touched { $$ = ast_right(RIGHT_READS, $touched); }
| "writes" touched { $$ = ast_right(RIGHT_WRITES, $touched); }
| "appends" touched { $$ = ast_right(RIGHT_APPENDS, $touched); }
| "network" { $$ = ast_right(RIGHT_NETWORK, NULL); }
| "unix" { $$ = ast_right(RIGHT_UNIX, NULL); }
| "executes" { $$ = ast_right(RIGHT_EXECUTES, NULL); }
| "executes" touched { $$ = ast_right(RIGHT_EXECUTES, $touched); }
| "devices" { $$ = ast_right(RIGHT_DEVICES, NULL); }
| "devices" touched { $$ = ast_right(RIGHT_DEVICES, $touched); }
| "display" { $$ = ast_right(RIGHT_DISPLAY, NULL); }
| "sets" touched { $$ = ast_right(RIGHT_SETS, $touched); }
;

/* A path: the value of a parameter, or a string. */
touched:
  name { $$ = ast_expr(parser, EXPR_NAME, @$); $$->name = $name; }
| text
;

flag:
  %empty { $$ = (struct ast_name){0}; }
| "when" name { $$ = $name; }
;

command_result:
  %empty { $$ = NULL; }
| "->" type { $$ = $type; }
;

stmts:
  '{' stmt_lines '}' { $$ = $stmt_lines; }
| '{' stmt_lines stmt '}' { $$ = $stmt_lines; PUSH($$, $stmt); }
| '{' stmt_lines error '}' { $$ = $stmt_lines; }
;

stmt_lines:
  %empty { $$ = (struct ast_stmts){0}; }
| stmt_lines END_STMT { $$ = $1; }
| stmt_lines stmt END_STMT { $$ = $1; PUSH($$, $stmt); }
| stmt_lines error END_STMT { $$ = $1; }
;

stmt:
  postfix '=' stream {
	$$ = (struct ast_stmt){.kind = STMT_BIND, .span = @$, .target = $postfix,
	                       .expr = $stream};
  }
| privacy operand '=' stream {
	$$ = (struct ast_stmt){.kind = STMT_BIND, .span = @$, .target = $operand,
	                       .expr = $stream, .privacy = $privacy};
  }
| "out" name '=' stream {
	$$ = (struct ast_stmt){.kind = STMT_OUT, .span = @$, .name = $name, .expr = $stream};
  }
| "for" name "in" expr[low] ".." expr[high] stmts {
	$$ = (struct ast_stmt){.kind = STMT_FOR, .span = span_join(@1, @high), .name = $name,
	                       .low = $low, .high = $high, .body = $stmts};
  }
| "for" name "in" expr[low] "..<" expr[high] stmts {
	$$ = (struct ast_stmt){.kind = STMT_FOR, .span = span_join(@1, @high), .name = $name,
	                       .low = $low, .high = $high, .open = true, .body = $stmts};
  }
| choice
| stream { $$ = (struct ast_stmt){.kind = STMT_CALL, .span = @$, .expr = $stream}; }
| "assert" name '(' expr[from] "->" expr[to] ')' limit {
	$$ = (struct ast_stmt){.kind = STMT_ASSERT, .span = @$, .name = $name, .arrow = true,
	                       .limit = $limit};
	PUSH($$.args, (struct ast_arg){.value = $from});
	PUSH($$.args, (struct ast_arg){.value = $to});
  }
| "assert" name '(' args ')' limit {
	$$ = (struct ast_stmt){.kind = STMT_ASSERT, .span = @$, .name = $name, .args = $args,
	                       .limit = $limit};
  }
| "assert" name limit {
	$$ = (struct ast_stmt){.kind = STMT_ASSERT, .span = @$, .name = $name, .limit = $limit};
  }
;

choice:
  "if" expr stmts otherwise {
	$$ = (struct ast_stmt){.kind = STMT_IF, .span = span_join(@1, @expr), .expr = $expr,
	                       .body = $stmts, .other = $otherwise};
  }
;

otherwise:
  %empty { $$ = (struct ast_stmts){0}; }
| "else" stmts { $$ = $stmts; }
| "else" choice { $$ = (struct ast_stmts){0}; PUSH($$, $choice); }
;

limit:
  %empty { $$ = NULL; }
| "<=" expr { $$ = $expr; }
;

/* What can be bound, passed and called: an expression, or one edge word and what it reads. */
stream:
  expr
| edge operand { $$ = ast_edge_over($edge, $operand); $$->span = @$; }
;

edge:
  "latest" { $$ = ast_expr(parser, EXPR_EDGE, @$); $$->policy = POLICY_LATEST; }
| "latest" '(' args ')' {
	$$ = ast_expr(parser, EXPR_EDGE, @$);
	$$->policy = POLICY_LATEST;
	$$->has_args = true;
	$$->args = $args;
  }
| "queue" '(' args ')' {
	$$ = ast_expr(parser, EXPR_EDGE, @$);
	$$->policy = POLICY_QUEUE;
	$$->has_args = true;
	$$->args = $args;
  }
| "every" '(' expr ')' { $$ = ast_every(parser, $expr, @$); }
| "every" '(' expr ')' edge[inner] {
	$$ = ast_every(parser, $expr, @$);
	$$->left = $inner;
  }
;

operand:
  name { $$ = ast_expr(parser, EXPR_NAME, @$); $$->name = $name; }
| operand '.' name {
	$$ = ast_over(parser, EXPR_MEMBER, $1, @$);
	$$->name = $name;
  }
| operand '[' expr ']' {
	$$ = ast_over(parser, EXPR_INDEX, $1, @$);
	$$->right = $expr;
  }
| operand '[' expr[low] ".." expr[high] ']' {
	$$ = ast_over(parser, EXPR_WINDOW, $1, @$);
	$$->right = $low;
	$$->third = $high;
  }
| operand '(' call_args ')' {
	$$ = ast_over(parser, EXPR_CALL, $1, @$);
	$$->args = $call_args;
  }
;

expr:
  postfix
| expr '+' expr { $$ = ast_binary(parser, OP_ADD, $1, $3); }
| expr '-' expr { $$ = ast_binary(parser, OP_SUB, $1, $3); }
| expr '*' expr { $$ = ast_binary(parser, OP_MUL, $1, $3); }
| expr '/' expr { $$ = ast_binary(parser, OP_DIV, $1, $3); }
| expr '%' expr { $$ = ast_binary(parser, OP_MOD, $1, $3); }
| expr "==" expr { $$ = ast_binary(parser, OP_EQ, $1, $3); }
| expr "!=" expr { $$ = ast_binary(parser, OP_NE, $1, $3); }
| expr '<' expr { $$ = ast_binary(parser, OP_LT, $1, $3); }
| expr '>' expr { $$ = ast_binary(parser, OP_GT, $1, $3); }
| expr "<=" expr { $$ = ast_binary(parser, OP_LE, $1, $3); }
| expr ">=" expr { $$ = ast_binary(parser, OP_GE, $1, $3); }
| expr "and" expr { $$ = ast_binary(parser, OP_AND, $1, $3); }
| expr "or" expr { $$ = ast_binary(parser, OP_OR, $1, $3); }
| expr "??" expr { $$ = ast_binary(parser, OP_COALESCE, $1, $3); }
| "if" expr[test] "then" expr[yes] "else" expr[no] %prec CHOICE {
	$$ = ast_over(parser, EXPR_IF, $test, @$);
	$$->right = $yes;
	$$->third = $no;
  }
| postfix "where" condition {
	$$ = ast_over(parser, EXPR_WHERE, $postfix, @$);
	$$->right = $condition;
  }
| postfix "select" condition {
	$$ = ast_over(parser, EXPR_SELECT, $postfix, @$);
	$$->right = $condition;
  }
| postfix "when" condition {
	$$ = ast_over(parser, EXPR_WHEN, $postfix, @$);
	$$->right = $condition;
  }
| "not" expr { $$ = ast_unary(parser, OP_NOT, $2, @$); }
| '-' expr %prec NEG { $$ = ast_unary(parser, OP_NEG, $2, @$); }
| "sample" operand {
	$$ = ast_over(parser, EXPR_EDGE, $operand, @$);
	$$->policy = POLICY_SAMPLE;
  }
| "sample" '(' args ')' operand {
	$$ = ast_over(parser, EXPR_EDGE, $operand, @$);
	$$->policy = POLICY_SAMPLE;
	$$->has_args = true;
	$$->args = $args;
  }
;

condition: expr %prec COALESCE ;

postfix:
  primary
| postfix '.' name {
	$$ = ast_over(parser, EXPR_MEMBER, $1, @$);
	$$->name = $name;
  }
| postfix '[' expr ']' {
	$$ = ast_over(parser, EXPR_INDEX, $1, @$);
	$$->right = $expr;
  }
| postfix '[' expr[low] ".." expr[high] ']' {
	$$ = ast_over(parser, EXPR_WINDOW, $1, @$);
	$$->right = $low;
	$$->third = $high;
  }
| postfix '(' call_args ')' {
	$$ = ast_over(parser, EXPR_CALL, $1, @$);
	$$->args = $call_args;
  }
;

primary:
  name { $$ = ast_expr(parser, EXPR_NAME, @$); $$->name = $name; }
| INT { $$ = ast_expr(parser, EXPR_INT, @$); $$->text = $INT; }
| FLOAT { $$ = ast_expr(parser, EXPR_FLOAT, @$); $$->text = $FLOAT; }
| QUANTITY { $$ = ast_expr(parser, EXPR_QUANTITY, @$); $$->text = $QUANTITY; }
| STRING { $$ = ast_expr(parser, EXPR_STRING, @$); $$->text = $STRING; }
| "true" { $$ = ast_expr(parser, EXPR_BOOL, @$); $$->truth = true; }
| "false" { $$ = ast_expr(parser, EXPR_BOOL, @$); }
| '(' expr ')' { $$ = $2; $$->span = @$; }
| "it" { $$ = ast_expr(parser, EXPR_IT, @$); }
| '{' inits comma '}' { $$ = ast_expr(parser, EXPR_RECORD, @$); $$->args = $inits; }
| '[' ']' { $$ = ast_expr(parser, EXPR_LIST, @$); }
| '[' elems comma ']' { $$ = ast_expr(parser, EXPR_LIST, @$); $$->args = $elems; }
;

comma: %empty | ',' ;

inits:
  name ':' stream { $$ = (struct ast_args){0}; PUSH($$, (struct ast_arg){$name, $stream}); }
| inits ',' name ':' stream { $$ = $1; PUSH($$, (struct ast_arg){$name, $stream}); }
;

elems:
  expr { $$ = (struct ast_args){0}; PUSH($$, (struct ast_arg){.value = $expr}); }
| elems ',' expr { $$ = $1; PUSH($$, (struct ast_arg){.value = $expr}); }
;

call_args:
  %empty { $$ = (struct ast_args){0}; }
| args
| args ',' { $$ = $1; }
;

args:
  arg { $$ = (struct ast_args){0}; PUSH($$, $arg); }
| args ',' arg { $$ = $1; PUSH($$, $arg); }
;

arg:
  stream { $$ = (struct ast_arg){.value = $stream}; }
| name ':' stream { $$ = (struct ast_arg){.name = $name, .value = $stream}; }
;

rules:
  '{' rule_lines '}' { $$ = $rule_lines; }
| '{' rule_lines rule '}' { $$ = $rule_lines; PUSH($$, $rule); }
| '{' rule_lines error '}' { $$ = $rule_lines; }
;

rule_lines:
  %empty { $$ = (struct ast_rules){0}; }
| rule_lines END_STMT { $$ = $1; }
| rule_lines rule END_STMT { $$ = $1; PUSH($$, $rule); }
| rule_lines error END_STMT { $$ = $1; }
;

/* None: all that no such rule names. */
of_members:
  %empty { $$ = (struct ast_exprs){0}; }
| "of" members { $$ = $members; }
;

rule:
  "process" name on_host '{' member_lines '}' settings {
	$$ = $settings;
	$$.kind = RULE_PROCESS;
	$$.span = @$;
	$$.name = $name;
	$$.host = $on_host.host;
	$$.members = $member_lines;
  }
| "on" "crash" of_members policy {
	$$ = $policy;
	$$.kind = RULE_CRASH;
	$$.span = @$;
	$$.members = $of_members;
  }
| "on" "stall" "after" QUANTITY of_members own_policy {
	$$ = $own_policy;
	$$.kind = RULE_STALL;
	$$.span = @$;
	$$.members = $of_members;
	$$.expr = ast_expr(parser, EXPR_QUANTITY, @QUANTITY);
	$$.expr->text = $QUANTITY;
  }
| "workers" member '=' expr {
	$$ = (struct ast_rule){.kind = RULE_WORKERS, .span = @$, .expr = $expr};
	PUSH($$.members, $member);
  }
| "workers" member '=' expr "dynamic" {
	$$ = (struct ast_rule){.kind = RULE_WORKERS, .span = @$, .expr = $expr, .dynamic = true};
	PUSH($$.members, $member);
  }
| "budget" member '=' expr {
	$$ = (struct ast_rule){.kind = RULE_BUDGET, .span = @$, .expr = $expr};
	PUSH($$.members, $member);
  }
| "rate" member '=' expr {
	$$ = (struct ast_rule){.kind = RULE_RATE, .span = @$, .expr = $expr};
	PUSH($$.members, $member);
  }
| "limit" members '{' limit_lines '}' {
	$$ = (struct ast_rule){.kind = RULE_LIMIT, .span = @$, .members = $members};
	$$.limits = $limit_lines;
  }
| "may" "rest" members {
	$$ = (struct ast_rule){.kind = RULE_MAY_REST, .span = @$, .members = $members};
  }
| "starts" "resting" members {
	$$ = (struct ast_rule){.kind = RULE_STARTS_RESTING, .span = @$, .members = $members};
  }
| "wait" "spin" expr {
	$$ = (struct ast_rule){.kind = RULE_WAIT_SPIN, .span = @$, .expr = $expr};
  }
| "host" name '=' STRING {
	$$ = (struct ast_rule){.kind = RULE_HOST, .span = @$, .name = $name};
	$$.expr = ast_expr(parser, EXPR_STRING, @STRING);
	$$.expr->text = $STRING;
  }
;

on_host:
  %empty { $$ = (struct ast_rule){0}; }
| "on" name { $$ = (struct ast_rule){.host = $name}; }
;

limit_lines:
  limits
| limits sep
;

limits:
  resource { $$ = (struct ast_args){0}; PUSH($$, $resource); }
| limits sep resource { $$ = $1; PUSH($$, $resource); }
;

resource:
  name expr { $$ = (struct ast_arg){.name = $name, .value = $expr}; }
;

settings:
  %empty { $$ = (struct ast_rule){0}; }
| settings "workers" expr { $$ = $1; $$.workers = $expr; }
| settings "workers" expr "dynamic" { $$ = $1; $$.workers = $expr; $$.dynamic = true; }
| settings "cpu" expr { $$ = $1; $$.cpu = $$.cpu_last = $expr; }
| settings "cpu" expr[low] ".." expr[high] { $$ = $1; $$.cpu = $low; $$.cpu_last = $high; }
| settings "priority" expr { $$ = $1; $$.priority = $expr; }
;

/* The members of a process may stand on lines of their own. */
member_lines:
  member_list
| member_list sep
;

member_list:
  member { $$ = (struct ast_exprs){0}; PUSH($$, $member); }
| member_list sep member { $$ = $1; PUSH($$, $member); }
;

members:
  member { $$ = (struct ast_exprs){0}; PUSH($$, $member); }
| members ',' member { $$ = $1; PUSH($$, $member); }
;

member:
  name { $$ = ast_expr(parser, EXPR_NAME, @$); $$->name = $name; }
| member '.' name { $$ = ast_over(parser, EXPR_MEMBER, $1, @$); $$->name = $name; }
| member '[' expr ']' { $$ = ast_over(parser, EXPR_INDEX, $1, @$); $$->right = $expr; }
;

/* None: that of a crash. */
own_policy: %empty { $$ = (struct ast_rule){0}; } | policy ;

policy:
  '{' eol policy_body eol '}' { $$ = $policy_body; }
;

eol: %empty | eol END_STMT ;

policy_body:
  end
| restart
| restart "then" end { $$ = $restart; $$.has_end = true; $$.absent = $end.absent; }
;

end:
  "stop" { $$ = (struct ast_rule){.has_end = true}; }
| "absent" { $$ = (struct ast_rule){.has_end = true, .absent = true}; }
;

restart:
  "restart" INT "per" QUANTITY backoff {
	$$ = (struct ast_rule){0};
	$$.restarts = ast_expr(parser, EXPR_INT, @INT);
	$$.restarts->text = $INT;
	$$.per = ast_expr(parser, EXPR_QUANTITY, @QUANTITY);
	$$.per->text = $QUANTITY;
	$$.backoff = $backoff;
  }
;

backoff:
  %empty { $$ = NULL; }
| "backoff" QUANTITY {
	$$ = ast_expr(parser, EXPR_QUANTITY, @QUANTITY);
	$$->text = $QUANTITY;
  }
;

/* Words that are keywords only where a name cannot stand. */
name:
  NAME { $$ = (struct ast_name){$NAME, @$}; }
| word {
	const char *text = parser->sources->list.items[@$.source].text;
	$$ = (struct ast_name){parser_intern(parser, text + @$.start, @$.end - @$.start), @$};
  }
;

word:
  "use" | "as" | "const" | "type" | "enum" | "node" | "pipeline" | "deploy" | "of" | "param"
| "live" | "budget" | "rate" | "source" | "link" | "stateless" | "origin" | "paced" | "process"
| "on" | "crash" | "restart" | "per" | "backoff" | "stop" | "absent" | "fires" | "state"
| "persistent" | "command" | "step" | "workers" | "dynamic" | "cpu" | "priority" | "host"
| "wait" | "spin" | "stall" | "after" | "reads" | "writes" | "appends" | "network" | "unix"
| "executes" | "devices" | "display" | "sets" | "settled" | "init" | "touches" | "nothing" | "limit"
| "finish" | "c" | "include" | "define" | "flushes" | "wakes" | "makes" | "secret"
| "changed" | "may" | "rest" | "starts" | "resting" | "memory" | "private" | "public" | "exact"
| "dropped" | "by" | "lossy"
;

%%

/* The scanner reads all of a file at once; yyerror's plain form is for bison's own limits. */
static int parser_lex(PARSER_STYPE *lval, PARSER_LTYPE *lloc, void *scanner,
                      struct parser *parser)
{
	parser->before = parser->at;
	int token = lexer_lex(lval, lloc, scanner);
	parser->at = *lloc;
	return token;
}

static void parser_error(PARSER_LTYPE *lloc, void *scanner, struct parser *parser,
                         const char *message)
{
	(void)scanner;
	(void)message;
	diag_report(parser->diags, E0105, *lloc, "this is nested too deeply for the parser");
	diag_help(parser->diags, "give parts of it names of their own");
}

static const char *token_text(struct parser *parser, struct span span)
{
	const char *text = parser->sources->list.items[span.source].text;
	return arena_strndup(parser->arena, text + span.start, span.end - span.start);
}

/* "a name, ')' or ','", from what the parser could have taken; NULL when it is too much to help. */
static const char *expected_text(struct parser *parser, const yypcontext_t *context)
{
	enum { MOST = 5 };
	yysymbol_kind_t kinds[MOST];
	int n = yypcontext_expected_tokens(context, kinds, MOST);
	const char *text = "";
	for (int i = 0; i < n; i++) {
		const char *between = i == 0 ? "" : i + 1 == n ? " or " : ", ";
		const char *name = yysymbol_name(kinds[i]);
		bool bare = strchr(name, ' ') != NULL;
		if (name[0] == '\'')
			name = arena_printf(parser->arena, "%c", name[1]);
		text = arena_printf(parser->arena, bare ? "%s%s%s" : "%s%s'%s'", text, between, name);
	}
	return n > 0 ? text : NULL;
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool is_expected(const yypcontext_t *context, const char *word)
{
	yysymbol_kind_t kinds[YYNTOKENS];
	int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
	for (int i = 0; i < n; i++)
		if (strcmp(yysymbol_name(kinds[i]), word) == 0)
			return true;
	return false;
}

/* A name that cannot stand here, or before here, is likely a word of the language, misspelt. */
static void suggest_keyword(struct parser *parser, const yypcontext_t *context, const char *word)
{
	static const char *const leading[] = {
	        "use",    "const",  "type",      "enum",   "node",   "pipeline", "deploy",
	        "param",  "live",   "budget",    "rate",   "source", "link",     "stateless",
	        "origin", "assert", "latest",    "sample", "queue",  "process",  "on",
	        "crash",  "of",     "restart",   "per",    "backoff", "then",    "stop",
	        "absent", "paced",  "every",     "where",  "select", "when",     "workers",
	        "stall",  "state",  "persistent", "step",  "fires",  "for",      "if", "priority",
	        "reads",  "writes", "appends",   "network", "unix",  "executes", "devices",
	        "display", "sets", "settled", "touches", "limit",  "finish", "include",  "define",
	        "flushes", "wakes", "makes",  "secret",  "changed", "may", "rest", "starts", "resting",
	        "memory", "private", "public", "exact", "dropped", "lossy"};
	const char *before = token_text(parser, parser->before);
	size_t n = sizeof leading / sizeof *leading;
	if (strcmp(before, "return") == 0 || strcmp(word, "return") == 0)
		return;
	const char *nearest = text_nearest(word, leading, n);
	const char *text = parser->sources->list.items[parser->before.source].text;
	bool part = parser->before.start > 0 && text[parser->before.start - 1] == '.';
	if (nearest && is_expected(context, nearest))
		diag_suggest(parser->diags, word, leading, n);
	else if (!part && strlen(before) > 2 && !is_one_of(before, leading, n))
		diag_suggest(parser->diags, before, leading, n);
}

/* `for i in …`: the word before is the one that is not known yet. */
static bool report_later_word(struct parser *parser, struct span span)
{
	const char *word = token_text(parser, span);
	if (!parser_is_later_word(word))
		return false;
	diag_report(parser->diags, E0106, span, "'%s' comes with a later version of pkd", word);
	return true;
}

/* Habits of other languages. `before` is the word before the one that is not expected. */
static const char *habit(const char *before, const char *word, bool named, int open)
{
	static const char *const binders[] = {"let", "var", "val", "auto", "def", "fn", "func"};
	static const char *const functions[] = {"max", "min", "pow", "atan2"};
	static const char *const arithmetic[] = {"+", "-", "*", "/", "%"};
	static const char *const comparisons[] = {"==", "!=", "<", ">", "<=", ">="};
	if (named && is_one_of(before, binders, sizeof binders / sizeof *binders))
		return "a name is bound without a word before it: 'x = ...'";
	if (strcmp(word, "*") == 0 && strcmp(before, "*") == 0)
		return "a power is written 'pow(x, y)'";
	if (strcmp(word, "=") == 0 && is_one_of(before, arithmetic, 5))
		return "a name is bound once; its own value goes on as 'x = (x[-1] ?? 0) + ...'";
	if (strcmp(word, "=") == 0 && open > 0)
		return "an argument is named with a colon: 'path: ...'; equality is '=='";
	if (strcmp(before, "return") == 0 || strcmp(word, "return") == 0)
		return DIAG_NO_RETURN;
	if (strcmp(word, "?") == 0)
		return "a choice is written 'if c then a else b'";
	if (is_one_of(word, comparisons, sizeof comparisons / sizeof *comparisons))
		return "comparisons are not chained: write 'a < b and b < c'";
	if (strcmp(word, ":") == 0 && open == 0)
		return "a name is bound by '=' alone: 'x = ...'";
	if (strcmp(word, "else") == 0)
		return "a default for an absent value is written behind '??'";
	if (strcmp(word, "any") == 0)
		return "whether one is so is 'exists(xs, it > 3)'";
	if (named && is_one_of(word, functions, sizeof functions / sizeof *functions))
		return "a function has what it takes in parentheses: 'max(a, b)'";
	if (named && strcmp(word, "mod") == 0)
		return "the rest of a division is 'a % b'";
	if (*word == '"' && strcmp(before, "f") == 0)
		return "texts are put together by '+': '\"a \" + text(x)'";
	if (strcmp(word, ";") == 0)
		return "a statement ends at the end of its line, without ';'";
	return NULL;
}

/* The edge word behind whose operand a text stands: "latest" of `latest cam * 2` at the star; NULL
 * where there is none. */
static const char *edge_word_before(const struct parser *parser, struct span at)
{
	static const char *const words[] = {"latest", "sample", "queue", "every"};
	const char *text = parser->sources->list.items[at.source].text;
	uint32_t start = at.start;
	while (start > 0 && strchr(" \t.[]()-", text[start - 1]) != NULL)
		start--;
	while (start > 0 && (text[start - 1] == '_' || isalnum((unsigned char)text[start - 1]) ||
	                     strchr(" \t.[]()-", text[start - 1]) != NULL)) {
		start--;
		bool begins = start == 0 || strchr(" \t(:=,", text[start - 1]) != NULL;
		for (size_t i = 0; begins && i < sizeof words / sizeof *words; i++)
			if (strncmp(text + start, words[i], strlen(words[i])) == 0 &&
			    strchr(" (", text[start + strlen(words[i])]) != NULL)
				return words[i];
	}
	return NULL;
}

/* Whether the word goes on with an expression. */
static bool is_operator(const char *word)
{
	static const char *const words[] = {"+",  "-",  "*",   "/",  "%",     "==",     "!=",  "<",
	                                    ">",  "<=", ">=",  "??", "where", "select", "when", "and",
	                                    "or"};
	return is_one_of(word, words, sizeof words / sizeof *words);
}

/* `x: 1 ⏎ y: 2` in brackets: what begins a line there without a comma before it. */
static bool lacks_comma(const struct parser *parser, struct span at, int open)
{
	const char *text = parser->sources->list.items[at.source].text;
	uint32_t start = at.start;

	if (open == 0)
		return false;
	while (start > 0 && strchr(" \t", text[start - 1]))
		start--;
	const char *next = text + at.end + strspn(text + at.end, " \t");
	return *next == ':' || (start > 0 && text[start - 1] == '\n');
}

/* `100 ms`: a unit that stands apart from its number. */
static bool help_unit(struct parser *parser, const char *word)
{
	const char *before = token_text(parser, parser->before);
	if (!isdigit((unsigned char)*before) || strspn(before, "0123456789_.") != strlen(before) ||
	    !parser_is_unit(word))
		return false;
	diag_help(parser->diags, "a unit stands right behind its number: '%s%s'", before, word);
	return true;
}

/* The beginning of the line in which a place of the text is. */
static const char *line_of(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/* `assert memory < 1MiB`, `makes == 3`: such a limit is an upper one, and may be reached. */
static bool help_limit(struct parser *parser, const yypcontext_t *context, const char *word)
{
	static const char *const others[] = {"<", "==", ">", ">="};
	struct span at = *yypcontext_location(context);
	const char *text = parser->sources->list.items[at.source].text;
	const char *line = line_of(text, text + at.start);
	const char *live = strstr(line, "live"), *independent = strstr(line, "independent");
	if (!is_one_of(word, others, sizeof others / sizeof *others) ||
	    !is_expected(context, "<=") || is_expected(context, "<"))
		return false;
	/* These have none. */
	if (!(live && live < text + at.start) && !(independent && independent < text + at.start))
		diag_help(parser->diags, "write '<='");
	return true;
}

/* `param k: …` among the statements of a pipeline, `live param` in its parentheses. */
static bool help_param(struct parser *parser, const yypcontext_t *context)
{
	const char *before = token_text(parser, parser->before);
	bool named = yypcontext_token(context) == YYSYMBOL_NAME && strcmp(before, "param") == 0;
	bool live = yypcontext_token(context) == YYSYMBOL_PARAM && strcmp(before, "live") == 0;
	if (strcmp(before, "live") == 0 && is_expected(context, "':'"))
		diag_help(parser->diags, "leave out 'live': it stands in the braces of a node");
	else if (named || live)
		diag_help(parser->diags,
		          "the parameters of a pipeline stand in its parentheses: 'pipeline "
		          "p(k: u32 = 3)'");
	if (named || live || (strcmp(before, "live") == 0 && is_expected(context, "':'")))
		return true;
	/* In a declaration; in the parentheses of one after ':' alone. */
	struct span at = *yypcontext_location(context);
	const char *text = parser->sources->list.items[at.source].text;
	const char *line = line_of(text, text + at.start);
	line += strspn(line, " \t");
	line += strncmp(line, "live ", 5) == 0 ? 5 : 0;
	if (strncmp(line, "param ", 6) != 0)
		return false;
	diag_help(parser->diags, "a parameter is written as in 'param k: u32 = 3 in 0..9'");
	return true;
}

/* `use "nodes/faces.pkd"` without the name that it is to have. */
static bool help_use(struct parser *parser, const yypcontext_t *context)
{
	const char *before = token_text(parser, parser->before);
	const char *line = line_of(parser->sources->list.items[parser->before.source].text,
	                           parser->sources->list.items[parser->before.source].text +
	                                   parser->before.start);
	if (*before != '"' || strncmp(line, "use ", 4) != 0 || !is_expected(context, "as"))
		return false;
	const char *slash = strrchr(before, '/');
	char *name = arena_strdup(parser->arena, slash ? slash + 1 : before + 1);
	name[strcspn(name, ".\"")] = '\0';
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	diag_help(parser->diags, "say what it is called here: 'use %s as %s'", before,
	          isalpha((unsigned char)*name) ? name : "m");
	return true;
}

/* `{ gain }`, and `step { return 1 }`. */
static bool help_braces(struct parser *parser, const yypcontext_t *context, const char *word, int open)
{
	const char *before = token_text(parser, parser->before);
	bool ends = strcmp(word, "}") == 0 || strcmp(word, ",") == 0;
	if (ends && open > 0 && is_expected(context, "':'")) {
		diag_help(parser->diags, "a field has a name and a value: '%s: %s'", before, before);
		return true;
	}
	if (strcmp(word, "{") != 0 || !is_expected(context, "a block of C"))
		return false;
	diag_help(parser->diags, "the C of a node stands between '{=' and '=}'");
	return true;
}

/* A word of the language where a name is needed: `{ when: 3 }`, `if = x`. */
static bool help_reserved(struct parser *parser, const yypcontext_t *context, const char *word)
{
	static const char *const reserved[] = {
	        "and",    "any", "assert", "else", "every", "false",  "for",  "if",   "in",   "it",
	        "latest", "not", "or",     "out",  "queue", "sample", "then", "true", "when", "where"};
	size_t n = sizeof reserved / sizeof *reserved;
	const char *before = token_text(parser, parser->before);
	const char *text = parser->sources->list.items[parser->before.source].text;
	const char *line = line_of(text, text + parser->before.start);
	bool begins = line + strspn(line, " \t") == text + parser->before.start;
	struct span at = *yypcontext_location(context);
	const char *next = parser->sources->list.items[at.source].text + at.end;
	next += strspn(next, " \t");
	bool binds = strcmp(word, "=") == 0 && begins && is_one_of(before, reserved, n);
	bool names = is_one_of(word, reserved, n) && (*next == ':' || (*next == '=' && next[1] != '='));
	if (!binds && !names)
		return false;
	const char *name = binds ? before : word;
	diag_help(parser->diags, "'%s' is a word of the language: write '%s_', or another name", name,
	          name);
	return true;
}

/* `deploy p { … }` within a pipeline. */
static bool help_declaration(struct parser *parser, const yypcontext_t *context)
{
	static const char *const words[] = {"use",  "const",    "type",  "enum",
	                                    "node", "pipeline", "deploy"};
	const char *before = token_text(parser, parser->before);
	if (!is_one_of(before, words, sizeof words / sizeof *words) || !is_expected(context, "'='"))
		return false;
	diag_help(parser->diags, "'%s' stands beside the pipelines of a file, not in one", before);
	return true;
}

/* A line of a choice that goes no further. */
static bool help_choice(struct parser *parser, const yypcontext_t *context, const char *word)
{
	struct span at = *yypcontext_location(context);
	const char *next = parser->sources->list.items[at.source].text + at.end;
	if (is_expected(context, "then") && strcmp(word, "{") == 0)
		diag_help(parser->diags, "a value is chosen by 'if c then a else b'");
	else if (is_expected(context, "else") && yypcontext_token(context) == YYSYMBOL_END_STMT &&
	         strncmp(next + strspn(next, " \t\r\n"), "else", 4) != 0)
		diag_help(parser->diags, "write 'else' and its value; where there is none: 'a when c'");
	else
		return false;
	return true;
}

/* The bracket that is open at a place, looked for backwards on the lines before; strings have none.
 * NULL: none is found. */
static const char *open_bracket(const char *text, const char *at)
{
	enum { BYTES_MAX = 4000 };
	int depth = 0;
	for (const char *c = at, *end = at; c > text && end - c < BYTES_MAX;) {
		c--;
		if (*c == '"') {
			while (c > text && c[-1] != '\n' && c[-1] != '"')
				c--;
			c -= c > text;
		} else if (strchr(")]}", *c)) {
			depth++;
		} else if (strchr("([{", *c) && depth-- == 0) {
			return c;
		}
	}
	return NULL;
}

/* `f(a ⏎ }`: a bracket is not closed. */
static bool help_bracket(struct parser *parser, const yypcontext_t *context, const char *word, int open)
{
	struct span at = *yypcontext_location(context);
	const char *text = parser->sources->list.items[at.source].text;
	bool ends = at.start == at.end || is_one_of(word, (const char *const[]){"}", ")", "]"}, 3);
	const char *bracket = ends && open > 0 ? open_bracket(text, text + at.start) : NULL;
	if (!bracket || (*bracket == '{' && *word == '}'))
		return false;
	uint32_t line = source_position(parser->sources, at.source, (uint32_t)(bracket - text)).line;
	diag_help(parser->diags, "write '%s' first: the '%c' of line %u is open",
	          *bracket == '('   ? ")"
	          : *bracket == '[' ? "]"
	                            : "}",
	          *bracket, line);
	return true;
}

/* `open`: how many brackets were, where the mistake is. */
static void help_with_syntax(struct parser *parser, const yypcontext_t *context, const char *word,
                             int open)
{
	struct span at = *yypcontext_location(context);
	yysymbol_kind_t token = yypcontext_token(context);
	if (help_limit(parser, context, word))
		return;
	const char *edge = is_operator(word) ? edge_word_before(parser, at) : NULL;
	if (edge) {
		if (strcmp(edge, "sample") == 0)
			diag_help(parser->diags, "put it in parentheses: '(sample x) %s ...'", word);
		else
			diag_help(parser->diags,
			          "'%s' chooses for one input: bind the choice first, "
			          "as in 'c = %s x', and write c here",
			          edge,
			          strcmp(edge, "every") == 0   ? "every(2)"
			          : strcmp(edge, "queue") == 0 ? "queue(2)"
			                                       : edge);
		return;
	}
	if (help_param(parser, context) || help_use(parser, context) ||
	    help_braces(parser, context, word, open) || help_reserved(parser, context, word) ||
	    help_declaration(parser, context) || help_choice(parser, context, word) ||
	    help_bracket(parser, context, word, open))
		return;
	const char *known = habit(token_text(parser, parser->before), word,
	                          token == YYSYMBOL_NAME, open);
	if (known)
		diag_help(parser->diags, "%s", known);
	else if (token == YYSYMBOL_NAME && help_unit(parser, word))
		return;
	else if (token == YYSYMBOL_NAME && lacks_comma(parser, at, open))
		diag_help(parser->diags, "write ',' before it, also at the end of a line");
	else if (token == YYSYMBOL_END_STMT && open == 0)
		diag_help(parser->diags, "a line goes on after an operator, a comma, an opening bracket, "
		                         "'then' or 'else'");
	else if (token == YYSYMBOL_LATEST || token == YYSYMBOL_SAMPLE || token == YYSYMBOL_QUEUE)
		diag_help(parser->diags, "such a word stands before the name of a stream, once");
}

/* The name that a line binds or declares: `x = …`, `x += …`, `x[0] = …`, `let x …`, `node x`,
 * `for x`. Returns its length, 0 where there is none. */
static size_t bound_name(const char *line, const char **ret_name)
{
	static const char *const leading[] = {"const", "type",     "enum",  "node", "pipeline",
	                                      "out",   "for",      "param", "let",  "var",
	                                      "val",   "auto",     "def",   "fn",   "func",
	                                      "deploy"};
	static const char letters[] = "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *name = line + strspn(line, " \t");
	size_t length = strspn(name, letters);
	const char *behind = name + length + strspn(name + length, " \t");
	for (size_t i = 0; i < sizeof leading / sizeof *leading; i++) {
		if (strlen(leading[i]) == length && strncmp(leading[i], name, length) == 0 &&
		    strspn(behind, letters) > 0) {
			*ret_name = behind;
			return strspn(behind, letters);
		}
	}
	*ret_name = name;
	if (*behind != '\0' && strchr("+-*/%:", *behind))
		behind++;
	return (behind[0] == '=' && behind[1] != '=') || name[length] == '[' ? length : 0;
}

/* The name that the broken statement or declaration would have bound is not missed later. In
 * brackets it may have begun lines before. */
static void note_lost_name(struct parser *parser, struct span span, bool open)
{
	enum { LINES_MAX = 50 };
	const char *text = parser->sources->list.items[span.source].text;
	const char *line = line_of(text, text + span.start), *name;
	size_t length = bound_name(line, &name);
	for (int i = 0; open && !length && line > text && i < LINES_MAX; i++) {
		line = line_of(text, line - 1);
		length = bound_name(line, &name);
	}
	if (length > 0)
		PUSH(parser->file->lost, parser_intern(parser, name, length));
}

void parser_lose_name(struct parser *parser, struct span at)
{
	note_lost_name(parser, at, parser->brackets > 0);
}

static int yyreport_syntax_error(const yypcontext_t *context, void *scanner, struct parser *parser)
{
	(void)scanner;
	yysymbol_kind_t token = yypcontext_token(context);
	struct span span = *yypcontext_location(context);
	int open = parser->brackets;
	parser->brackets = 0; /* recovery goes on at the line's end, whatever was open */
	note_lost_name(parser, span, open > 0);
	if (token == YYSYMBOL_YYerror || token == YYSYMBOL_YYEMPTY)
		return 0; /* the scanner has said it */
	const char *word = token_text(parser, span);
	if ((token == YYSYMBOL_NAME && report_later_word(parser, span)) ||
	    report_later_word(parser, parser->before))
		return 0;
	const char *what = span.start == span.end ? "end of the file"
	                   : token == YYSYMBOL_END_STMT
	                           ? "end of the line"
	                           : arena_printf(parser->arena, "'%s'", word);
	const char *expected = expected_text(parser, context);
	if (expected)
		diag_report(parser->diags, E0103, span, "unexpected %s; expected %s", what, expected);
	else
		diag_report(parser->diags, E0103, span, "unexpected %s", what);
	help_with_syntax(parser, context, word, open);
	if (token == YYSYMBOL_NAME)
		suggest_keyword(parser, context, word);
	return 0;
}
