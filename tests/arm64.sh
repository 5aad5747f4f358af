#!/bin/sh
# arm64.sh: builds pkd by a cross-compiler for arm64, below build/arm64, and tries there what a machine of another
# kind can: every unit test by qemu-user; and, where qemu-system-aarch64 is installed, on Debian's own kernel for arm64
# those of the runtime, those that qemu-user cannot run, and the attacks of e2e/sandbox. Says what ran, what did not,
# and why.
#
#   arm64.sh            all; `make arm64`
#   arm64.sh --needs    says which programs are absent, and fails
#
# From the Makefile: MAKE, HOSTCC (this machine's compiler). ARM64_CC and ARM64_CXX name others. Nothing is installed:
# what is for arm64 is unpacked below build/arm64, by a configuration of apt of its own.
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
MAKE=${MAKE:-make}
B=build/arm64
cc=${ARM64_CC:-aarch64-linux-gnu-gcc} cxx=${ARM64_CXX:-aarch64-linux-gnu-g++}
libraries=/usr/aarch64-linux-gnu
say() { echo "arm64: $*"; }

absent=
# A command may be "ccache aarch64-linux-gnu-gcc".
command -v "${cc##* }" >/dev/null || absent="$absent ${cc##* } (Debian: gcc-aarch64-linux-gnu)"
command -v "${cxx##* }" >/dev/null || absent="$absent ${cxx##* } (Debian: g++-aarch64-linux-gnu)"
command -v qemu-aarch64 >/dev/null || absent="$absent qemu-aarch64 (Debian: qemu-user)"
[ -z "$absent" ] || { say "absent:$absent"; exit 1; }
[ "${1:-}" != --needs ] || exit 0

mkdir -p $B || exit 2
log=$root/$B/log
: >"$log"

# ---- What is for arm64, from Debian ----

# arm64_apt ARGUMENT...: apt with lists of its own, which know that architecture alone.
arm64_apt() {
	state=$root/$B/apt
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" && : >"$state/status" || return 1
	apt-get -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$state" \
		-o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
		-o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::http::Timeout=10 "$@" >>"$log" 2>&1
}

# get DIRECTORY PACKAGE...: unpacked there, once.
get() (
	to=$root/$B/$1
	shift
	[ ! -d "$to" ] || exit 0
	command -v apt-get >/dev/null || exit 1
	[ -d "$B/apt/lists" ] || arm64_apt update || exit 1
	unpacked=$(mktemp -d "$root/$B/get.XXXXXX") || exit 1
	trap 'rm -rf "$unpacked"' EXIT
	cd "$unpacked" || exit 1
	packages=
	for package in "$@"; do
		# One that only names another.
		[ "$package" != linux-image-arm64 ] || {
			arm64_apt install -y --no-install-recommends --print-uris linux-image-arm64 || exit 1
			package=$(sed -n 's/.*\(linux-image-[0-9][^_]*-arm64\)_.*/\1/p' "$log" | tail -n 1)
		}
		packages="$packages $package"
	done
	# shellcheck disable=SC2086 # words
	arm64_apt download $packages || exit 1
	for package in *.deb; do
		dpkg-deb -x "$package" . || exit 1
	done
	rm -- *.deb
	mv "$unpacked" "$to"
	mkdir "$unpacked"
)

# ---- The build ----

make_arm64() {
	"$MAKE" --no-print-directory -k -j"$(nproc)" B=$B CC="$cc" CXX="$cxx" HOSTCC="${HOSTCC:-cc}" \
		CFLAGS="-I$root/$B/cmocka/usr/include" LDFLAGS="-L$root/$B/cmocka/usr/lib/aarch64-linux-gnu" "$@"
}
# The tests that `make test` would run, by name.
unit_tests() {
	make_arm64 -pn all 2>/dev/null | sed -n 's/^\(UNIT_TESTS\|NODE_TESTS\)  *:= //p' | tr ' ' '\n' | grep "^$B/test/"
}

get cmocka libcmocka-dev libcmocka0 || {
	say "cannot get libcmocka for arm64: it is built, and no unit test is run"
	make_arm64 all
	exit 1
}
tests=$(unit_tests)
# shellcheck disable=SC2086 # words
make_arm64 all $tests >>"$log" 2>&1 || {
	tail -n 40 "$log"
	say "the build has failed"
	exit 1
}
# Said in the build, one line a node.
left=$(make_arm64 all 2>/dev/null | grep -c 'is left out')
n_tests=$(echo "$tests" | wc -l)
say "built by $cc; $left nodes are left out, whose libraries are not here for arm64; $n_tests programs of unit tests"

failed=0

# ---- By qemu-user ----

# What fails there for a reason of its own: qemu-user passes system calls on that it knows.
no_reason() {
	case $1 in
	stdlib/files/*) echo 'no openat2' ;;
	stdlib/io/program_test) echo 'no PR_SET_CHILD_SUBREAPER' ;;
	stdlib/io/udp_test) echo 'no SO_RXQ_OVFL' ;;
	unit/runtime_memory) echo 'no MADV_DONTFORK' ;;
	unit/runtime_program) echo 'it has a thread of its own: nothing is forked where there are two' ;;
	*) return 1 ;;
	esac
}

# What a kernel tells best, and what qemu-user cannot.
on_kernel=$(echo "$tests" | grep '/unit/runtime_\|/fault/')
passed=0 skipped=0
for test in $tests; do
	name=${test#"$B"/test/}
	limit=300
	! no_reason "$name" >/dev/null || limit=10
	timeout $limit qemu-aarch64 -L $libraries -E LD_LIBRARY_PATH="$root/$B/cmocka/usr/lib/aarch64-linux-gnu" \
		"$test" >"$B/out" 2>&1 </dev/null
	status=$?
	if [ $status -eq 0 ]; then
		passed=$((passed + 1))
	elif why=$(no_reason "$name"); then
		skipped=$((skipped + 1))
		case $name in unit/*) ;; *) on_kernel="$on_kernel $test" ;; esac
		say "not by qemu-user: $name ($why)"
	else
		failed=$((failed + 1))
		say "FAILED by qemu-user: $name (status $status)"
		grep 'ERROR\|LINE' "$B/out" | head -n 20
	fi
done
say "qemu-user: $passed programs passed, $skipped cannot, $failed failed"

# ---- On a kernel of arm64 ----

# A program of several processes cannot run by qemu-user, which has a thread of its own: the runtime forks only where
# there is one. And its kernel is this machine's: no filter of arm64's system calls.
why=
command -v qemu-system-aarch64 >/dev/null || why='no qemu-system-aarch64 (Debian: qemu-system-arm)'
command -v cpio >/dev/null || why='no cpio'
[ -n "$why" ] || get kernel linux-image-arm64 busybox-static || why='cannot get Debian'"'"'s kernel for arm64'
if [ -n "$why" ]; then
	say "not tried on a kernel of arm64: $why"
	[ $failed -eq 0 ]
	exit
fi

disk=$root/$B/disk
rm -rf "$disk"
mkdir -p "$disk/bin" "$disk/lib" "$disk/tests" "$disk/programs" "$disk/proc" "$disk/sys" "$disk/dev" "$disk/tmp" \
	"$disk/run" "$disk/etc" "$disk/usr/share/dict" "$disk/usr/lib" "$disk/pkd/tests/e2e"
cp "$B/kernel/bin/busybox" "$disk/bin/"
for library in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libstdc++.so.6 libgcc_s.so.1; do
	cp -L "$libraries/lib/$library" "$disk/lib/"
done
cp -L "$B/cmocka/usr/lib/aarch64-linux-gnu/libcmocka.so.0" "$disk/lib/"
n_tests=0
for test in $on_kernel; do
	n_tests=$((n_tests + 1))
	aarch64-linux-gnu-strip -o "$disk/tests/$(echo "${test#"$B"/test/}" | tr / .)" "$test"
done

# What the script builds on this machine, it finds built there.
cp -r tests/e2e/lib tests/e2e/sandbox "$disk/pkd/tests/e2e/"
# As root alone, as busybox's setpriv names no user; what is one program there cannot be told from another, and resolves
# no names. Debian's kernel has an older landlock: the filter alone keeps signals from the supervisor.
# shellcheck disable=SC2016 # of that script
sed -e '/^# ---- A kernel with less/,$d' -e "/users='self nobody'/d" \
	-e '/^comes_to one_program other_program /d' -e '/^comes_to networker resolve /d' \
	-e 's/^comes_to undeclared kill "$refused"/stopped undeclared kill kill "other processes"/' \
	-e '/^comes_to undeclared kill_sibling /d' -e '/^comes_to undeclared tgkill /d' \
	-e '/^comes_to runner kill_sibling /d' tests/e2e/sandbox.sh >"$disk/pkd/tests/e2e/sandbox.sh"
for node in undeclared computes reader writer networker runner one_program settler; do
	env -u CC -u CXX -u CFLAGS -u LDFLAGS PKD_CACHE="$root/$B/cache" $B/pkdc-host build tests/e2e/sandbox/sandbox.pkd --pipeline "by_$node" \
		-o "$disk/programs/by_$node" >>"$log" 2>&1 || {
		tail -n 20 "$log"
		say "FAILED: the program of $node cannot be built"
		exit 1
	}
done
cat >"$disk/bin/pkdc" <<'END'
#!/bin/sh
cp "/programs/$6" .
END
cat >"$disk/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
ifconfig lo 127.0.0.1 up
echo '127.0.0.1 localhost' >/etc/hosts
echo root:x:0:0:root:/tmp:/bin/sh >/etc/passwd
echo root:x:0: >/etc/group
echo secret >/etc/shadow
echo ID=test >/usr/lib/os-release
ulimit -n 1024
for test in /tests/*; do
	cd /tmp
	timeout 600 "$test" >/tmp/out 2>&1 </dev/null || {
		echo "once more: ${test#/tests/}"
		grep 'ERROR\|LINE' /tmp/out
		timeout 600 "$test" >/tmp/out 2>&1 </dev/null
	}
	echo "RESULT $? ${test#/tests/}"
	grep 'ERROR\|LINE' /tmp/out
done
mkdir /tmp/sandbox
cd /tmp/sandbox
ROOT=/pkd B=/pkd MEDIA=/pkd PKDC=/bin/pkdc timeout 1500 sh /pkd/tests/e2e/sandbox.sh
echo "RESULT $? e2e/sandbox"
poweroff -f
END
chmod +x "$disk/init" "$disk/bin/pkdc"
(cd "$disk" && find . | cpio -o -H newc 2>/dev/null) | gzip -1 >"$B/disk.gz"

timeout 3600 qemu-system-aarch64 -M virt -cpu cortex-a72 -smp 4 -m 1500 -nographic -nodefaults -serial stdio -net none \
	-no-reboot -kernel "$B"/kernel/boot/vmlinuz-* -initrd "$B/disk.gz" \
	-append 'console=ttyAMA0 quiet panic=-1 lsm=landlock' </dev/null 2>&1 | tr -d '\r' >"$B/console"
# The one test there of a time with a fraction: busybox knows none.
if grep -q '^RESULT 1 stdlib.files.walk_test' "$B/console" && grep -q 'touch -d @' "$B/console"; then
	say "not on that kernel: the times of files in stdlib/files/walk_test (busybox's touch)"
	sed -i 's/^RESULT 1 stdlib.files.walk_test/RESULT 0 stdlib.files.walk_test/' "$B/console"
fi
sed -n 's/^once more: /arm64: once more on that kernel: /p' "$B/console" | grep -v walk_test
passed=$(grep -c '^RESULT 0 ' "$B/console")
bad=$(grep -c '^RESULT [1-9]' "$B/console")
[ "$bad" -eq 0 ] || grep -v '^RESULT 0 ' "$B/console" | tail -n 60
if [ "$passed" -eq 0 ] || [ $((passed + bad)) -ne $((n_tests + 1)) ]; then
	say "FAILED: $passed programs have passed and $bad failed, of $((n_tests + 1)): the machine has ended early"
	exit 1
fi
say "a kernel of arm64 (qemu-system, cortex-a72): $passed programs passed, $bad failed"
[ $((failed + bad)) -eq 0 ]
