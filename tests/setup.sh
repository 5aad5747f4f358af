#!/bin/sh
# Looks for what pkd needs, and gets what is missing; with everything there it uses no network.
#
#   tests/setup.sh            what building needs, from Debian's packages
#   tests/setup.sh --media    and the clips of the demo
#   tests/setup.sh --tests    and what tests have as peers: without one of these, some are skipped
#
# PKD_SETUP=no gets no packages, of Debian or of npm.
set -u
cd "$(dirname "$0")/.." || exit 1

packages="gcc g++ libc6-dev pkg-config flex bison
	libavformat-dev libavcodec-dev libswscale-dev libavutil-dev libyuv-dev libopencv-dev libsdl2-dev
	libfreetype-dev libturbojpeg0-dev libncurses-dev zlib1g-dev libyaml-dev libsqlite3-dev sqlite3 libssl-dev
	libcurl4-openssl-dev libmosquitto-dev libpcre2-dev libapriltag-dev
	libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libmpack-dev libxxhash-dev
	fonts-dejavu-core ffmpeg graphviz
	libzxing-dev zxing-cpp-tools opencv-data
	libcmocka-dev python3-dev python3-numpy python3-gi spin valgrind strace procps xvfb xauth x11-utils xdotool openssh-client"

say() { echo "set-up: $*"; }
# shellcheck source=tests/apt.sh
. tests/apt.sh

# ---- What building needs ----

if [ "${PKD_SETUP:-}" != no ]; then
	if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
		# shellcheck disable=SC2086 # words
		install_packages $packages || exit 1
	else
		say "not a Debian system; README.md lists what pkd needs"
	fi
fi

# ---- Peers of tests ----

# get DIRECTORY PACKAGE...: unpacked and not installed. An sshd would listen from then on, nobody needs a second shell, and
# a server of RTSP brings half a desktop with it.
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
get_programs() {
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
	if wants build/nginx nginx; then
		say "getting nginx for a test (package nginx, not installed)"
		get build/nginx nginx || say "cannot download it: the test of a proxy with TLS will be skipped"
	fi
	if wants build/gst gir1.2-gst-rtsp-server-1.0; then
		say "getting an RTSP server for a test (package gir1.2-gst-rtsp-server-1.0, not installed)"
		# shellcheck disable=SC2086 # words
		get build/gst $gst_packages ||
			say "cannot download it: the test of video.stream with RTSP will be skipped"
	fi
}
gst_packages="gir1.2-gst-rtsp-server-1.0 libgstrtspserver-1.0-0 gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-libav"

# Pictures of tags with known corners and poses, of which the package has 200 MB beside them.
tags=build/media/tags
unpack_tags() {
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
get_tags() {
	[ "${PKD_SETUP:-}" != no ] && command -v apt-get >/dev/null && [ ! -d "$tags" ] || return 0
	say "getting pictures of tags for a test (package visp-images-data, not installed)"
	unpack_tags || say "cannot download it: the test of detect.tags with them will be skipped"
}

# Clients that are JavaScript.
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

get_browser() {
	! command -v chromium >/dev/null && command -v apt-get >/dev/null || return 0
	install_packages chromium || say "without a browser, tests with one will be skipped"
}

# ---- The clips and pictures, from OpenCV's documentation package, which is not installed ----

media=build/media
clips="vtest.avi tree.avi Megamind.avi messi5.jpg smarties.png building.jpg"

has_clips() {
	for clip in $clips; do
		[ -s "$media/$clip" ] || return 1
	done
}
# Only whole files get their names: a stopped download leaves nothing that looks like a clip.
get_clips() {
	has_clips && return 0
	mkdir -p build
	work=$(mktemp -d build/media.XXXXXX) || return 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	say "getting the demo's clips (package opencv-doc, not installed)"
	download 2>"$work/error" || {
		if can_be_root; then
			# shellcheck disable=SC2086 # words
			as_root $apt update && download 2>"$work/error"
		fi
	} || {
		cat "$work/error" >&2
		say "cannot download opencv-doc; copy a clip to $media/vtest.avi yourself"
		return 1
	}
	dpkg-deb --fsys-tarfile "$work"/opencv-doc_*.deb | tar -x -C "$work" --wildcards \
		'*/data/*.avi*' '*/data/*.jpg*' '*/data/*.png*' || return 1
	mkdir -p "$media"
	for clip in $clips; do
		found=$(find "$work" -type f \( -name "$clip" -o -name "$clip.gz" \) | head -n 1)
		case $found in
		'') say "opencv-doc holds no $clip"; return 1 ;;
		*.gz) gzip -dc "$found" >"$work/clip" || return 1 ;;
		*) cp "$found" "$work/clip" || return 1 ;;
		esac
		mv "$work/clip" "$media/$clip" || return 1
	done
	say "clips are in $media"
}
download() { (cd "$work" && $apt -o APT::Sandbox::User=root download opencv-doc); }

# ---- What was asked for ----

case ${1:-} in
--media) get_clips ;;
--tests)
	if [ "${PKD_SETUP:-}" != no ]; then
		get_programs
		get_npm
		get_browser
	fi
	get_tags
	get_clips || say "tests that need a clip will be skipped"
	;;
esac
