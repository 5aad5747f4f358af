#!/bin/sh
# seed.sh DIRECTORY: every .pkd file of the project, as input to begin with; each by its checksum,
# so that an equal one is there once.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
find "$root/tests" "$root/stdlib" "$root/examples" -name '*.pkd' -size -16k |
	while read -r file; do
		cp "$file" "$1/$(cksum <"$file" | tr ' ' -)"
	done
