#!/bin/sh
# With a safety mechanism taken out of the runtime, its unit test fails. A third of them is tried;
# `make mutants` has them all, and those that need a whole program.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

case "${CFLAGS:-} ${LDFLAGS:-}" in
*-fsanitize*) skip 'the plain build shows it: sanitizers would only take longer' ;;
esac
"$ROOT/tests/mutants/run.sh" --cheap >out 2>&1 || { cat out; exit 1; }
last_line
