#!/usr/bin/env bash
# Writes requirements/*.txt anew: exact versions, hashes, no index address. UPGRADE=1 takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly UV_VERSION=0.13.9
readonly LOWEST_PYTHON=3.11
tools=.tools/lock

python=$(scripts/find-python.sh)
if [ "$("$tools/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ]; then
    "$python" -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
fi

# uv brings its own certificates; behind a proxy the system's are the ones that count.
if [ -z "${SSL_CERT_FILE:-}" ] && [ -n "${PIP_CERT:-}" ]; then export SSL_CERT_FILE="$PIP_CERT"; fi

compile() { # compile OUTPUT SOURCE...
    local output=$1
    shift
    "$tools/bin/uv" pip compile --quiet --universal --python-version "$LOWEST_PYTHON" --generate-hashes --no-emit-index-url --no-emit-find-links \
        --override requirements/overrides.in --custom-compile-command "make lock" --output-file "$output" "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The locks in force are preferences: without them (UPGRADE=1) every package moves to its newest version.
# checkov, Pulumi and the bots have environments of their own, with versions of their own.
if [ "${UPGRADE:-0}" != 1 ]; then
    for name in runtime dev validators e2e; do cat "requirements/$name.txt" >>"$work/old.txt" 2>/dev/null || true; done
fi
grep -h '^[a-zA-Z]' "$work/old.txt" 2>/dev/null | sed 's/ *\\$//' | sort -u >"$work/all.txt" || true

compile "$work/all.txt" pyproject.toml --extra validators --group dev requirements/dev.in requirements/validators.in requirements/e2e.in
grep '^[a-zA-Z]' "$work/all.txt" | sed 's/ *\\$//' >"$work/constraints.txt"

for name in runtime dev validators e2e; do rm -f "requirements/$name.txt"; done
compile requirements/runtime.txt pyproject.toml --constraint "$work/constraints.txt"
compile requirements/dev.txt pyproject.toml --group dev requirements/dev.in --constraint "$work/constraints.txt"
compile requirements/validators.txt pyproject.toml --extra validators requirements/validators.in --constraint "$work/constraints.txt"
compile requirements/e2e.txt requirements/e2e.in --constraint "$work/constraints.txt"
if [ "${UPGRADE:-0}" = 1 ]; then rm -f requirements/checkov.txt; fi
compile requirements/checkov.txt requirements/checkov.in
if [ "${UPGRADE:-0}" = 1 ]; then rm -f requirements/pulumi.txt; fi
compile requirements/pulumi.txt requirements/pulumi.in
if [ "${UPGRADE:-0}" = 1 ]; then rm -f requirements/bots.txt; fi
compile requirements/bots.txt requirements/bots.in
# The comments name the constraints' temporary path; which package asked for which is what a reader wants.
sed -i.bak -e '/# *-c .*constraints\.txt$/d' requirements/*.txt
rm -f requirements/*.bak
echo "locked: $(grep -c '==' requirements/runtime.txt) packages to run, $(grep -c '==' requirements/dev.txt) to develop, $(grep -c '==' requirements/validators.txt) to verify, $(grep -c '==' requirements/e2e.txt) for end-to-end tests"
