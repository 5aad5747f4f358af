#!/bin/sh
# A program of many processes raises its own limit of descriptors; where it may not, it says so in one line,
# and nodes have the limit that the program was started with.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat "$e2e/lib/once.pkd" - >many.pkd <<'END_PKD'
node end(n: u64) {
    param speaks: bool = false
    stateless
    step {=
        char line[200];
        FILE *file = params->speaks ? fopen("/proc/self/limits", "r") : NULL;
        (void)in;
        while (file && fgets(line, sizeof(line), file))
            if (strncmp(line, "Max open files", 14) == 0)
                pkd_note(ctx, "%.40s", line);
        if (file)
            fclose(file);
        pkd_stop(ctx);
    =}
}
pipeline many() {
    a = once()
    for i in 0..99 {
        x = pass(a)
        end(x, speaks: i == 99)
    }
}
END_PKD
build many.pkd -o many

(ulimit -Sn 64 && exec ./many --quiet) >out 2>&1 || fail "a soft limit of 64: status $?"
grep -Eq ': Max open files +64 ' out || fail 'a node has another limit'

(ulimit -n 150 && exec ./many --quiet) >out 2>&1
status=$?
[ "$status" -eq 1 ] || fail "a hard limit of 150: status $status, not 1"
[ "$(wc -l <out)" -eq 1 ] || fail 'a hard limit of 150: not one line'
grep -q 'not enough descriptors: up to [0-9]* are needed, and 150 allowed' out || fail 'the line does not say why'
