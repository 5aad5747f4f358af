#!/bin/sh
# The models of the runtime's protocols, in their short form; `make verify` has the long one.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs spin

# The models are the same under every sanitizer: the checker is compiled without.
unset CFLAGS LDFLAGS
at_most 280 env VERIFY=short "$ROOT/tests/model/verify.sh" >out 2>&1 || {
	grep -v '^ok' out >bad
	fail 'a model does not end as it should' bad
}
last_line
