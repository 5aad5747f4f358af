#!/bin/sh
# Each exit status of docs/operating.md.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >statuses.pkd <<'END'
c {=
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
=}

node count() -> (n: i64) {
    stateless
    step {=
        *out->n = (int64_t)pkd_number(ctx);
        return *out->n == 10 ? PKD_END : PKD_OK;
    =}
}

/// Does it, with the fifth frame.
node act(n: i64) {
    param how: string = "nothing"
    stateless
    step {=
        const char *how = params->how;
        if (*in->n != 5)
            return PKD_OK;
        if (strcmp(how, "fail") == 0)
            return pkd_error(ctx, EIO, "fails");
        if (strcmp(how, "open") == 0 && access("/nowhere", R_OK) < 0)
            return pkd_error(ctx, errno, "cannot open '%s'", "/nowhere 100%");
        if (strcmp(how, "open-why") == 0 && access("/nowhere", R_OK) < 0)
            return pkd_error(ctx, errno, "cannot open: %s there", "nothing");
        if (strcmp(how, "exit") == 0)
            _exit(0);
        if (strcmp(how, "exit-7") == 0)
            _exit(7);
        if (strcmp(how, "abort") == 0)
            abort();
        if (strcmp(how, "wrong") == 0)
            raise(SIGSEGV);
        if (strcmp(how, "hang-hard") == 0)
            signal(SIGTERM, SIG_IGN);
        if (strncmp(how, "hang", 4) == 0) {
            pkd_note(ctx, "hangs");
            for (;;)
                usleep(1000);
        }
        return PKD_OK;
    =}
}

pipeline statuses(how: string = "nothing") {
    n = count()
    act(n, how: how)
}

deploy statuses { }
deploy absent of statuses { on crash of act { absent } }
deploy stall of statuses { on stall after 50ms of act { stop } }
END
for deploy in statuses absent stall; do
	build statuses.pkd --pipeline statuses --deploy "$deploy" -o "$deploy"
done

# is STATUS COMMAND...
is() {
	wanted=$1
	shift
	at_most 20 "$@" >out 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || fail "$*: status $status, not $wanted"
}

is 0 ./statuses
is 0 ./statuses --help
is 0 ./statuses --version
is 1 ./statuses --how fail
# What a call has set errno to is explained, once: where the node's own text has no reason.
is 1 ./statuses --how open
grep -q "cannot open '/nowhere 100%': No such file or directory\$" out || fail 'the line does not say why'
is 1 ./statuses --how open-why
grep -q 'cannot open: nothing there$' out || fail 'the line has another reason than that of the node'
is 1 ./statuses --how fail
grep -q ': fails$' out || fail 'a constant is explained'
is 1 ./statuses --how exit
is 1 ./statuses --how exit-7
is 2 ./statuses --hwo fail
echo 'hwo = fail' >wrong.conf
is 2 ./statuses --config wrong.conf
is 3 ./absent --how fail
is 134 ./statuses --how abort
is 139 ./statuses --how wrong
is 137 ./stall --how hang

# asked STATUS HOW: of one that is told to stop while it hangs.
asked() {
	start ./statuses --how "$2"
	hangs() { grep -q 'act: hangs' out; }
	within 20 hangs || fail 'it does not hang'
	kill -INT "$pid"
	finish 15
	[ "$status" -eq "$1" ] || fail "stopped, $2: status $status, not $1"
}
asked 143 hang
asked 137 hang-hard

# The table has each of them, and no other.
sed -n '/^| status |/,/^$/p' "$ROOT/docs/operating.md" >table
for status in 0 1 2 3; do
	grep -q "^| $status |" table || fail "the table has no $status" table
done
for status in 134 139 143 137; do
	grep '^| 128 + n |' table | grep -q "$status" || fail "the table has no $status" table
done
[ "$(grep -c '^| [0-9]' table)" -eq 5 ] || fail 'the table has others' table
