#!/bin/sh
# The package of pkd from Python by pip without a network, and its types by mypy --strict. Nothing is written beside its
# sources.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
python3 -m pip --version >/dev/null 2>&1 || skip 'pip is not installed'

cp -r "$ROOT/runtime/python" source
find source -name __pycache__ -exec rm -rf {} +
find source -type f | sort >before
at_most 60 env PYTHONDONTWRITEBYTECODE=1 python3 -m pip install --no-index --no-deps --disable-pip-version-check --root-user-action=ignore \
	--target installed ./source >out 2>&1 || fail 'pip refuses it'
find source -type f | sort >after
cmp -s before after || fail 'pip has left something in the sources' after
for name in __init__.py py.typed inside.py run.py; do
	[ -f "installed/pkd/$name" ] || fail "pkd/$name is not installed"
done
PYTHONPATH=$PWD/installed python3 -B -c '
import importlib.metadata, pkd
assert pkd.__file__.endswith("installed/pkd/__init__.py"), pkd.__file__
assert importlib.metadata.version("pkd") == pkd.__version__
' >out 2>&1 || fail 'what is installed'
command -v mypy >/dev/null || { note 'mypy is not installed: types are not checked'; exit 0; }
cat >use.py <<'END'
import pkd

with pkd.build("a.pkd", define={"N": 4}).run(source="x", account=False) as run:
    status: int | None = run.wait(timeout=3.0).status
    for frame, value in run.tap("n", count=3):
        number: int = frame.seq + frame
    at: int | None = run.set(a=1).frame
END
MYPYPATH=$PWD/installed at_most 120 mypy --strict --python-version 3.10 --cache-dir=cache installed/pkd use.py >out 2>&1 || fail 'mypy'
