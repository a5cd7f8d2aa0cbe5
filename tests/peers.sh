#!/usr/bin/env bash
# Installs esptool from PyPI into an environment of its own under
# target/peers, for the tests in tests/peers: it is no dependency of anything
# here, and nothing of it is committed.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${CARGO_TARGET_DIR:-target}/peers
python3 -m venv "$peers"
"$peers/bin/pip" install --quiet --disable-pip-version-check esptool==5.6.0
"$peers/bin/python" -c 'import esptool; print("esptool", esptool.__version__)'
