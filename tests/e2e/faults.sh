#!/bin/sh
# Every system call that libpkd makes fails, one after the other, in the supervisor and in its children:
# the program works nevertheless, or ends and says why. `faults.sh all` takes many more of them, and a
# program that has to be killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
fault=$ROOT/tests/fault
unset FAULT

! nm "$B/lib/libpkd.a" 2>/dev/null | grep -Eq '__(asan|tsan)_' ||
	skip 'a sanitizer makes calls of its own: run by make test'

# ---- No call is forgotten ----

# names LIST: of the calls in calls.def.
names() { sed -n "s/^$1(\([A-Za-z0-9_]*\),.*/\1/p" "$fault/calls.def"; }

nm "$B/lib/libpkd.a" >symbols || fail 'nm cannot read libpkd.a'
# The table of addresses is the linker's, not called.
awk '$1 == "U" && $2 != "_GLOBAL_OFFSET_TABLE_" { print $2 }' symbols | sort -u >used
awk 'NF == 3 && $2 != "U" { print $3 }' symbols | sort -u >own
comm -23 used own >called
[ "$(wc -l <called)" -ge 60 ] || fail 'nm finds too few calls' called
{ names CALL; names NO_FAULT; } | sort >listed
comm -23 called listed >unlisted
[ ! -s unlisted ] || fail 'libpkd calls what stands in neither list of tests/fault/calls.def:' unlisted
comm -13 called listed >unused
[ ! -s unused ] || fail 'libpkd does not call what stands in tests/fault/calls.def:' unused

# ---- Each of them fails ----

wraps=$(names CALL | sed 's/^/-Wl,--wrap=/' | tr '\n' ' ')

# build_with PKDC PROGRAM
build_with() {
	PKDC=$1 LDFLAGS="${LDFLAGS:-} $B/tests/fault/wrap.o $wraps" build "$fault/fault.pkd" -o "$2"
}

# sweep ARGUMENT...: nothing wrong is found.
sweep() {
	"$B/tests/fault/sweep" "$@" >out 2>&1 || fail "sweep $*: status $?"
	note "sweep $*: $(last_line)"
}

first=12
[ "${1:-}" != all ] || first=1000
build_with "$PKDC" program
echo 'frames = 20' >program.conf
sweep "$first" ./program --config program.conf --freeze all --serve 0
! grep -q 'never called' out || fail 'a call was not tried'
# A program that is told to stop, and one that does not: the supervisor's part of it.
sweep -p 0 -r 10 4 ./program --frames 0 --stops 10 --quiet
if [ "${1:-}" = all ]; then
	for call in syscall epoll_wait read close; do
		sweep -p 0 -c "$call" -r 9 1000 ./program --frames 0 --stops 10 --hangs true --quiet
	done
fi

# ---- What it was started with ----

# Ends of children are learnt even where SIGCHLD was ignored.
mkdir -p died
env --ignore-signal=CHLD ./program --quiet >out 2>&1 || fail "with SIGCHLD ignored: status $?"

# What nohup, or a shell for its background jobs, has had it ignore does not stop it.
for signal in HUP INT; do
	rm -f rows
	env --ignore-signal="$signal" ./program --frames 0 --quiet >out 2>&1 &
	pid=$!
	started="${started:-} $pid"
	within 20 test -s rows || fail 'no rows come'
	kill -"$signal" "$pid"
	rows=$(wc -l <rows)
	more_rows() { [ "$(wc -l <rows)" -gt $((rows + 10000)) ]; }
	within 20 more_rows || fail "SIG$signal stops it although it is ignored"
	kill -TERM "$pid"
	finish 10
	[ "$status" -eq 0 ] || fail "stopped after that: status $status"
done

# ---- It is noticed ----

# A pkdc with an archive of its own, as pkdc_with makes it.
tree=$PWD/mistaken
mkdir -p "$tree/build/lib"
ln -s "$ROOT/stdlib" "$ROOT/docs" "$ROOT/runtime" "$tree/"
ln -s "$B/include" "$tree/build/"
ln -s "$B/lib/libpkd_nodes.a" "$B/lib/pkgconfig" "$tree/build/lib/"
cp "$PKDC" "$tree/build/pkdc"

# mistake NAME FILE SCRIPT CALL WHAT: with the runtime's file changed by that sed script, what is wrong
# is found when that call fails.
mistake() {
	sed "$3" "$ROOT"/runtime/*/"$2" >"$2"
	! cmp -s "$2" "$ROOT"/runtime/*/"$2" || fail "$1: sed has changed nothing in $2"
	${CC:-cc} -std=gnu11 -O2 -w -I"$ROOT/runtime" -I"$ROOT/runtime/include" -c -o "$2.o" "$2" \
		>out 2>&1 || fail "$1: $2 does not compile"
	cp "$B/lib/libpkd.a" "$tree/build/lib/"
	ar r "$tree/build/lib/libpkd.a" "$2.o" >out 2>&1 || fail "$1: ar"
	build_with "$tree/build/pkdc" program
	! "$B/tests/fault/sweep" -c "$4" 1 ./program --quiet >out 2>&1 ||
		fail "$1: sweep finds nothing wrong"
	grep -q "$5" out || fail "$1: sweep does not find: $5"
	note "$1: $(grep -m 1 "$5" out)"
}

mistake open spawn.c '/spawner->close_private(/d' pidfd_open 'is left open'
mistake silent run.c 's/pkdi_log(&run->log, "eventfd.*/;/' eventfd 'does not say why'
mistake blind process.c 's/int r = attach_streams(run, index);/int r = 0; attach_streams(run, index);/' mmap 'it fails and'

# A program that leaves a process behind.
! "$B/tests/fault/sweep" 1 /bin/sh -c 'sleep 30 & echo 1 >rows' >out 2>&1 &&
	grep -q 'leaves a process' out || fail 'sweep does not see a process that is left'
