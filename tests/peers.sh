#!/bin/sh
# The acceptance scenarios that need programs of others: real clients and servers on the loopback address, and the tools
# that look at a program from outside. `make test` has those tests, too, and leaves out what needs a peer that is not
# there; here each such peer is a line.
#
#   peers.sh              all
#   peers.sh WORD...      those whose test contains one of the words
#   peers.sh --list       their tests, and what each is for
#
# From the Makefile: B (the build directory).
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
B=${B:-build}
export LAGGING_SPEED="${LAGGING_SPEED:-1}" A1_SECONDS="${A1_SECONDS:-20}" CAMERAS_SECONDS="${CAMERAS_SECONDS:-300}"

# A test | what must be there, by Debian's packages: COMMAND:PACKAGE, or FILE:PACKAGE below the build directory in its
# place, as tests/setup.sh unpacks it | what it shows
peers() {
	cat <<'END'
processes  | ps:procps                                     | the article on multiprocessing, A3: names, pings, a pool, no orphans
forks      | strace:strace                                 | every fork is made by a process with one thread
remote     | ssh:openssh-client sshd,sshd/usr/sbin/sshd:openssh-server | pkd -H over ssh
zsh        | zsh,zsh/bin/zsh:zsh                           | completion at a terminal
prometheus | prometheus:prometheus promtool:prometheus     | --serve is scraped by the token, and linted
new        | systemd-analyze:systemd                       | the unit file is one
operating  | curl:curl                                     | the commands of docs/operating.md
playable   | ffprobe:ffmpeg                                | films as others see them, also after kills
full       | ffmpeg:ffmpeg ffprobe:ffmpeg                  | … and after a full disk
nt4        | node:nodejs                                   | NetworkTables beside ntcore-ts-client (tests/setup.sh --tests)
sinks      | ffmpeg:ffmpeg ffprobe:ffmpeg                  | … and through a pipe
mjpeg      | curl:curl ffmpeg:ffmpeg ffprobe:ffmpeg         | pictures over HTTP, to curl and FFmpeg
mjpeg_browser | chromium:chromium node:nodejs npm:npm              | … and to Chromium, which shows the newest one
lagging_model | xvfb-run:xvfb ffprobe:ffmpeg               | PeekingDuck's pipeline, A0, as fast as its clip was recorded
robot_peers | ffmpeg:ffmpeg chromium:chromium node:nodejs npm:npm | a robot's match, A1, with all of them at once (A1_SECONDS=600)
cameras    | ffmpeg:ffmpeg curl:curl                       | a camera server, A2: a real RTSP server, deaths, and sixteen for five minutes
END
}

# is_there COMMAND[,FILE]
is_there() {
	PATH=$PATH:/usr/sbin command -v "${1%%,*}" >/dev/null && return 0
	case $1 in
	*,*) [ -x "$B/${1#*,}" ] ;;
	*) return 1 ;;
	esac
}

tests='' left=0
while IFS='|' read -r name needs what; do
	name=$(echo "$name" | tr -d ' ') what=${what# }
	if [ "${1:-}" = --list ]; then
		printf '%-16s %s\n' "e2e/$name" "$what"
		continue
	fi
	wanted=$#
	for word; do
		case e2e/$name in *"$word"*) wanted=0 ;; esac
	done
	[ "$wanted" -eq 0 ] || continue
	absent=
	for need in $needs; do
		is_there "${need%:*}" || absent="${absent:+$absent, }${need%%[,:]*} (Debian: ${need##*:})"
	done
	if [ -n "$absent" ]; then
		echo "absent e2e/$name: $absent"
		left=$((left + 1))
	else
		tests="$tests =e2e/$name"
	fi
done <<END
$(peers)
END

# Another architecture, by a build of its own.
arm64=$# name=arm64
for word; do
	case $name in *"$word"*) arm64=0 ;; esac
done
if [ "${1:-}" = --list ]; then
	printf '%-16s %s\n' arm64 'pkd is cross-built for arm64, and tried by qemu: make arm64'
	exit 0
fi
[ "$arm64" -ne 0 ] || tests/arm64.sh --needs || { arm64=1 left=$((left + 1)); }
[ -n "$tests" ] || [ "$arm64" -eq 0 ] || { echo "0 passed, 0 failed, $left without a peer"; exit 1; }
status=0
if [ -n "$tests" ]; then
	# shellcheck disable=SC2086 # words
	B=$B tests/run $tests || status=1
fi
[ "$arm64" -ne 0 ] || tests/arm64.sh || status=1
[ "$left" -eq 0 ] || echo "$left without a peer"
exit $status
