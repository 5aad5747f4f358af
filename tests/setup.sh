#!/bin/sh
# Looks for what building and testing pkd needs, and installs what is missing from Debian's packages.
# With everything there it uses no network. `--media` also gets the clips of the demo; `--npm` only gets
# what tests/npm names, and `--browser` only a browser: without these, some tests are skipped.
# PKD_SETUP=no skips the packages, npm's too.
set -u
cd "$(dirname "$0")/.." || exit 1

packages="gcc g++ libc6-dev pkg-config flex bison
	libavformat-dev libavcodec-dev libswscale-dev libavutil-dev libyuv-dev libopencv-dev libsdl2-dev
	libfreetype-dev libturbojpeg0-dev libncurses-dev zlib1g-dev libyaml-dev libsqlite3-dev sqlite3 libssl-dev
	libcurl4-openssl-dev libmosquitto-dev libpcre2-dev libapriltag-dev
	libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libmpack-dev
	fonts-dejavu-core ffmpeg graphviz
	libzxing-dev zxing-cpp-tools opencv-data
	libcmocka-dev python3-gi spin valgrind strace procps xvfb xauth x11-utils xdotool openssh-client"

say() { echo "set-up: $*"; }
# shellcheck source=tests/apt.sh
. tests/apt.sh

# ---- Peers of some tests: clients that are JavaScript, by npm, and a browser ----

get_npm() {
	cmp -s tests/npm/package-lock.json build/npm/package-lock.json && return 0
	command -v npm >/dev/null || { say "npm is not there: tests with its packages will be skipped"; return 0; }
	say "getting what tests/npm names, by npm"
	rm -rf build/npm.part
	mkdir -p build/npm.part && cp tests/npm/package*.json build/npm.part/ || return 1
	# It gets its name when all is there.
	(cd build/npm.part && npm ci --silent --ignore-scripts --no-audit --no-fund \
		>/dev/null 2>error) && rm -rf build/npm && mv build/npm.part build/npm && return 0
	say "npm cannot get them: $(grep -v '^$' build/npm.part/error | head -n 1)"
	say "tests with them will be skipped"
}
case ${1:-} in
--npm)
	[ "${PKD_SETUP:-}" = no ] || get_npm
	exit
	;;
--browser)
	[ "${PKD_SETUP:-}" != no ] && ! command -v chromium >/dev/null && command -v apt-get >/dev/null || exit 0
	install_packages chromium || say "without a browser, tests with one will be skipped"
	exit 0
	;;
esac

if [ "${PKD_SETUP:-}" != no ]; then
	if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
		# shellcheck disable=SC2086 # words
		install_packages $packages || exit 1
	else
		say "not a Debian system; README.md lists what pkd needs"
	fi
fi

# ---- For tests: unpacked, as an installed sshd would listen from then on, and nobody needs a second shell ----

# get DIRECTORY PACKAGE...
get() (
	to=$1
	shift
	mkdir -p build
	unpacked=$(mktemp -d build/get.XXXXXX) && chmod 755 "$unpacked" || return 1
	(
		cd "$unpacked" && $apt -o APT::Sandbox::User=root -o Acquire::Retries=0 \
			-o Acquire::http::Timeout=10 download "$@" >/dev/null 2>&1 &&
			for package in *.deb; do dpkg-deb -x "$package" . || exit 1; done &&
			rm -- *.deb
	) && mv "$unpacked" "$to" && return 0
	rm -rf "$unpacked"
	return 1
)
# wants DIRECTORY PACKAGE: it is neither installed nor unpacked, and may be fetched.
wants() {
	[ "${PKD_SETUP:-}" != no ] && command -v apt-get >/dev/null && ! is_installed "$2" && [ ! -d "$1" ]
}
if wants build/sshd openssh-server; then
	say "getting an ssh server for a test (package openssh-server, not installed)"
	get build/sshd openssh-server libwrap0 ||
		say "cannot download it: the test of pkd -H will be skipped"
fi
if wants build/zsh zsh; then
	say "getting zsh for a test (package zsh, not installed)"
	get build/zsh zsh zsh-common || say "cannot download it: the test of completion for zsh will be skipped"
fi
if wants build/mosquitto mosquitto; then
	say "getting an MQTT broker for a test (package mosquitto, not installed)"
	get build/mosquitto mosquitto mosquitto-clients libcjson1 libdlt2 libwrap0 ||
		say "cannot download it: the test of mqtt will be skipped"
fi

# ---- A server of RTSP, for a test: unpacked, as it brings half a desktop with it when it is installed ----

gst=build/gst
gst_packages="gir1.2-gst-rtsp-server-1.0 libgstrtspserver-1.0-0 gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good"

get_gst() {
	mkdir -p build
	unpacked=$(mktemp -d build/gst.XXXXXX) && chmod 755 "$unpacked" || return 1
	(
		# shellcheck disable=SC2086 # words
		cd "$unpacked" && $apt -o APT::Sandbox::User=root -o Acquire::Retries=0 \
			-o Acquire::http::Timeout=10 download $gst_packages >/dev/null 2>&1 &&
			for package in *.deb; do dpkg-deb -x "$package" . || exit 1; done &&
			rm -- *.deb
	) && mv "$unpacked" "$gst" && return 0
	rm -rf "$unpacked"
	return 1
}
if [ "${PKD_SETUP:-}" != no ] && command -v apt-get >/dev/null &&
	! is_installed gir1.2-gst-rtsp-server-1.0 && [ ! -d "$gst" ]; then
	say "getting an RTSP server for a test (package gir1.2-gst-rtsp-server-1.0, not installed)"
	get_gst || say "cannot download it: the test of video.stream with RTSP will be skipped"
fi
[ "${1:-}" = --media ] || exit 0

# ---- Pictures of tags with known corners and poses, of which the package has 200 MB beside them ----

tags=build/media/tags

get_tags() {
	mkdir -p build/media
	unpacked=$(mktemp -d build/tags.XXXXXX) && chmod 755 "$unpacked" || return 1
	(
		cd "$unpacked" && $apt -o APT::Sandbox::User=root -o Acquire::Retries=0 \
			-o Acquire::http::Timeout=30 download visp-images-data >/dev/null 2>&1 &&
			dpkg-deb --fsys-tarfile visp-images-data_*.deb | tar -x --strip-components=6 --wildcards \
				'*/AprilTag/AprilTag.pgm' '*/AprilTag/*.txt' '*/AprilTag/benchmark/640x480/*' &&
			rm -- *.deb && test -s AprilTag.pgm
	) && mv "$unpacked" "$tags" && return 0
	rm -rf "$unpacked"
	return 1
}
if command -v apt-get >/dev/null && [ ! -d "$tags" ]; then
	say "getting pictures of tags for a test (package visp-images-data, not installed)"
	get_tags || say "cannot download it: the test of detect.tags with them will be skipped"
fi

# ---- The clips and pictures, from OpenCV's documentation package, which is not installed ----

media=build/media
clips="vtest.avi tree.avi Megamind.avi messi5.jpg smarties.png building.jpg"

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
	'*/data/*.avi*' '*/data/*.jpg*' '*/data/*.png*' || exit 1
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
