#!/bin/sh
# Installs the peers of `make bench` that are missing, from Debian's packages, and says what. Without
# the right to do so, or off Debian, the bench goes on with those that are there. PKD_SETUP=no skips it.
set -u

packages="g++ pkg-config python3 libiceoryx-posh-dev iceoryx cyclonedds-dev cyclonedds-tools libzmq3-dev
	libnng-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
	gstreamer1.0-plugins-base gstreamer1.0-plugins-bad"

say() { echo "bench set-up: $*"; }

is_installed() {
	case $(dpkg-query -W -f '${Status} ' "$1" 2>/dev/null) in
	*"ok installed"*) return 0 ;;
	esac
	# pkg-config may be provided by pkgconf.
	[ "$1" = pkg-config ] && command -v pkg-config >/dev/null
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

[ "${PKD_SETUP:-}" != no ] || exit 0
command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || exit 0
missing=
for package in $packages; do
	is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
say "installing$missing"
install() {
	as_root apt-get -q -o DPkg::Lock::Timeout=300 update &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
			install -y --no-install-recommends "$@"
}
# shellcheck disable=SC2086 # words
install $missing || say "could not install all of it: what is missing is skipped"
exit 0
