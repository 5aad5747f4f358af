#!/bin/sh
# Random expressions of the language give what an evaluator that was written from docs/language.md alone
# says, frame for frame, each in a process of its own and all in one. PKD_EVALUATE=5000 tries so many,
# PKD_EVALUATE_SEED others.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

python3 -B "$e2e/evaluator/evaluate.py" "${PKD_EVALUATE:-1000}" "${PKD_EVALUATE_SEED:-1}" >out 2>&1 ||
	fail 'an expression gives something else'
tail -n 1 out
