#!/bin/sh
# Installs the peers of `make bench` that are missing, from Debian's packages, and says what. Without
# the right to do so, or off Debian, the bench goes on with those that are there. PKD_SETUP=no skips it.
set -u

packages="g++ pkg-config python3 libiceoryx-posh-dev iceoryx cyclonedds-dev cyclonedds-tools libzmq3-dev
	libnng-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
	gstreamer1.0-plugins-base gstreamer1.0-plugins-bad ffmpeg
	gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly gstreamer1.0-libav
	python3-opencv"

say() { echo "bench set-up: $*"; }

# shellcheck source=tests/apt.sh
. "$(dirname "$0")/../apt.sh"

[ "${PKD_SETUP:-}" != no ] || exit 0
command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || exit 0
# shellcheck disable=SC2086 # words
install_packages $packages || say "what is missing is skipped"
exit 0
