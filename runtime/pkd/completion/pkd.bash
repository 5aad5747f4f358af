# Completion of pkd for bash: commands, options, programs that run, their parameters and commands.
# shellcheck shell=bash

_pkd_programs() { timeout 2 pkd ps --short 2>/dev/null | cut -d ' ' -f 2 | sort -u; }

# _pkd_params [PROGRAM]: their names.
_pkd_params() { timeout 2 pkd get "$@" 2>/dev/null | sed -n 's/^\([^# ]*\) = .*/\1/p'; }

# Of the program, if only one runs.
_pkd_streams() {
	timeout 2 pkd describe --json 2>/dev/null | grep -o '{"name":"[^"]*","type"' | cut -d '"' -f 4
}

# _pkd_commands [PROGRAM]: those of its nodes, each as NODE COMMAND ARGUMENTS.
_pkd_commands() {
	timeout 2 pkd describe "$@" 2>/dev/null |
		sed -n '/^commands$/,$s/^  \([^ ]*\) \([^ (]*\)(\([^)]*\)).*/\1 \2 \3/p'
}

# _pkd_call WORD...: what may stand behind these in `pkd call`.
_pkd_call() {
	local commands
	commands=$(_pkd_commands)
	if [ $# -gt 0 ] && ! grep -Fq "$1 " <<<"$commands"; then
		commands=$(_pkd_commands "$1")
		shift
	fi
	case $# in
	0) sed 's/ .*//' <<<"$commands" ;;
	1) sed -n "s/^$1 \([^ ]*\).*/\1/p" <<<"$commands" ;;
	*) sed -n "s/^$1 $2 //p" <<<"$commands" | grep -Eo '(^|, )[A-Za-z0-9_]+:' | sed 's/.* //; s/:/=/' ;;
	esac | sort -u
}

_pkd_options() {
	timeout 2 pkd help "$1" 2>/dev/null | sed -n 's/^  \(-.\|  \) \(--[a-z-]*\)\(=\{0,1\}\).*/\2\3/p'
}

_pkd_offer() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }

_pkd() {
	local commands='ps top get set save call echo pause rest resume restart ping logs stop describe status why trace help'
	local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-} program=
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_pkd_offer "$commands --help --version" "$word"
		return
	fi
	case $word in
	-*)
		_pkd_offer "$(_pkd_options "$command")" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		return
		;;
	esac
	[ "$COMP_CWORD" -le 2 ] || program=${COMP_WORDS[2]}
	case $program in -* | *=*) program= ;; esac
	case $command in
	help) _pkd_offer "$commands" "$word" ;;
	ps | top | ping | pause | rest | resume | restart | logs | stop | describe | status | why) [ "$COMP_CWORD" -ne 2 ] || _pkd_offer "$(_pkd_programs)" "$word" ;;
	echo)
		if [ "$COMP_CWORD" -eq 2 ]; then
			_pkd_offer "$(_pkd_streams)" "$word"
		else
			_pkd_offer "$(_pkd_programs)" "$word"
		fi
		;;
	call)
		# A value is in words of its own, behind "=".
		set -- "$(_pkd_call "${COMP_WORDS[@]:2:COMP_CWORD-2}")"
		[ "$COMP_CWORD" -ne 2 ] || set -- "$1 $(_pkd_programs)"
		_pkd_offer "$1" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		;;
	get | set)
		# shellcheck disable=SC2086 # no word where there is no program
		set -- "$(_pkd_params $program)"
		[ "$command" = get ] || set -- "$(printf '%s' "$1" | sed 's/$/=/')"
		[ "$COMP_CWORD" -ne 2 ] || set -- "$1 $(_pkd_programs)"
		_pkd_offer "$1" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		;;
	trace)
		compopt -o default
		[ "$COMP_CWORD" -ne 2 ] || set -- "$(_pkd_programs)"
		_pkd_offer "on off ${1:-}" "$word"
		;;
	save)
		compopt -o default
		[ "$COMP_CWORD" -ne 2 ] || _pkd_offer "$(_pkd_programs)" "$word"
		;;
	esac
}

complete -F _pkd pkd
