# What campaign.sh and stress.sh share; to be sourced.

# wanted NAME WORD...: whether it contains one of the words, or there are none.
wanted() {
	name=$1
	shift
	[ $# -gt 0 ] || return 0
	for word; do
		case $name in *"$word"*) return 0 ;; esac
	done
	return 1
}

# load N MINUTES: begins so many busy loops, whose ids are then in $loops. They end by themselves when this
# script was killed.
load() {
	loops=
	for _ in $(seq "$1"); do
		# shellcheck disable=SC2016 # that shell's
		timeout $(($2 * 60)) sh -c 'n=0
			while [ $((n += 1)) -lt 100000 ] || { n=0; kill -0 "$1" 2>/dev/null; }; do :; done' loop $$ &
		loops="$loops $!"
	done
}
