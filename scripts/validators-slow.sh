#!/usr/bin/env bash
# Installs what only the slow tests run, what is written in Python each into an environment of its own below .tools:
# - checkov judges Dockerfiles, Kubernetes objects and Terraform. It brings 99 packages that the others must not depend on, 290 MB, and takes
#   one to two minutes. .tools/bin/checkov points to it.
# - Pulumi with the packages of two clouds runs the tests of generated programs: 500 MB, of which nothing is compiled before it is needed.
# - bots holds libraries of bots that do not go with the versions of the end-to-end tests: aiogram and discord.py, 60 MB.
# - ferretdb is the server on which the backup of MongoDB is tried; Go builds it in one and a half minutes of a processor.
# Usage: scripts/validators-slow.sh [checkov|pulumi|bots|ferretdb ...]
set -euo pipefail
cd "$(dirname "$0")/.."

install() { # install NAME: the locked packages of requirements/NAME.txt
    local venv=.tools/$1 python
    if [ "$venv/.stamp" -nt "requirements/$1.txt" ]; then return; fi
    python=$(scripts/find-python.sh)
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps \
        --requirement "requirements/$1.txt"
    touch "$venv/.stamp"
}

if [ "$#" -eq 0 ]; then set -- checkov pulumi bots ferretdb; fi
for name in "$@"; do
    if [ "$name" = ferretdb ]; then scripts/validators-go.sh ferretdb; else install "$name"; fi
done
if [ -x .tools/checkov/bin/checkov ]; then
    mkdir -p .tools/bin
    ln -sfn ../checkov/bin/checkov .tools/bin/checkov
fi
