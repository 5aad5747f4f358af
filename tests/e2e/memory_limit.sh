#!/bin/sh
# Limits of memory are named: those that a program is too large for at its start, and the one that the
# kernel kills a node for, which counts as the node's own making.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

case "${CFLAGS:-} ${LDFLAGS:-}" in
*-fsanitize*) skip 'sanitizers need more memory than any limit here' ;;
esac
cat >eat.pkd <<'END_PKD'
node count() -> (value: u64) {
    origin paced
    step {=
        if (pkd_number(ctx) > 200)
            return PKD_SKIP;
        *out->value = pkd_number(ctx);
        return PKD_OK;
    =}
}
node eats(value: u64) {
    stateless
    step {=
        volatile char *memory;

        while (*in->value == 100 && (memory = __builtin_malloc(1 << 20)))
            for (int i = 0; i < 1 << 20; i += 4096)
                memory[i] = 1;
        return PKD_OK;
    =}
}
pipeline eat() {
    counted = count()
    middle = eats(counted)
}
deploy eat {
    on crash of middle { restart 10 per 60s }
}
END_PKD
build eat.pkd -o eat

# ---- At the start ----

(
	ulimit -f 1
	exec ./eat
) >out 2>&1
[ $? -eq 1 ] || fail 'ulimit -f: not status 1'
grep -Exq 'eat: stream .*: cannot allocate its [0-9]+ bytes: the file size limit of .* \(ulimit -f\) .*' out ||
	fail 'ulimit -f is not named'

# ---- A control group of this test's own, of version 1 or 2 ----

limit=67108864
if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
	tree=/sys/fs/cgroup/memory limit_file=memory.limit_in_bytes
	# Where this shell is; a container may see its own as the root.
	own=$(sed -n 's/^[0-9]*:\([^:]*,\)\{0,1\}memory\(,[^:]*\)\{0,1\}:\(.*\)/\3/p' /proc/self/cgroup)
else
	tree=/sys/fs/cgroup limit_file=memory.max
	own=$(sed -n 's/^0:://p' /proc/self/cgroup)
fi
[ -d "$tree$own" ] || own=
group=$tree$own/pkd-test-$$
mkdir "$group" 2>/dev/null || skip 'no control group can be made here: only ulimit was tried'
remove() {
	rmdir "$group" 2>/dev/null
	clean_up
}
trap remove EXIT
{ echo "$limit" >"$group/$limit_file"; } 2>/dev/null || skip 'no memory limit can be set here: only ulimit was tried'

# limited COMMAND...: within the group.
limited() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout -k 1 60 sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@" >out 2>&1
}
# Were there swap, nobody would be killed.
{ echo "$limit" >"$group/memory.memsw.limit_in_bytes" || echo 0 >"$group/memory.swap.max"; } 2>/dev/null

limited ./eat
status=$?
[ "$status" -eq 0 ] || fail "status $status, not 0: the frame is not left out"
grep -Eq "node 'middle' .* was killed by the kernel: out of memory \(limit 64 MiB\); it is started again \(restart 2\)" out ||
	fail 'the limit is not named'
! grep -q 'restart 3' out || fail 'it dies of the same frame three times'
grep -q 'middle: 1 frame failed' out || fail 'the frame is not counted as failed'

# Too small for the streams: told before the kernel has anything to kill.
mkdir large
cat >large/large.pkd <<'END_PKD'
node pictures() -> (picture: image<bgr24, 1000, 1000>) {
    origin paced
    step {= (void)self, (void)in, (void)out, (void)ctx; return PKD_SKIP; =}
}
node look(picture: image<bgr24, 1000, 1000>) {
    step {= (void)self, (void)in, (void)out, (void)ctx; return PKD_OK; =}
}
pipeline large() {
    made = pictures()
    look(queue(100) made)
}
END_PKD
build large/large.pkd -o large/large
limited large/large
status=$?
[ "$status" -eq 1 ] || fail "a limit that is too small: status $status, not 1"
grep -Exq 'large: not enough memory for the streams and what nodes keep: they need .* MiB, but the control group \(cgroup\) is limited to 64 MiB' out ||
	fail 'a limit that is too small is not named'
