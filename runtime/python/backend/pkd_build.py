"""Makes the wheel of the package: what pip asks of a build backend, PEP 517 and PEP 660. The package
is files of Python alone, so that this needs nothing that would have to be fetched."""

import base64
import hashlib
import os
import re
import zipfile

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _field(name):
    with open(os.path.join(HERE, "pyproject.toml"), encoding="utf-8") as file:
        found = re.search(rf'^{name} = "(.*)"$', file.read(), re.M)
    return found[1]


def _metadata():
    return (
        f"Metadata-Version: 2.1\nName: pkd\nVersion: {_field('version')}\n"
        f"Summary: {_field('description')}\nRequires-Python: {_field('requires-python')}\n"
        'Provides-Extra: numpy\nRequires-Dist: numpy; extra == "numpy"\n'
    ).encode()


def _package():
    for folder, folders, names in os.walk(os.path.join(HERE, "pkd")):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if not name.endswith((".pyc", ".orig", "~")):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, HERE), file.read()


def _write(directory, files):
    version = _field("version")
    info = f"pkd-{version}.dist-info"
    name = f"pkd-{version}-py3-none-any.whl"
    files = list(files) + [
        (f"{info}/METADATA", _metadata()),
        (f"{info}/WHEEL", b"Wheel-Version: 1.0\nGenerator: pkd\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    ]
    record = ""
    with zipfile.ZipFile(os.path.join(directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            record += f"{path},sha256={digest},{len(data)}\n"
            wheel.writestr(path, data)
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return name


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_editable = get_requires_for_build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, _package())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, [("pkd.pth", HERE.encode() + b"\n")])
