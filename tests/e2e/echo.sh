#!/bin/sh
# The values of streams, looked at from outside: each is that of its frame, of every type; none is torn, however fast
# its writer; images come back as they were made; a stream that is looked at by many, and a console that dies, change
# no row; and hostile parameters are refused.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
export PATH="$B:$PATH"
build "$e2e/echo/shown.pkd" --pipeline shown -o shown
build "$e2e/echo/shown.pkd" --pipeline race -o race
for deploy in shares claims; do
	build "$e2e/echo/shown.pkd" --pipeline pooled --deploy $deploy -o $deploy
done
at_most 100 python3 "$e2e/echo/echo.py" >out 2>&1 || fail 'what is shown' out
cat out
