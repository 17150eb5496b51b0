#!/usr/bin/env bash
# Written by prodify (recipe nomad); yours to edit, upgrades merge.
{=% if migrates %=}
# Releases an image: the database first, then the new version. Needs nomad and jq, and NOMAD_ADDR and NOMAD_TOKEN for the cluster.
{=% else %=}
# Releases an image. Needs nomad, and NOMAD_ADDR and NOMAD_TOKEN for the cluster.
{=% endif %=}
# Usage: bash {= folder =}/release.sh staging|production sha256:DIGEST
set -euo pipefail
cd "$(dirname "$0")"

case "${1:-}" in
    production) namespace={= namespace =} ;;
    staging) namespace={= namespace =}-staging ;;
    *)
        echo "usage: $0 staging|production sha256:DIGEST" >&2
        exit 2
        ;;
esac
given=(-var "environment=$1" -var "image={= image =}@${2:?the digest of the image, sha256:...}")

echo "to the namespace $namespace"
{=% if migrates %=}
nomad job run "${given[@]}" migrate.nomad.hcl
status=pending
for ((waited = 0; waited < {= seconds =}; waited += 5)); do
    # The newest run: those of earlier releases are remembered for a while.
    status=$(nomad job allocs -json -namespace "$namespace" {= job =} | jq --raw-output 'max_by(.CreateIndex).ClientStatus')
    case "$status" in complete | failed | lost) break ;; esac
    sleep 5
done
if [ "$status" != complete ]; then
    echo "the migration ended as $status; nothing was released. See: nomad job status -namespace $namespace {= job =}" >&2
    exit 1
fi
{=% endif %=}
# The autoscaler's count stays. A canary in production waits for: nomad deployment promote -namespace NAMESPACE ID
nomad job run -preserve-counts "${given[@]}" service.nomad.hcl
