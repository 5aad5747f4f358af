#!/bin/sh
# The modules of the page that need no browser.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs node
mkdir modules
cp "$ROOT"/runtime/web/page/*.js "$e2e/page/units.js" modules/
echo '{ "type": "module" }' >modules/package.json
at_most 20 node modules/units.js >out 2>&1 || fail 'a module is wrong'
note "$(cat out)"
