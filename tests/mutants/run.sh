#!/bin/sh
# For each mutant of `table`: takes a safety mechanism out of a copy of the runtime and runs the test
# that must then fail, and that passes when nothing is taken out. One line for each, the output of the
# tests that should have failed, and the count as the last line.
#
#   run.sh               all
#   run.sh --cheap       a third of those whose test is a unit test
#   run.sh WORD...       those whose name or test contains one of the words
#   run.sh --file NAME   only writes the runtime file of that mutant to stdout
#   run.sh --check       only says which mutants do not apply
#   MUTANTS_PASSED       a file of those that were caught before: they are left out, and others added
#
# From the Makefile: B (the build directory). A mutant that does not apply exactly once fails.
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 2
root=$(cd "$here/../.." && pwd) || exit 2
B=$(cd "${B:-$root/build}" 2>/dev/null && pwd) || { echo 'run.sh: build first: make'; exit 2; }
export B ROOT="$root" MEDIA="$root/build/media" LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP
unset PKD_CACHE MAKEFLAGS MFLAGS MAKELEVEL
unit_limit=100
script_limit=1200

work=$(mktemp -d "${TMPDIR:-/tmp}/pkd-mutants.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# ---- The table ----

# A folder for each mutant, a file for each of its fields; old.N and new.N are its replacements. The
# names are in `names`, in order.
mkdir "$work/mutants"
awk -v to="$work/mutants" '
	function put(file, text) { print text >(to "/" name "/" file) }
	/^#/ || /^$/ { next }
	$1 == "mutant" {
		name = $2
		n = 0
		last = ""
		system("mkdir " to "/" name)
		print name >(to "/names")
		next
	}
	/^-/ { if (last != "-") n++; put("old." n, substr($0, 2)); last = "-"; next }
	/^\+/ { put("new." n, substr($0, 2)); last = "+"; next }
	{ field = $1; sub(/^[a-z]+ +/, ""); put(field, $0); last = "" }
' "$here/table" || exit 2

# field NAME: of $mutant, nothing when it has none.
field() { cat "$work/mutants/$mutant/$1" 2>/dev/null; }

# mutate: the runtime file of $mutant, with all replacements, to stdout.
mutate() {
	cp "$root/runtime/$(field file)" "$work/text" || return 1
	for change in "$work/mutants/$mutant"/old.*; do
		[ -e "$change" ] || { echo 'it changes nothing' >&2; return 1; }
		old=$(cat "$change") new=$(field "new.${change##*.}") awk '
			{ text = text $0 "\n" }
			END {
				old = ENVIRON["old"]
				at = index(text, old)
				rest = substr(text, at + length(old))
				if (!at || index(rest, old)) {
					print "its old text is there " (at ? "more than once" : "no more") ": " old >"/dev/stderr"
					exit 1
				}
				printf "%s%s%s", substr(text, 1, at - 1), ENVIRON["new"], rest
			}' "$work/text" >"$work/changed" || return 1
		mv "$work/changed" "$work/text"
	done
	cat "$work/text"
}

if [ "${1:-}" = --file ]; then
	mutant=$2
	mutate
	exit
fi

if [ "${1:-}" = --check ]; then
	while read -r mutant; do
		[ -z "$(field skip)" ] || continue
		mutate >/dev/null 2>"$work/said" || echo "mutant $mutant: $(head -n 1 "$work/said")"
	done <"$work/mutants/names"
	exit
fi

# ---- Building ----

# compile SOURCE OBJECT [FOLDER]: without optimisation, as it is for one run. The folder is where the source
# is a copy from, for headers beside it, which only nodes name so: runtime/os has a limits.h. The compiler
# has headers of its own.
compile() {
	case ${3:-} in */stdlib/*) beside=$3 ;; *) beside= ;; esac
	case ${3:-} in */compiler/*) own=$root/compiler ;; *) own=$root/runtime ;; esac
	# shellcheck disable=SC2086 # words
	${CC:-cc} -std=gnu11 -O0 -I"$own" -I"$root/runtime/include" -I"$B/include" \
		${beside:+-iquote "$beside"} ${CFLAGS:-} -c -o "$2" "$1" >"$work/out" 2>&1
}

# unit PROGRAM RESULT OBJECT...: the unit test with these objects instead of those of the library.
unit() {
	tests=$work/runtime_$1.o
	result=$2
	source=$root/tests/unit/runtime_$1.c
	shift 2
	[ -e "$work/filter.o" ] || compile "$here/filter.c" "$work/filter.o" || return 1
	[ -e "$tests" ] || compile "$source" "$tests" || return 1
	# shellcheck disable=SC2086 # words
	${CC:-cc} ${LDFLAGS:-} -o "$result" "$tests" "$work/filter.o" "$@" "$B/lib/libpkd.a" \
		-lcmocka -pthread -lm >"$work/out" 2>&1
}

# pkdc_in TREE OBJECT...: a pkdc whose programs get libraries with these objects: those of the runtime, or of
# the standard nodes where $file is one of theirs; or one that has them itself, where that is the compiler's.
pkdc_in() {
	tree=$1
	shift
	rm -rf "$tree"
	mkdir -p "$tree/build/lib"
	ln -s "$root/stdlib" "$root/docs" "$root/runtime" "$tree/"
	ln -s "$B/include" "$tree/build/"
	ln -s "$B/lib/pkgconfig" "$tree/build/lib/"
	cp "$B/pkdc" "$tree/build/"
	cp "$B/lib/libpkd.a" "$B/lib/libpkd_nodes.a" "$tree/build/lib/"
	case $file in
	*/compiler/*)
		[ $# -gt 0 ] || return 0
		# shellcheck disable=SC2046,SC2086 # words
		${CC:-cc} ${LDFLAGS:-} -o "$tree/build/pkdc" "$B/obj/compiler/main.c.o" "$@" \
			"$B/lib/libpkdc.a" $(pkg-config --libs yaml-0.1 2>/dev/null) -lm >"$work/out" 2>&1
		return
		;;
	*/stdlib/*) library=libpkd_nodes.a ;;
	*) library=libpkd.a ;;
	esac
	[ $# -eq 0 ] || ar r "$tree/build/lib/$library" "$@" >"$work/out" 2>&1
}

# ---- Testing ----

# bounded OPTION... COMMAND...: as timeout(1), which gives the command a process group of its own. What
# a mutant has left of it is ended, too.
bounded() {
	timeout "$@" &
	group=$!
	wait "$group"
	status=$?
	kill -KILL "-$group" 2>/dev/null
	return "$status"
}

# run_test TEST [OBJECT]: builds and runs it, its output in `out`. Returns 0 when it has passed, 1 when
# it has failed, 77 when it skips itself; 2 when it was not built, did not run, or did not end.
run_test() {
	program=${1%% *}
	case $program in
	unit/*)
		unit "${program#unit/}" "$work/program" ${2:+"$2"} || return 2
		MUTANT_TEST=${1#* } bounded -k 1 $unit_limit "$work/program" >"$work/out" 2>&1 </dev/null
		status=$?
		! grep -Eq '^(not )?ok 1 # SKIP' "$work/out" || return 77
		grep -Exq "(not )?ok 1 - ${1#* }" "$work/out" || return 2
		;;
	e2e/*)
		pkdc_in "$work/tree" ${2:+"$2"} || return 2
		rm -rf "$work/cwd"
		mkdir "$work/cwd"
		(cd "$work/cwd" && PKDC=$work/tree/build/pkdc TMPDIR=$work/cwd \
			bounded -k 10 $script_limit "$root/tests/$program.sh") >"$work/out" 2>&1 </dev/null
		status=$?
		;;
	*)
		echo "no test is called $1" >"$work/out"
		return 2
		;;
	esac
	case $status in
	0 | 77) return $status ;;
	124 | 137) return 2 ;;
	esac
	return 1
}

# passes TEST: it passes with the runtime as it is. Looked at once for each test.
passes() {
	case $tested in *"[$1]"*) return 0 ;; esac
	run_test "$1"
	status=$?
	[ $status -ne 0 ] || tested="${tested}[$1]"
	return $status
}

caught=0 failed=0 skipped=0 tested=

fail() {
	failed=$((failed + 1))
	echo "FAIL  mutant $mutant $1"
	tail -n 30 "$work/out" | sed 's/^/      /'
}

skip() {
	skipped=$((skipped + 1))
	echo "skip  mutant $mutant: $1"
}

try() {
	: >"$work/out"
	skip=$(field skip)
	[ -z "$skip" ] || { skip "$skip"; return; }
	test=$(field test)
	says=$(field says)
	file=$root/runtime/$(field file)
	rm -rf "$work/copy"
	mkdir "$work/copy"
	source=$work/copy/$(basename "$file")
	mutate >"$source" 2>"$work/out" || { fail 'does not apply'; return; }
	object=$source.o
	compile "$source" "$object" "$(dirname "$file")" || { fail 'does not compile'; return; }
	passes "$test"
	case $? in
	0) ;;
	77) skip "$test skips itself: $(tail -n 1 "$work/out")"; return ;;
	*) fail "cannot be tested: $test does not pass without it"; return ;;
	esac
	run_test "$test" "$object"
	case $? in
	0 | 77) fail "survives $test" ;;
	1)
		if [ -n "$says" ] && ! grep -Eq -- "$says" "$work/out"; then
			fail "makes $test fail, but not with '$says'"
		else
			caught=$((caught + 1))
			echo "$mutant" >>"$before"
			echo "ok    mutant $mutant: caught by $test"
		fi
		;;
	*) fail "cannot be tested: with it $test cannot be built, dies, or does not end" ;;
	esac
}

wanted() {
	[ -n "$words" ] || return 0
	for word in $words; do
		case "$mutant $(field test)" in *"$word"*) return 0 ;; esac
	done
	return 1
}

before=${MUTANTS_PASSED:-/dev/null}
[ -e "$before" ] || : >"$before" || exit 2
cheap=
[ "${1:-}" != --cheap ] || { cheap=1; shift; }
words="$*"
n=0
while read -r mutant; do
	wanted || continue
	! grep -qx "$mutant" "$before" || { caught=$((caught + 1)); continue; }
	if [ -n "$cheap" ]; then
		case $(field test) in e2e/*) continue ;; esac
		n=$((n + 1))
		[ $((n % 3)) -eq 0 ] || continue
	fi
	try
done <"$work/mutants/names"

printf '%s caught, %s failed' "$caught" "$failed"
[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
echo
[ "$failed" -eq 0 ]
