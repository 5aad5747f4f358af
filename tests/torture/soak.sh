#!/bin/sh
# Runs a program at full load, of lossless and lossy edges, a pool, histories, big values and restarts,
# and says at the end whether anything has grown (soak.c says how).
#
#   SOAK_SECONDS   1800
#   SOAK_FOLDER    build/soak: the program, what it says and what was measured
#   SOAK_OPTIONS   of soak.c: -q, not to judge ages
#   SOAK_WRONG     what its node `suspect` does wrong: nothing, memory, descriptor, mapping, thread, slow
#
# It takes PKDC, and CC; without PKDC it takes the one in $B or build.
set -u

here=$(cd "$(dirname "$0")" && pwd)
PKDC=${PKDC:-$(cd "$here/../.." && cd "${B:-build}" && pwd)/pkdc}
folder=${SOAK_FOLDER:-$here/../../build/soak}
mkdir -p "$folder" && cd "$folder" || exit 2
PKD_CACHE=$PWD/cache
export PKD_CACHE
rm -f wrong ./*.ages

# shellcheck disable=SC2086 # words
${CC:-cc} -std=gnu11 -O2 ${CFLAGS:-} -o soak "$here/soak.c" "$here/victims.c" ${LDFLAGS:-} || exit 2
"$PKDC" build "$here/soak.pkd" -o program || exit 2
# shellcheck disable=SC2086 # words
exec ./soak -s "${SOAK_SECONDS:-1800}" ${SOAK_OPTIONS:-} ./program --wrong "${SOAK_WRONG:-nothing}"
