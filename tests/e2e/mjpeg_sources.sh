#!/bin/sh
# Cameras that write their multipart streams in other ways than one expects, or write nonsense: video.stream shows what is a
# picture as soon as it is whole, never shows a damaged one, and begins anew after three of these in a row.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream
needs python3 ffmpeg

build "$e2e/stream/watch.pkd" -o watch
python3 "$e2e/stream/film.py" 4096 | ffmpeg -v error -f rawvideo -pix_fmt gray -s 128x16 -i - \
	-c:v mjpeg -q:v 2 -f mjpeg small.mjpeg || fail 'no film'
python3 "$e2e/mjpeg_sources/server.py" small.mjpeg port sent >server 2>&1 &
started="${started:-} $!"
within 5 [ -s port ] || fail 'no camera' server
{
	read -r port
	read -r forms
} <port

online() { [ "$(cut -d, -f3 "$1.csv" 2>/dev/null | grep -cx online)" -ge "$2" ]; }
said() { grep -q "offline: $2" "$1.log"; }
narrow() { tail -n +2 "$1.csv" 2>/dev/null | cut -d, -f7 | grep -qx 64; }

# What is waited for: so many pictures, or a reason.
reached() {
	case $1 in
	then_bad | cut) said "$1" '.* has sent 3 damaged pictures in a row; trying again' && online "$1" 30 ;;
	huge) said "$1" 'the video is 65500x65500, more than 128x16: write W: 65500, H: 65500; trying again' ;;
	endless | flood) said "$1" '.* has sent no whole picture for 0.7 s; trying again' && online "$1" 15 ;;
	grows) said "$1" 'the video is 136x16, more than 128x16: write W: 136, H: 16; trying again' ;;
	other_size) narrow "$1" ;;
	*) online "$1" 10 ;;
	esac
}
all_reached() { for one in $group; do reached "$one" || return 1; done; }

# Some at a time, each a program of its own.
run() {
	group=$* pids=
	for one in $group; do
		./watch --source "http://127.0.0.1:$port/$one" --rows "$one.csv" >"$one.log" 2>&1 &
		pids="$pids $!"
		started="$started $!"
	done
	if ! within 10 all_reached; then
		for one in $group; do
			reached "$one" || { cat "$one.log"; fail "$one: it does not come to what is expected" "$one.csv"; }
		done
	fi
	# shellcheck disable=SC2086 # words
	kill -TERM $pids
	for one in $pids; do
		within 5 is_gone "$one" || fail "it does not end: $group"
		wait "$one" || fail "status $?: one of $group"
	done
	for one in $group; do
		python3 "$e2e/mjpeg_sources/check.py" "$one" "$one.csv" sent >out 2>&1 || fail "$one"
		case $one in
		then_bad | cut | huge | endless | flood | grows | other_size) ;;
		# A form that is taken is taken at once, and without a new connection.
		*) [ "$(grep -c "^$one -1" sent)" -eq 1 ] || fail "$one: it was connected more than once" "$one.log" ;;
		esac
	done
}
# shellcheck disable=SC2086 # words
set -- $forms
while [ $# -gt 7 ]; do
	run "$1" "$2" "$3" "$4" "$5" "$6" "$7"
	shift 7
done
[ $# -eq 0 ] || run "$@"
