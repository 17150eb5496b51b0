#!/usr/bin/env bash
# Installs checkov, which judges Dockerfiles, Kubernetes objects and Terraform, into an environment of its own: it brings 99 packages that the
# others must not depend on, 290 MB, and takes one to two minutes. Only the slow tests run it. .tools/bin/checkov points to it.
# Then the server on which the backup of MongoDB is tried, which Go builds in one and a half minutes of a processor.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.tools/checkov
readonly stamp=$venv/.stamp
if [ ! "$stamp" -nt requirements/checkov.txt ]; then
    python=$(scripts/find-python.sh)
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/checkov.txt
    touch "$stamp"
fi
mkdir -p .tools/bin
ln -sfn ../checkov/bin/checkov .tools/bin/checkov
scripts/validators-go.sh ferretdb
