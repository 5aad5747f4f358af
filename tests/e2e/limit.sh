#!/bin/sh
# Limits of a deploy: a node that allocates without end fails by its own, and one that may start no process is
# stopped where it tries, whatever it declares; the rest goes on.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >limit.pkd <<'END_PKD'
node count() -> (value: u64) {
    origin paced
    step {=
        if (pkd_number(ctx) > 200)
            return PKD_SKIP;
        *out->value = pkd_number(ctx);
        return PKD_OK;
    =}
}
/// At one frame it takes all that it gets, and keeps it.
node eats(value: u64) -> (mib: u64) {
    stateless
    step {=
        uint64_t n = 0;

        for (; *in->value == 100 && n < 256; n++) {
            volatile char *memory = __builtin_malloc(1 << 20);
            if (!memory)
                return pkd_error(ctx, 12, "no memory after %d MiB", (int)n);
            for (int i = 0; i < 1 << 20; i += 4096)
                memory[i] = 1;
        }
        *out->mib = n;
        return PKD_OK;
    =}
}
node forks(value: u64) -> (child: i32) {
    executes
    step {=
        extern int fork(void);
        extern void _exit(int status);
        int child = *in->value == 100 ? fork() : 1;

        if (child == 0)
            _exit(0);
        *out->child = child;
        return PKD_OK;
    =}
}
node forks_undeclared(value: u64) -> (child: i32) {
    step {=
        extern int fork(void);
        extern void _exit(int status);
        int child = *in->value == 100 ? fork() : 1;

        if (child == 0)
            _exit(0);
        *out->child = child;
        return PKD_OK;
    =}
}
node last(value: u64) {
    step {=
        if (*in->value == 200)
            pkd_note(ctx, "it is there");
        return PKD_OK;
    =}
}
node most(value: u64) {
    step {=
        if (*in->value > 0)
            pkd_note(ctx, "there were %d MiB", (int)*in->value);
        return PKD_OK;
    =}
}
node look(child: i32) {
    step {=
        if (*in->child <= 0)
            pkd_note(ctx, "no child");
        return PKD_OK;
    =}
}

pipeline eating() {
    counted = count()
    middle = eats(counted)
    most(middle)
    last(counted)
}
deploy eating {
    limit middle { memory 128MiB }
    on crash of middle { restart 1 per 60s then absent }
}
deploy unlimited of eating {
    on crash of middle { restart 1 per 60s then absent }
}

pipeline declared() {
    counted = count()
    middle = forks(counted)
    look(middle)
    last(counted)
}
deploy declared {
    limit middle { processes 0 }
    on crash of middle { absent }
}
deploy free of declared {
    on crash of middle { absent }
}

pipeline undeclared() {
    counted = count()
    middle = forks_undeclared(counted)
    look(middle)
    last(counted)
}
deploy undeclared {
    limit middle { processes 0 }
    on crash of middle { absent }
}
END_PKD

# runs STATUS PROGRAM [ARGUMENT...]: the rest comes to its end in any case.
runs() {
	expected=$1
	shift
	at_most 60 "$@" >out 2>&1
	status=$?
	[ "$status" -eq "$expected" ] || fail "$*: status $status, not $expected"
	grep -q 'last: it is there' out || fail "$*: the rest does not go on"
}

# ---- Memory ----

case "${CFLAGS:-} ${LDFLAGS:-}" in
*-fsanitize*) note 'sanitizers need more memory than any limit here: only processes were tried' ;;
*)
	build limit.pkd --pipeline eating -o eating
	build limit.pkd --pipeline eating --deploy unlimited -o unlimited
	for sandbox in '' --no-sandbox; do
		# shellcheck disable=SC2086 # none or one
		runs 3 ./eating $sandbox
		mib=$(sed -n "s/.*node 'middle' .*no memory after \([0-9]*\) MiB.*/\1/p" out | head -n 1)
		[ "${mib:-0}" -gt 64 ] && [ "$mib" -lt 128 ] || fail "$sandbox: it ends at '$mib' MiB"
		! grep -q 'there were' out || fail "$sandbox: it has more than its limit"
	done
	runs 0 ./unlimited
	grep -q 'most: there were 256 MiB' out || fail 'without a limit it has not 256 MiB'
	;;
esac

# ---- Processes ----

build limit.pkd --pipeline declared -o declared
build limit.pkd --pipeline declared --deploy free -o free
build limit.pkd --pipeline undeclared -o undeclared
runs 0 ./free
if grep -q 'this kernel has no seccomp' out; then
	skip 'this kernel has no seccomp: only the memory was tried'
fi
! grep -q 'no child' out || fail 'without a limit there is no child'
for program in declared undeclared; do
	runs 3 ./$program
	call="(v?fork|clone)"
	grep -Eq "node 'middle' .* was stopped at $call: the deploy's .limit. of .processes 0. forbids it" out ||
		fail "$program: not stopped at clone"
done
runs 0 ./declared --no-sandbox
