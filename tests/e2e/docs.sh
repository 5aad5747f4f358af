#!/bin/sh
# The pages for people. Each `pkd` block of docs/language.md, tour.md, cookbook.md, nodes.md and python.md compiles without a
# message; each `pkd wrong CODE` block is refused with that code. A block with a file's name (`pkd
# count.pkd`, `c hear.c`, `text street.conf`) is that file; a `console` block runs what is behind its `$ `,
# which succeeds and prints what follows, standard output first. A … stands for any text. The grammar at
# the end of language.md has every word of the scanner, and no others.
# docs/nodes.md is what `pkdc nodes --markdown` writes, with an example of each node.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
PATH=$B:$PATH

status=0
page=
bad() { echo "docs/$page.md:$1: $2"; [ ! -s out ] || cat out; status=1; }

# The blocks of a page, in a directory of its own. One file for each program: 003.pkd; 004.wrong.E0406.pkd;
# one without a pipeline is given an empty one there. `blocks` has their lines; `commands` those of the
# commands, and N.command and N.printed what belongs to each.
blocks_of() {
	awk '
	function begin(name) { printf "" >name; out[name] = 1 }
	function end() { for (name in out) close(name); split("", out) }
	function put() { for (name in out) print >name }

	/^```/ && kind {
		if (kind == "pkd" && !whole) print "pipeline page() { }" >program
		end()
		kind = ""
		next
	}
	/^```pkd( |$)/ {
		kind = "pkd"
		whole = 0
		program = sprintf("%03d", ++n)
		if ($2 != "" && $2 !~ /\.pkd$/) program = program "." $2
		if ($3 != "") program = program "." $3
		program = program ".pkd"
		begin(program)
		print NR, program >"blocks"
	}
	/^```[a-z]* [a-z0-9_]*\.[a-z]*$/ {
		kind = substr($1, 4)
		if ($2 in named) print NR, $2 >"twice"
		named[$2] = 1
		begin($2)
	}
	/^```console$/ { kind = "console"; next }
	/^```/ { if (!kind) kind = "other"; next }
	kind == "pkd" && /^pipeline / { whole = 1 }
	kind == "console" && /^\$ / {
		end()
		print NR >"commands"
		print substr($0, 3) >(NR ".command")
		close(NR ".command")
		begin(NR ".printed")
		next
	}
	kind { put() }
	' "$1"
}

check_program() {
	"$PKDC" check "$2" >out 2>&1
	got=$?
	case $2 in
	*.wrong.*)
		code=${2#*.wrong.}
		code=${code%.pkd}
		[ "$got" -eq 1 ] || bad "$1" 'this program was to be refused'
		[ "$code" = pkd ] || grep -q "error\[$code\]" out || bad "$1" "no $code"
		;;
	[0-9][0-9][0-9].pkd)
		if [ "$got" -ne 0 ] || [ -s out ]; then bad "$1" "this program has mistakes"; fi
		;;
	*) bad "$1" 'what kind of block is this?' ;;
	esac
}

run_command() {
	at_most 60 sh "$1.command" >stdout 2>stderr </dev/null
	got=$?
	cat stdout stderr >out
	[ "$got" -eq 0 ] || bad "$1" "$(cat "$1.command"): status $got"
	pattern=$(sed 's/[][\\*?]/\\&/g; s/…/*/g' "$1.printed")
	# shellcheck disable=SC2254 # a pattern
	case $(cat out) in
	$pattern) ;;
	*) bad "$1" "$(cat "$1.command") prints something else" ;;
	esac
}

# Of each link to a heading, in this page or another one.
check_links() {
	grep -no '](\([a-z]*\.md\)\{0,1\}#[^)]*)' "$ROOT/docs/$page.md" | tr -d '()]' | tr '#' ' ' >links
	while IFS=: read -r line link; do
		to=${link% *}
		sed -n 's/^##* //p' "$ROOT/docs/${to:-$page.md}" | tr '[:upper:]' '[:lower:]' |
			sed 's/[^a-z0-9 _-]//g; s/ /-/g' >headings
		grep -qxF -- "${link#* }" headings || bad "$line" "no heading '${link#* }' in ${to:-this page}"
	done <links
}

# page_of NAME PROGRAMS COMMANDS: has at least so many.
page_of() {
	page=$1
	mkdir -p "$page"
	cd "$page" || exit 2
	: >commands
	blocks_of "$ROOT/docs/$page.md"
	: >out
	[ ! -e twice ] || bad "$(head -n 1 twice)" 'two blocks are one file'
	while read -r line file; do
		check_program "$line" "$file"
	done <blocks
	while read -r line; do
		run_command "$line"
	done <commands
	: >out
	check_links
	[ "$(wc -l <blocks)" -ge "$2" ] || bad 1 'the page has lost its programs'
	[ "$(wc -l <commands)" -ge "$3" ] || bad 1 'the page has lost its commands'
	echo "$page: $(wc -l <blocks) programs, $(wc -l <commands) commands"
	cd ..
}

page_of tour 20 20
mkdir cookbook
cp tour/signals.pkd tour/live.pkd cookbook
page_of cookbook 30 15
page_of nodes 6 0
page_of language 20 0
if (needs_python_nodes) >out; then
	needs_python_nodes
	page_of python 4 6
else
	cat out
fi

# Each function of a node's C.
page=node-api
grep -oE '\bpkd_[a-z_]+\(' "$ROOT/runtime/include/pkd/node.h" | sort -u | tr -d '(' | while read -r name; do
	grep -q "$name" "$ROOT/docs/node-api.md" || echo "$name"
done >out
[ ! -s out ] || bad 1 'functions of node.h without a line:'
: >out
check_links

page=multiprocessing
check_links

page=nodes
"$PKDC" nodes --markdown >nodes.md 2>out || bad 1 'pkdc nodes --markdown fails'
diff "$ROOT/docs/nodes.md" nodes.md >out || bad 1 'it is not what pkdc nodes --markdown writes (make nodes)'
"$PKDC" nodes | while read -r name _; do
	[ -e "$ROOT/examples/nodes/$name.pkd" ] || echo "$name"
done >out
[ ! -s out ] || bad 1 'nodes without an example in examples/nodes:'

page=language
reference=$ROOT/docs/$page.md
awk '/^```ebnf$/ { on = 1; next } /^```$/ { on = 0 } on' "$reference" >grammar
sed -n 's/.*{"\([a-z]*\)", TOKEN_[A-Z]*}.*/&/p' "$ROOT/compiler/front/lexer.l" |
	grep -o '{"[a-z]*"' | tr -d '{' >words
[ "$(wc -l <words)" -ge 38 ] || bad 1 'the words of the scanner were not found'
while read -r word; do
	grep -qF "$word" grammar || bad 1 "the grammar lacks $word"
done <words
sed -n 's/^FUNCTION([A-Z0-9]*, "\([a-z0-9]*\)".*/\1/p' "$ROOT/compiler/sema/function.def" >functions
[ "$(wc -l <functions)" -ge 40 ] || bad 1 'the functions of the language were not found'
sed -n "/^### Functions/,/is the item that is looked at/p" "$reference" | grep "^|" | grep -o "\`[a-z0-9]*(" |
	tr -d "\`(" | sort -u >described
sort -u functions | diff - described >out || bad 1 'the table of functions is another than function.def'
: >out
grep -o '"[a-z][a-z]*"' grammar | tr -d '"' | sort -u | while read -r word; do
	grep -qFx "\"$word\"" words || echo "$word"
done >unknown
[ ! -s unknown ] || bad 1 "the grammar has words that the scanner lacks: $(tr '\n' ' ' <unknown)"
exit $status
