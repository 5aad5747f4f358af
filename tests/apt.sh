# Debian's packages, for the set-ups: to be sourced. Who does so has a function `say`.
# shellcheck shell=sh

apt="apt-get -q -o DPkg::Lock::Timeout=300"

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
		sudo "$@"
	fi
}

can_be_root() {
	[ "$(id -u)" -eq 0 ] && return 0
	command -v sudo >/dev/null || return 1
	# Without a terminal nobody can type a password.
	sudo -n true 2>/dev/null || [ -t 0 ]
}

# install_packages PACKAGE...: those that are missing, and says which; fails where it cannot.
install_packages() {
	missing=
	for package; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	if ! can_be_root; then
		say "missing; as root, type: apt-get install --no-install-recommends$missing"
		say "(PKD_SETUP=no make ... goes on without)"
		return 1
	fi
	say "installing$missing"
	# shellcheck disable=SC2086 # words
	as_root $apt update &&
		as_root env DEBIAN_FRONTEND=noninteractive $apt install -y \
			--no-install-recommends $missing && return 0
	say "apt-get failed; what is missing:$missing"
	return 1
}
