#!/bin/sh
# Makes docs/page.png: the page of examples/people in Chromium. Needs what tests/e2e/page.sh does, and the clip.
#
#   page_picture.sh [FILE]
#
# From the Makefile: B (the build directory).
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
B=$(cd "${B:-$root/build}" && pwd) || exit 2
case ${1:-docs/page.png} in
/*) file=$1 ;;
*) file=$root/${1:-docs/page.png} ;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/pkd-page.XXXXXX") || exit 2
program=
finish() {
	[ -z "$program" ] || kill -TERM "$program" 2>/dev/null
	wait
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
cd "$work" || exit 2
export PKD_CACHE="$work/cache" PKD_DIR="$work/place"
unset DISPLAY WAYLAND_DISPLAY

"$B/pkdc" build "$root/examples/people/people.pkd" -o people || exit 1
(umask 077 && tr -dc a-z0-9 </dev/urandom | head -c 32 >token)
# With boxes for the page to draw, and at a pace that the detector can follow.
./people --quiet --serve 0 --serve-token-file token --source "$root/build/media/vtest.avi" --speed 0.5 >out 2>&1 &
program=$!
for _ in $(seq 200); do
	grep -q 'serving http' out && break
	sleep 0.05
done
port=$(sed -n 's,.*serving http://127.0.0.1:\([0-9]*\)/.*,\1,p' out)
CHROMIUM=$(command -v chromium) HOME=$work TMPDIR=$work timeout 120 node "$root/tests/e2e/page/picture.js" \
	"$root/build/npm" "http://127.0.0.1:$port/?token=$(cat token)" picture.png || exit 1
# The same in a fifth of the bytes.
ffmpeg -v error -y -i picture.png -filter_complex \
	'split[a][b];[a]palettegen=max_colors=200:stats_mode=single[p];[b][p]paletteuse=dither=none' -update 1 "$file"
