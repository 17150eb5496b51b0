#!/bin/sh
# Written by prodify (recipe lock); yours to edit, upgrades merge.
# Resolves requirements.in into requirements.txt: exact versions with hashes, so that everybody installs the same bytes.
set -eu
cd "$(dirname "$0")/.."
python3 -m venv .lock
trap 'rm -rf .lock' EXIT
.lock/bin/pip install --quiet --disable-pip-version-check {= uv =}
.lock/bin/uv pip compile --quiet --universal --python-version {= python_version =} --generate-hashes \
  --output-file requirements.txt requirements.in
