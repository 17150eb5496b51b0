#!/usr/bin/env bash
# Builds the validators that are written in Go and come in no package: Kubernetes' own API server, kube-score, kube-linter, kubeconform, conftest,
# pint, and an OpenTelemetry Collector of the parts that the generated configuration names (scripts/go/otelcol). By name only: a server that
# speaks MongoDB's protocol, for a slow test (scripts/go/ferretdb).
# Each is a module of its own below scripts/go, so that its versions are locked with the hashes of all that it is made of. A program is
# kept in the cache under the name of what it was built from, and built once a machine; .tools/bin, where `prodify verify` and the tests
# look, points to it. Usage: scripts/validators-go.sh [NAME ...]
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v go >/dev/null; then
    echo "no Go here: the validators that are built with it are left out (https://go.dev/dl)" >&2
    exit 0
fi

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/prodify/go
# What the linker is told: no symbol tables; the version of the API server, which clients ask for, and of the collector.
readonly kubernetes=k8s.io/component-base/version
declare -A packages=(
    [ferretdb]=.
    [conftest]=github.com/open-policy-agent/conftest
    [kube-apiserver]=.
    [kube-linter]=golang.stackrox.io/kube-linter/cmd/kube-linter
    [kube-score]=github.com/zegl/kube-score/cmd/kube-score
    [kubeconform]=github.com/yannh/kubeconform/cmd/kubeconform
    [otelcol]=.
    [pint]=github.com/cloudflare/pint/cmd/pint
)

build() {
    local name=$1 key program version flags="-s -w"
    key=$({ go version; cat scripts/go/"$name"/*; } | sha256sum | cut -c 1-16)
    program=$cache/$name-$key/$name
    if [ ! -x "$program" ]; then
        case $name in
            kube-apiserver)
                version=$(sed -n 's/^.*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' scripts/go/kube-apiserver/go.mod)
                flags="$flags -X $kubernetes.gitVersion=$version"
                ;;
            otelcol)
                version=$(sed -n 's/^.*collector\/otelcol v\([0-9.]*\)$/\1/p' scripts/go/otelcol/go.mod)
                flags="$flags -X main.version=$version"
                ;;
        esac
        mkdir -p "${program%/*}"
        local started=$SECONDS
        CGO_ENABLED=0 go build -C "scripts/go/$name" -trimpath -ldflags "$flags" -o "$program.new" "${packages[$name]}"
        mv "$program.new" "$program"
        echo "built $name in $((SECONDS - started)) s"
    fi
    mkdir -p .tools/bin
    ln -sfn "$program" ".tools/bin/$name"
}

# The small ones first, so that a mistake in one shows before the large one is waited for.
if [ "$#" -eq 0 ]; then set -- kubeconform kube-score pint conftest kube-linter otelcol kube-apiserver; fi
for name in "$@"; do
    if [ -z "${packages[$name]:-}" ]; then echo "no such tool: $name (there are ${!packages[*]})" >&2; exit 2; fi
    build "$name"
done
