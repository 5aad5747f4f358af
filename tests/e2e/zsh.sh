#!/bin/sh
# The completion for zsh, by zsh itself in a terminal: commands, options, and what a running program has.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

# Where it is not installed, tests/setup.sh has unpacked one.
zsh=$(command -v zsh) && unpacked= || { unpacked=$B/zsh zsh=$B/zsh/bin/zsh; }
[ -x "$zsh" ] || skip 'zsh is not installed (tests/setup.sh unpacks one)'

export PKD_DIR="$PWD/place"
build "$e2e/pkd/steered.pkd" -o steered
start ./steered --quiet
within 10 "$B/pkd" ping steered || fail 'the program does not run' out
at_most 120 python3 "$e2e/pkd/zsh.py" "$zsh" "$unpacked" "$ROOT/runtime/pkd/completion" "$B" >said 2>&1 ||
	fail 'what zsh offers' said
kill -TERM "$pid"
finish 10
