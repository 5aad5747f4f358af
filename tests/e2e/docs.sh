#!/bin/sh
# The programs of docs/language.md: each `pkd` block compiles without a message, each `pkd wrong CODE`
# block is refused with that code. The grammar at its end has every word of the scanner, and no others.
set -u
page=$ROOT/docs/language.md

# One file a block: 003.pkd; 004.wrong.E0406.pkd. One without a pipeline is given an empty one.
awk '
	/^```pkd( |$)/ {
		name = sprintf("%03d", ++n)
		if ($2 != "") name = name "." $2
		if ($3 != "") name = name "." $3
		file = name ".pkd"
		printf "" >file
		lines[file] = NR
		next
	}
	/^```/ && file {
		if (!whole[file]) print "pipeline page() { }" >file
		close(file)
		print lines[file], file
		file = ""
		next
	}
	file { print >file }
	file && /^pipeline / { whole[file] = 1 }
' "$page" >blocks

status=0
bad() { echo "docs/language.md:$1: $2"; [ ! -s out ] || cat out; status=1; }

while read -r line file; do
	"$PKDC" check "$file" >out 2>&1
	got=$?
	case $file in
	*.wrong.*)
		code=${file#*.wrong.}
		code=${code%.pkd}
		[ "$got" -eq 1 ] || bad "$line" 'this program was to be refused'
		[ "$code" = pkd ] || grep -q "error\[$code\]" out || bad "$line" "no $code"
		;;
	[0-9][0-9][0-9].pkd)
		if [ "$got" -ne 0 ] || [ -s out ]; then bad "$line" "this program has mistakes"; fi
		;;
	*) bad "$line" 'what kind of block is this?' ;;
	esac
done <blocks
[ "$(wc -l <blocks)" -ge 8 ] || bad 1 'the page has lost its programs'

: >out
awk '/^```ebnf$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" >grammar
sed -n 's/.*{"\([a-z]*\)", TOKEN_[A-Z]*}.*/&/p' "$ROOT/compiler/front/lexer.l" |
	grep -o '{"[a-z]*"' | tr -d '{' >words
[ "$(wc -l <words)" -ge 38 ] || bad 1 'the words of the scanner were not found'
while read -r word; do
	grep -qF "$word" grammar || bad 1 "the grammar lacks $word"
done <words
sed -n 's/^FUNCTION([A-Z0-9]*, "\([a-z0-9]*\)".*/\1/p' "$ROOT/compiler/sema/function.def" >functions
[ "$(wc -l <functions)" -ge 40 ] || bad 1 'the functions of the language were not found'
sed -n "/^### Functions/,/is the item that is looked at/p" "$page" | grep "^|" | grep -o "\`[a-z0-9]*(" |
	tr -d "\`(" | sort -u >described
sort -u functions | diff - described >out || bad 1 'the table of functions is another than function.def'
: >out
grep -o '"[a-z][a-z]*"' grammar | tr -d '"' | sort -u | while read -r word; do
	grep -qFx "\"$word\"" words || echo "$word"
done >unknown
[ ! -s unknown ] || bad 1 "the grammar has words that the scanner lacks: $(tr '\n' ' ' <unknown)"
echo "$(wc -l <blocks) programs"
exit $status
