#!/bin/sh
# Kills processes of many kinds of programs, again and again, and compares what the programs write with
# what they write undisturbed (kill.c says how). One line for each graph, then
#
#   N kills, N graphs, N differences
#
#   TORTURE_KILLS        in all, 10000
#   TORTURE_SEED         of a campaign before, so that the same is done at about the same moments
#   TORTURE_GRAPHS       only these
#   TORTURE_DIFFERENCES  3: after so many in a graph it is left
#   TORTURE_FOLDER       build/torture: programs, and the evidence of what went wrong
#
# It takes PKDC, and CC; without PKDC it takes the one in $B or build.
set -u

here=$(cd "$(dirname "$0")" && pwd)
kills=${TORTURE_KILLS:-10000}
seed=${TORTURE_SEED:-$(date +%s)}
PKDC=${PKDC:-$(cd "$here/../.." && cd "${B:-build}" && pwd)/pkdc}
folder=${TORTURE_FOLDER:-$here/../../build/torture}
mkdir -p "$folder" && cd "$folder" || exit 2
folder=$PWD
PKD_CACHE=$folder/cache
export PKD_CACHE
# LeakSanitizer, if it is in the programs, works in a child of the supervisor, which would be killed.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

# Name, source, frames: so many that an undisturbed run takes some tenths of a second.
graphs='
chain    exact  5000
fan      exact  2000
diamond  exact  3000
nested   exact  3000
history  exact  4000
state    exact  4000
pool     exact  3000
claims   exact  3000
outputs  exact  5000
big      exact  200
group    exact  15000
thinned  exact  5000
parts    exact  5000
any_     exact  4000
many     exact  4000
faults   exact  3000
faults2  exact  2000
latest_  lossy  8000
many_    lossy  6000
live_    lossy  3000
windows_ lossy  6000
'
graphs=$(echo "$graphs" | awk -v only=" ${TORTURE_GRAPHS:-} " \
	'NF == 3 && (only ~ /^ *$/ || index(only, " " $1 " "))')
n_graphs=$(echo "$graphs" | wc -l)
each=$(((kills + n_graphs - 1) / n_graphs))
echo "seed $seed"

# shellcheck disable=SC2086 # words
${CC:-cc} -std=gnu11 -O2 ${CFLAGS:-} -o kill "$here/kill.c" "$here/run.c" "$here/disturb.c" \
	"$here/victims.c" "$here/files.c" "$here/account.c" "$here/meddle.c" ${LDFLAGS:-} || exit 2

# died_of GRAPH FRAMES: the undisturbed run has died of the frames that it should, and of these alone.
died_of() {
	failed="$(($2 / 100)) frames failed"
	case $1 in
	faults)
		awk -v n="$2" '$1 % 100 == 0 { exit 1 } END { exit NR != n - n / 100 }' \
			faults.wanted/without.out && [ "$(wc -l <faults.wanted/all.out)" -eq "$2" ] &&
			grep -qx "  f: $failed" faults.wanted/log
		;;
	faults2)
		[ "$(wc -l <faults2.wanted/without.out)" -eq $(($2 - 4 * ($2 / 100))) ] &&
			[ "$(grep -cx "  [nwfg]: $failed" faults2.wanted/log)" -eq 4 ]
		;;
	esac && return
	echo "$1: the undisturbed run has not left out what it dies of, and that alone"
	return 1
}

done_kills=0 differences=0 status=0
while read -r name source frames; do
	rm -rf "$name" "$name".*
	options=
	[ "$source" = exact ] || options=-l
	"$PKDC" build --pipeline "$name" "$here/$source.pkd" -o "$name.program" || exit 2
	seed=$((seed + 1))
	./kill -k "$each" -s "$seed" -d "${TORTURE_DIFFERENCES:-3}" -f "$frames" \
		$options "$name" "./../$name.program" --frames "$frames" --account account >"$name.lines" || status=1
	cat "$name.lines"
	case $name in
	faults*) died_of "$name" "$frames" || status=1 differences=$((differences + 1)) ;;
	esac
	eval "$(awk '$3 == "kills" { print "k=" $2 " d=" $(NF - 1) }' "$name.lines")"
	done_kills=$((done_kills + ${k:-0}))
	differences=$((differences + ${d:-1}))
	unset k d
done <<END_GRAPHS
$graphs
END_GRAPHS
echo "$done_kills kills, $n_graphs graphs, $differences differences"
[ "$status" -eq 0 ] || echo "the evidence lies in $folder"
exit "$status"
