#!/bin/sh
# Makes docs/nodes/NODE.png, 480 pixels wide, for each example in examples/nodes whose first line says
#
#   // picture: FILE SECONDS [STOP] [OPTION...]
#
# FILE is a video or picture that the example writes when it runs with these options, beside the clips and
# pictures of build/media and the networks of build/models, and SECONDS the time in it. A program that does not end
# is stopped after STOP seconds.
#
#   pictures.sh            all
#   pictures.sh NODE...    those
#
# From the Makefile: B (the build directory).
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
B=$(cd "${B:-$root/build}" && pwd) || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/pkd-pictures.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
cd "$work" || exit 2
ln -s "$root"/build/media/*.* .
mkdir build
ln -s "$root/build/models" build/models
export PKD_CACHE="$work/cache"
mkdir -p "$root/docs/nodes"

# A house with two codes on it, for who reads codes.
if command -v ZXingWriter >/dev/null; then
	ZXingWriter -size 220x220 QRCode 'nothing tears' a.png
	ZXingWriter -size 150x150 QRCode 'frame 812' b.png
	ffmpeg -v error -y -i building.jpg -i a.png -i b.png -filter_complex \
		"[1]format=rgba,rotate=0.3:c=none:ow=rotw(0.3):oh=roth(0.3)[a];
		[2]format=rgba,rotate=-0.5:c=none:ow=rotw(0.5):oh=roth(0.5)[b];
		[0][a]overlay=90:220[c];[c][b]overlay=520:60" codes.png
fi

# A field with tags, and a tilted chessboard.
python3 "$root/tests/e2e/tags/scene.py" picture tags.pgm && ffmpeg -v error -y -i tags.pgm tags.png
ffmpeg -v error -y -f lavfi -i color=gray:size=640x480 -f lavfi -i "color=white:size=360x280,format=gray,geq=\
lum='if(between(X\,20\,339)*between(Y\,20\,259)*mod(floor((X-20)/40)+floor((Y-20)/40)\,2)\,20\,235)'" -filter_complex \
	"[1]scale=640:480,perspective=x0=90:y0=20:x1=560:y1=90:x2=60:y2=400:x3=590:y3=460:sense=destination" \
	-frames:v 1 board.png

words="$*"
wanted() {
	case " ${words:-$1} " in *" $1 "*) return 0 ;; esac
	return 1
}

failed=0
for example in "$root"/examples/nodes/*.pkd; do
	picture=$(sed -n 's|^// picture: ||p' "$example" | head -n 1)
	name=$(basename "$example" .pkd)
	[ -n "$picture" ] || continue
	wanted "$name" || continue
	# shellcheck disable=SC2086 # words
	set -- $picture
	file=$1 seconds=$2
	shift 2
	limit=300
	case ${1:-} in
	[0-9]*)
		limit="--preserve-status $1"
		shift
		;;
	esac
	# shellcheck disable=SC2086 # words
	if "$B/pkdc" build "$example" -o program >said 2>&1 && timeout $limit ./program --quiet "$@" >said 2>&1 &&
		ffmpeg -v error -y -ss "$seconds" -i "$file" -frames:v 1 -vf scale=480:-2 -pix_fmt pal8 \
			"$root/docs/nodes/$name.png" >said 2>&1; then
		echo "docs/nodes/$name.png"
	else
		echo "$name: no picture"
		cat said
		failed=1
	fi
done
exit $failed
