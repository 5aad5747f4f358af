#!/bin/sh
# --serve and strangers: hosts and origins of others, tokens that may only look, frames and texts that break rules, slow
# readers, a thousand connections, half-open ones, images as MJPEG.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
needs_node video.test
[ -e "$B/lib/libpkd_web.so" ] || skip 'libpkd_web.so is left out: a library of it is missing'
export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/web" PYTHONDONTWRITEBYTECODE=1

build "$e2e/foxglove/foxglove.pkd" -o foxglove
# The second one mostly waits.
mkdir waits
(cd waits && ln -s ../foxglove . && at_most 60 python3 "$e2e/web/hostile.py" half_open) >waits/out 2>&1 &
waits=$!
started="${started:-} $waits"
at_most 60 python3 "$e2e/web/hostile.py" who_may only_looks nonsense images slow logs crowd >out 2>&1 || fail 'hostile.py'
wait $waits || fail half_open waits/out
note "$(tr '\n' ' ' <out)"
