#!/bin/sh
# --serve: what /metrics and /healthz say, by a parser of the format, beside the table at the end; who is answered and
# who is not; hostile traffic, slow readers, half requests; a console that is killed. The rows are those of a run that
# nobody disturbs.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
export PATH="$B:$PATH"
build "$e2e/serve/serve.pkd" -o serve

# ---- What is refused before anything runs ----

expect 2 'serve: --serve localhost:80: must be a port, .*' ./serve --serve localhost:80
expect 2 'serve: --serve is served by the console: leave --no-console out' ./serve --serve 0 --no-console
expect 2 'serve: --serve-token-file is of no use without --serve .*' ./serve --serve-token-file token
echo 0123456789abcdef0123 >token
chmod 644 token
expect 1 'serve: --serve-token-file token: others may read it: chmod 600 closes it' ./serve --serve 0 --serve-token-file token
chmod 600 token
expect 1 'serve: --serve-token-file none: No such file or directory' ./serve --serve 0 --serve-token-file none
expect 1 'serve: --serve: cannot listen on 192.0.2.1:9: Cannot assign requested address' ./serve --serve 192.0.2.1:9
[ ! -e rows.csv ] || fail 'something has run'

# ---- While it runs ----

PYTHONPATH=$e2e/serve python3 "$e2e/serve/serve.py" >said 2>&1 || fail 'a running program' said
note "$(tail -n 1 said)"
