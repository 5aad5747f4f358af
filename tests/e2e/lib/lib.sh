# What the end-to-end tests share. Each begins with:
#
#   here=$(dirname "$0")
#   . "$here/lib/lib.sh"
#
# and runs in an empty directory with PKDC, ROOT, B and MEDIA from tests/run.
set -u

# shellcheck disable=SC2034 # for the tests
e2e=$ROOT/tests/e2e
PKD_CACHE=$PWD/cache
export PKD_CACHE

# What was printed last is in `out`, or where the second argument says.
fail() {
	echo "$1"
	[ ! -s "${2:-out}" ] || tail -n 40 "${2:-out}"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

# Figures that nobody asserts, but may want to see.
note() { echo "$*"; }

# needs TOOL...
needs() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

needs_clip() {
	[ -s "$MEDIA/vtest.avi" ] || skip "the clip vtest.avi is not in $MEDIA (tests/setup.sh --media)"
}

# needs_node NODE...: those that could be built.
needs_node() {
	for node in "$@"; do
		case $node in
		video.stream_packets) links='libavformat libavcodec libavutil' ;;
		video.*) links='libavformat libavcodec libswscale libavutil' ;;
		detect.qr) links='zxing opencv4' ;;
		detect.tags | target.scene) links='apriltag opencv4' ;;
		target.*) links=opencv4 ;;
		detect.* | pose.* | track.follow) links=opencv4 ;;
		draw.codes | draw.fiducials | draw.targets | draw.zones) links='freetype2 opencv4' ;;
		draw.arrow | draw.blur | draw.density | draw.heat | draw.lines | draw.mosaic | draw.points) links=opencv4 ;;
		draw.border | table.*) links= ;;
		http.*) links=libcurl ;;
		net.mjpeg) links='libturbojpeg libswscale libavutil freetype2' ;;
		draw.*) links=freetype2 ;;
		mqtt.*) links=libmosquitto ;;
		record.clip) links='libavformat libavcodec libavutil' ;;
		record.*) links=libxxhash ;;
		nt4.*) links='libwebsockets libuv mpack' ;;
		net.ws_video | net.hls) links='libwebsockets libuv libavformat libavcodec libavutil' ;;
		net.ws_values) links='libwebsockets libuv' ;;
		esac
		# shellcheck disable=SC2086 # words
		[ -z "$links" ] || pkg-config --exists $links || skip "$node is left out: a library of it is missing"
	done
}

# Nodes in Python can be built: by the interpreter in PKD_PYTHON from then on.
needs_python_nodes() {
	for PKD_PYTHON in ${PKD_PYTHON:-} python3 /usr/bin/python3; do
		"$PKD_PYTHON" -c 'import numpy, os, sysconfig
assert sysconfig.get_config_var("Py_ENABLE_SHARED")
assert os.path.exists(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || continue
		export PKD_PYTHON
		return
	done
	skip "no python3 has NumPy, its headers and a shared libpython (python3-dev, python3-numpy)"
}

# build ARGUMENT...: must succeed, and say nothing.
build() {
	"$PKDC" build "$@" >out 2>&1 || fail "pkdc build $*: status $?"
	[ ! -s out ] || fail "pkdc build $* says something"
}

now_ms() { date +%s%3N; }

# A limit is for what never comes, so a machine that is busy with other things has this many times as
# long. Only `promptly` says that something was slow.
patience=${TEST_PATIENCE:-10}

# within SECONDS COMMAND...: waits until the command succeeds; so many seconds if nothing else ran.
within() {
	end=$(($(now_ms) + $1 * 1000 * patience))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# at_most SECONDS COMMAND...: the command, ended with status 124 after so many seconds if nothing else ran.
at_most() {
	limit=$(($1 * patience))
	shift
	timeout -k 10 "$limit" "$@"
}

# promptly SECONDS COMMAND...: the command succeeds before a control that takes so long: it sleeps for
# tenths of a second, each in a process of its own, so a busy machine delays it as it does the others.
promptly() {
	sh -c 'for i in $(seq "$1"); do sleep 0.1; done' control $(($1 * 10)) &
	control=$!
	started="${started:-} $control"
	shift
	prompt=0
	until "$@"; do
		if is_gone "$control"; then
			"$@" || prompt=1
			break
		fi
		sleep 0.02
	done
	kill "$control" 2>/dev/null
	wait "$control" 2>/dev/null
	return $prompt
}

# A port for a server, which nobody else has.
free_port() { python3 "$e2e/lib/ports.py"; }

# ---- Processes ----

# The state of process $1 as ps shows it; nothing when there is none.
state_of() { sed -n 's/.*) \([A-Z]\) .*/\1/p' "/proc/$1/stat" 2>/dev/null; }

is_gone() {
	case $(state_of "$1") in '' | Z | X) return 0 ;; esac
	return 1
}

all_gone() {
	for process in "$@"; do
		is_gone "$process" || return 1
	done
}

children_of() { cat "/proc/$1/task/$1/children" 2>/dev/null; }

# named PARENT NAME: the child of that name, into $child. A child that has no name yet bears its
# parent's, so no test may give both the same.
named() {
	comm=
	{ read -r comm <"/proc/$1/comm"; } 2>/dev/null
	[ "$comm" != "$2" ] || fail "process $1 bears the name of the child '$2' that is looked for"
	children=
	{ read -r children <"/proc/$1/task/$1/children"; } 2>/dev/null
	for child in $children; do
		comm=
		{ read -r comm <"/proc/$child/comm"; } 2>/dev/null
		[ "$comm" = "$2" ] && return 0
	done
	child=
	return 1
}

# start PROGRAM ARGUMENT...: in the background, its output in `out`, its process in $pid. Like a
# program that was started by hand it does not ignore SIGINT, as an sh job would.
start() {
	# shellcheck disable=SC2086 # words
	${before_start:-} env --default-signal=INT,QUIT "$@" >out 2>&1 &
	pid=$!
	started="${started:-} $pid"
}

# finish SECONDS: waits as `within` does for the end of $pid; its status is in $status.
finish() {
	within "$1" is_gone "$pid" || fail "$pid did not end"
	wait "$pid"
	status=$?
}

# With a supervisor its processes should go too. A test that doubts it has them in $processes.
clean_up() {
	# shellcheck disable=SC2086 # words
	[ -z "${started:-}${processes:-}" ] || kill -KILL ${started:-} ${processes:-} 2>/dev/null
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# expect STATUS PATTERN COMMAND...: the command ends, with that status, and a line of its output is
# the pattern (an extended regular expression, of the whole line).
expect() {
	expected=$1 pattern=$2
	shift 2
	at_most 20 "$@" >out 2>&1
	status=$?
	[ "$status" -eq "$expected" ] || fail "$*: status $status, not $expected"
	grep -Exq -- "$pattern" out || fail "$*: no line '$pattern'"
}

last_line() { tail -n 1 out; }

# ---- Another runtime ----

# pkdc_with NAME FLAG...: makes a pkdc whose programs get a libpkd that was built with those flags,
# its path in $pkdc. pkdc finds its library from where it lies.
pkdc_with() {
	tree=$PWD/with-$1
	shift
	mkdir -p "$tree/build/lib" "$tree/obj"
	ln -s "$ROOT/stdlib" "$ROOT/docs" "$ROOT/runtime" "$tree/"
	ln -s "$B/include" "$tree/build/"
	ln -s "$B/lib/libpkd_nodes.a" "$B/lib/pkgconfig" "$tree/build/lib/"
	cp "$PKDC" "$tree/build/pkdc"
	for source in "$ROOT"/runtime/*.c "$ROOT"/runtime/*/*.c ${more_sources:-}; do
		# The command pkd is no part of it.
		case $source in */runtime/pkd/*) continue ;; esac
		# shellcheck disable=SC2086 # words
		${CC:-cc} -std=gnu11 -O2 -g -I"$ROOT/runtime" -I"$ROOT/runtime/include" ${CFLAGS:-} "$@" \
			-c -o "$tree/obj/$(basename "${source%/*}")-${source##*/}.o" "$source" >out 2>&1 ||
			fail "libpkd does not compile with $*"
	done
	ar qcs "$tree/build/lib/libpkd.a" "$tree"/obj/*.o
	pkdc=$tree/build/pkdc
}
