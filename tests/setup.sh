#!/bin/sh
# Looks for what building and testing pkd needs, and installs what is missing from Debian's packages.
# With everything there it uses no network. `--media` also gets the clips of the demo.
# PKD_SETUP=no skips the packages.
set -u
cd "$(dirname "$0")/.." || exit 1

packages="gcc g++ libc6-dev pkg-config flex bison
	libavformat-dev libavcodec-dev libswscale-dev libavutil-dev libyuv-dev libopencv-dev libsdl2-dev
	libfreetype-dev libncurses-dev zlib1g-dev fonts-dejavu-core ffmpeg graphviz
	libcmocka-dev spin valgrind strace procps xvfb xauth x11-utils xdotool openssh-client"

say() { echo "set-up: $*"; }
# shellcheck source=tests/apt.sh
. tests/apt.sh

if [ "${PKD_SETUP:-}" != no ]; then
	if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
		# shellcheck disable=SC2086 # words
		install_packages $packages || exit 1
	else
		say "not a Debian system; README.md lists what pkd needs"
	fi
fi

# ---- A server of ssh, for a test: unpacked, as an installed one would listen from then on ----

sshd=build/sshd

get_sshd() {
	mkdir -p build
	unpacked=$(mktemp -d build/sshd.XXXXXX) && chmod 755 "$unpacked" || return 1
	(
		cd "$unpacked" && $apt -o APT::Sandbox::User=root -o Acquire::Retries=0 \
			-o Acquire::http::Timeout=10 download openssh-server libwrap0 >/dev/null 2>&1 &&
			for package in *.deb; do dpkg-deb -x "$package" . || exit 1; done &&
			rm -- *.deb
	) && mv "$unpacked" "$sshd" && return 0
	rm -rf "$unpacked"
	return 1
}
if [ "${PKD_SETUP:-}" != no ] && command -v apt-get >/dev/null && ! is_installed openssh-server &&
	[ ! -d "$sshd" ]; then
	say "getting an ssh server for a test (package openssh-server, not installed)"
	get_sshd || say "cannot download it: the test of pkd -H will be skipped"
fi
[ "${1:-}" = --media ] || exit 0

# ---- The clips, from OpenCV's documentation package, which is not installed ----

media=build/media
clips="vtest.avi tree.avi Megamind.avi"

has_clips() {
	for clip in $clips; do
		[ -s "$media/$clip" ] || return 1
	done
}
has_clips && exit 0

# Only whole files get their names: a stopped download leaves nothing that looks like a clip.
mkdir -p build
work=$(mktemp -d build/media.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

download() { (cd "$work" && $apt -o APT::Sandbox::User=root download opencv-doc); }

say "getting the demo's clips (package opencv-doc, not installed)"
download 2>"$work/error" || {
	if can_be_root; then
		# shellcheck disable=SC2086 # words
		as_root $apt update && download 2>"$work/error"
	fi
} || {
	cat "$work/error" >&2
	say "cannot download opencv-doc; copy a clip to $media/vtest.avi yourself"
	exit 1
}
dpkg-deb --fsys-tarfile "$work"/opencv-doc_*.deb | tar -x -C "$work" --wildcards \
	'*/vtest.avi*' '*/tree.avi*' '*/Megamind.avi*' || exit 1
mkdir -p "$media"
for clip in $clips; do
	found=$(find "$work" -type f \( -name "$clip" -o -name "$clip.gz" \) | head -n 1)
	case $found in
	'') say "opencv-doc holds no $clip"; exit 1 ;;
	*.gz) gzip -dc "$found" >"$work/clip" || exit 1 ;;
	*) cp "$found" "$work/clip" || exit 1 ;;
	esac
	mv "$work/clip" "$media/$clip" || exit 1
done
say "clips are in $media"
