#!/bin/sh
# A node that has been taken over tries what it may not: each attack is refused, as a user and as root,
# and by what an older kernel has it is refused as far as the program says at its start.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cp "$e2e"/sandbox/* .
chmod 755 .
echo secret >forbidden
echo known >allowed
mkdir made
chmod 666 forbidden allowed
chmod 777 made

# Once as root, where this is root; and as a user. Some calls are refused to a user in any case: then the
# test would not see who refuses.
users=self
[ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null || users='self nobody'

# by NODE: builds the program of that attacker with $pkdc.
by() {
	for node in "$@"; do
		"$pkdc" build sandbox.pkd --pipeline "by_$node" -o "by_$node" >out 2>&1 || fail "by_$node"
	done
}

# attempt USER NODE WHAT ARGUMENT...: in `out`, what came of it.
attempt() {
	user=$1 node=$2 what=$3
	shift 3
	rm -f made/*
	: >made/there
	set -- "./by_$node" --quiet --what "$what" "$@"
	[ "$user" = self ] || set -- setpriv --reuid=nobody --clear-groups "$@"
	at_most 60 "$@" >out 2>&1 </dev/null
	status=$?
	[ $status -ne 124 ] || fail "$node $what: it hangs"
}

n=0
# stopped NODE WHAT CALL REASON [ARGUMENT...]: the call ends the process, and is named.
stopped() {
	by=$1 call=$3 reason=$4
	n=$((n + 1))
	for user in $users; do
		attempt "$user" "$1" "$2" ${5:+--path "$5"}
		grep -q "node '$by' .* was stopped at $call: .*$reason" out ||
			fail "$user, $by, $2: not stopped at $call with '$reason'"
		grep -q "node '$by' .* was killed by SIGSYS for that call" out ||
			fail "$by, $2: not the death of that node, or another reason than its own"
		[ $status -eq 159 ] || fail "$by, $2: status $status"
	done
}

# comes_to NODE WHAT RESULT [PATH [ARGUMENT...]]: what the call returns and errno, an extended regular expression.
comes_to() {
	by=$1 attack=$2 result=$3 path=${4:-}
	n=$((n + 1))
	shift 3
	[ $# -eq 0 ] || shift
	for user in $users; do
		attempt "$user" "$by" "$attack" ${path:+--path "$path"} "$@"
		grep -Eq "^by_$by: $by: $attack: $result\$" out || fail "$user, $by, $attack ${path:-}: not '$result'"
	done
}

refused='-1 (EACCES|EPERM)'

pkdc=$PKDC
by undeclared computes reader writer networker runner one_program settler
attempt self undeclared own_signal
if grep -q 'this kernel has no' out; then
	cat out
	skip 'this kernel has no landlock or no seccomp: what that means is said at the start'
fi

# ---- What holds for every node, declared or not ----

for by in undeclared computes; do
	others='no node may access other processes'
	stopped "$by" ptrace ptrace "$others"
	stopped "$by" ptrace_sibling ptrace "$others"
	stopped "$by" vm_readv process_vm_readv "$others"
	stopped "$by" vm_writev process_vm_writev "$others"
	stopped "$by" tkill tkill "$others"
	stopped "$by" pidfd_getfd pidfd_getfd "$others"
	stopped "$by" prlimit prlimit64 "$others"
	stopped "$by" setown fcntl "$others"
	stopped "$by" tiocsti ioctl "$others"
	rights='what its process is allowed to do'
	stopped "$by" setresuid setresuid "$rights"
	stopped "$by" pdeathsig prctl "$rights"
	stopped "$by" unshare unshare "$rights"
	stopped "$by" clone_user clone "$rights"
	system='no node may change the system'
	stopped "$by" mount mount "$system"
	stopped "$by" bpf bpf "$system"
	stopped "$by" keyctl keyctl "$system"
	stopped "$by" perf perf_event_open "$system"
	stopped "$by" userfaultfd userfaultfd "$system"
	comes_to "$by" mem_write "$refused"
	comes_to "$by" mem_sibling "$refused"
	comes_to "$by" fd_sibling "$refused"
	comes_to "$by" priority "$refused"
	comes_to "$by" io_uring '-1 ENOSYS'
	comes_to "$by" own_signal '0 done'
	if [ "$(uname -m)" = x86_64 ]; then
		for call in call_32 call_x32; do
			# A kernel without the calls of 32 bits faults at one.
			attempt self "$by" "$call" --no-sandbox
			! grep -q 'was killed by SIGSEGV' out || continue
			attempt self "$by" "$call"
			grep -q "node '$by' .* was killed by SIGSYS" out || fail "$by, $call: not refused"
		done
	fi
done
comes_to undeclared kill "$refused"
comes_to undeclared kill_sibling "$refused"
comes_to undeclared tgkill "$refused"
stopped computes kill kill 'other processes'
stopped computes kill_sibling kill 'other processes'
stopped computes kill_group kill 'other processes'
stopped computes tgkill tgkill 'other processes'

for by in undeclared computes; do
	for what in priority_user priority_group ioprio_user; do
		comes_to "$by" $what '-1 EPERM'
	done
	# With status 0: the supervisor does not wait for what never comes.
	comes_to "$by" block '0 done'
	[ $status -eq 0 ] || fail "$by, block: status $status"
done
comes_to computes datagrams "$refused"
comes_to computes streams '0 done'
for what in chmod chown utimes setxattr fchmod fchown fsetxattr fremovexattr setxattrat removexattrat file_setattr \
	set_flags lease shmget msgget; do
	for by in computes reader writer; do
		comes_to "$by" $what '-1 EPERM' allowed
	done
done
for by in computes reader networker; do
	comes_to "$by" flock '-1 EPERM' allowed
done
comes_to computes terminal '-1 (EPERM|ENOTTY)'
attempt self computes spawn
grep -q "was killed by SIGSYS (a forbidden system call; to start programs, declare .executes.)" out ||
	fail 'a program that the C library starts is refused without a reason'
echo rows >rows
timeout 60 ./by_computes --quiet --what cut_output >>rows 2>out </dev/null
[ "$(cat rows)" = rows ] || fail 'what others have written to standard output is gone'

# ---- Files ----

comes_to undeclared read '[0-9]+ done'
for by in computes reader writer networker runner; do
	for path in forbidden ./made/../forbidden /etc/shadow; do
		[ "$by" = reader ] || comes_to "$by" read "$refused" "$path"
	done
	[ "$by" = reader ] || comes_to "$by" write "$refused" forbidden
	[ "$by" = reader ] || comes_to "$by" create "$refused" new
	[ ! -e new ] || fail "$by makes a file"
	comes_to "$by" remove "$refused" "allowed"
	[ -e allowed ] || fail "$by removes a file"
done
comes_to reader read '[0-9]+ done' allowed
comes_to reader write "$refused" allowed
comes_to computes read '[0-9]+ done' /usr/share/dict/../../lib/os-release
comes_to computes read '[0-9]+ done' /dev/urandom
comes_to writer create '[0-9]+ done' "made/new"
comes_to writer remove '0 done' "made/there"

# ---- Network and programs ----

stopped computes socket socket 'write .network. in its declaration'
stopped computes socket6 socket 'write .network. in its declaration'
comes_to computes unix "$refused"
comes_to networker socket '[0-9]+ done'
comes_to networker unix "$refused"
comes_to networker packet "$refused"
comes_to networker resolve '0 done'
for what in fork exec; do
	call=$what
	[ $what = exec ] && call=execve || call=clone
	stopped computes "$what" "$call" 'write .executes. in its declaration'
	stopped networker "$what" "$call" 'write .executes. in its declaration'
done
comes_to runner program '0 done'
comes_to runner kill_sibling "$refused"
stopped runner socket socket 'write .network. in its declaration'

comes_to one_program other_program "$refused"
stopped one_program socket socket 'write .network. in its declaration'
attempt self one_program exec
grep -q 'exited before its streams had ended' out || fail 'the program that is named is not started'
comes_to one_program socket '[0-9]+ done' forbidden --early

# ---- Settled ----

comes_to settler read '[0-9]+ done' allowed --early
stopped settler read openat 'settled after init' allowed

note "$n attacks, each by: $users"

# ---- A kernel with less, as the tests' own builds of the runtime play it ----

users=self

pkdc_with debian12 -DPKD_TEST_LANDLOCK_ABI=2
by undeclared computes runner
comes_to computes read "$refused" /etc/shadow
comes_to undeclared mem_write "$refused"
stopped computes kill kill 'other processes'
stopped undeclared kill kill 'other processes'
stopped runner kill_group kill 'other processes'

pkdc_with nothing -DPKD_TEST_LANDLOCK_ABI=0
by computes undeclared
comes_to computes read '[0-9]+ done' forbidden
grep -q 'this kernel has no landlock: nodes can open files' out || fail 'it is not said'
stopped computes socket socket 'write .network.'
stopped undeclared kill kill 'other processes'

pkdc_with no_filter -DPKD_TEST_NO_SECCOMP
by computes
comes_to computes read "$refused" forbidden
comes_to computes socket '[0-9]+ done'
grep -q 'this kernel has no seccomp: nodes can use sockets' out || fail 'it is not said'

# ---- Switched off, which is said ----

pkdc=$PKDC
by computes
for option in --no-sandbox --single-process; do
	at_most 60 ./by_computes --quiet $option --what read >out 2>&1 || fail "$option: status $?"
	grep -Eq '^by_computes: computes: read: [0-9]+ done$' out || fail "$option: still refused"
	head -n 1 out | grep -Eq "^by_computes: $option: what nodes declare is not enforced" ||
		fail "$option: not said first"
done
