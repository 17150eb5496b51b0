#!/usr/bin/env bash
# Installs the tools behind `prodify verify`: those on PyPI into the virtual environment, Debian's packages when this may install them.
# Usage: scripts/validators.sh .venv/bin/python. Ends with a list of what is there and what is not; exits 1 when an installation failed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly python=${1:?usage: scripts/validators.sh PYTHON}
# What each package is for: databases and cache of the generated services, promtool and prometheus, amtool and alertmanager; then what builds
# images without a daemon, runs them, makes the base image that stands in for the official one, and takes pushes; the store of the Kubernetes
# API server.
readonly debian_packages=(
    postgresql mariadb-server-core mariadb-client redis-server prometheus prometheus-alertmanager
    buildah podman runc netavark debootstrap docker-registry etcd-server
)
readonly policy=/usr/sbin/policy-rc.d

install_wheels() {
    local stamp
    stamp="$(dirname "$python")/../.validators.stamp"
    if [ "$stamp" -nt requirements/validators.txt ] && [ "$stamp" -nt requirements/e2e.txt ]; then return; fi
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/validators.txt
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/e2e.txt
    touch "$stamp"
}

missing_debian_packages() {
    local package
    for package in "${debian_packages[@]}"; do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

# Debian starts a service as soon as it is installed; only its programs are wanted.
forbid_services() {
    if [ -e "$policy" ]; then mv "$policy" "$policy.prodify"; fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

allow_services() {
    rm -f "$policy"
    if [ -e "$policy.prodify" ]; then mv "$policy.prodify" "$policy"; fi
}

install_debian() {
    local -a wanted
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "no apt-get here: get promtool and amtool from your package manager or the Prometheus project" >&2
        return
    fi
    mapfile -t wanted < <(missing_debian_packages)
    if [ "${#wanted[@]}" -eq 0 ]; then return; fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "not root: run  sudo apt-get install --no-install-recommends ${wanted[*]}" >&2
        return
    fi
    forbid_services
    trap allow_services EXIT
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends "${wanted[@]}" >/dev/null
}

install_wheels
install_debian
"$python" -m prodify.validators
