#!/usr/bin/env bash
# Installs the validators that are written in JavaScript: TypeScript with the types of Grafana's dashboards, and markdownlint.
# Versions and hashes are those of scripts/npm/package-lock.json; no script of a package runs. .tools/bin, where `prodify verify` and the
# tests look, points to the programs.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
    echo "no npm here: the validators that are written in JavaScript are left out (https://nodejs.org)" >&2
    exit 0
fi

readonly folder=.tools/npm
readonly stamp=$folder/.stamp
if [ ! "$stamp" -nt scripts/npm/package-lock.json ]; then
    mkdir -p "$folder"
    cp scripts/npm/package.json scripts/npm/package-lock.json scripts/npm/.npmrc "$folder/"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error
    touch "$stamp"
fi
mkdir -p .tools/bin
for program in tsc markdownlint-cli2; do ln -sfn "../npm/node_modules/.bin/$program" ".tools/bin/$program"; done
