# Completion of pkd for bash: commands, options, programs that run, their parameters and commands.
# shellcheck shell=bash

_pkd_programs() { timeout 2 pkd ps --short 2>/dev/null | cut -d ' ' -f 2 | sort -u; }

# _pkd_params [PROGRAM]: their names.
_pkd_params() { timeout 2 pkd get "$@" 2>/dev/null | sed -n 's/^\([^# ]*\) = .*/\1/p'; }

# Of the program, if only one runs.
_pkd_streams() {
	timeout 2 pkd describe --json 2>/dev/null | grep -o '{"name":"[^"]*","type":"[^"]*","node"' | cut -d '"' -f 4
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
	local words=("${COMP_WORDS[@]}") at=$COMP_CWORD is_far=
	# What runs on another machine is not asked: that would take too long for a key.
	if [ "${words[1]:-}" = -H ] && [ "$at" -gt 2 ]; then
		words=(pkd "${words[@]:3}")
		at=$((at - 2)) is_far=yes
	fi
	local word=${words[at]} command=${words[1]:-} program=
	COMPREPLY=()
	if [ "$at" -eq 1 ]; then
		_pkd_offer "$commands --help --version -H" "$word"
		return
	fi
	case $word in
	-*)
		_pkd_offer "$(_pkd_options "$command")" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		return
		;;
	esac
	[ -z "$is_far" ] || return
	[ "$at" -le 2 ] || program=${words[2]}
	case $program in -* | *=*) program= ;; esac
	case $command in
	help) _pkd_offer "$commands" "$word" ;;
	ps | top | ping | pause | rest | resume | restart | logs | stop | describe | status | why) [ "$at" -ne 2 ] || _pkd_offer "$(_pkd_programs)" "$word" ;;
	echo)
		if [ "$at" -eq 2 ]; then
			_pkd_offer "$(_pkd_streams)" "$word"
		else
			_pkd_offer "$(_pkd_programs)" "$word"
		fi
		;;
	call)
		# A value is in words of its own, behind "=".
		set -- "$(_pkd_call "${words[@]:2:at-2}")"
		[ "$at" -ne 2 ] || set -- "$1 $(_pkd_programs)"
		_pkd_offer "$1" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		;;
	get | set)
		# shellcheck disable=SC2086 # no word where there is no program
		set -- "$(_pkd_params $program)"
		[ "$command" = get ] || set -- "$(printf '%s' "$1" | sed 's/$/=/')"
		[ "$at" -ne 2 ] || set -- "$1 $(_pkd_programs)"
		_pkd_offer "$1" "$word"
		[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
		;;
	trace)
		compopt -o default
		[ "$at" -ne 2 ] || set -- "$(_pkd_programs)"
		_pkd_offer "on off ${1:-}" "$word"
		;;
	save)
		compopt -o default
		[ "$at" -ne 2 ] || _pkd_offer "$(_pkd_programs)" "$word"
		;;
	esac
}

complete -F _pkd pkd
