#!/usr/bin/env bash
# Downloads the version that a release names, and stages its files below $STAGING/model.
#
# Takes MODEL_NAME, MODEL_VERSION, MODEL_DIGEST, RATCHET_RELEASE from the release; RESOURCE_GROUP, WORKSPACE and STAGING from
# the pipeline.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=read-parameters.sh
. "$here/read-parameters.sh"

az extension add --name ml --only-show-errors
rm -rf -- "$STAGING/download" "$STAGING/model"
mkdir -p -- "$STAGING/download"
az ml model download --name "$MODEL_NAME" --version "$MODEL_VERSION" --download-path "$STAGING/download" \
  --resource-group "$RESOURCE_GROUP" --workspace-name "$WORKSPACE"
node "$here/stage-model.mjs" "$STAGING/download" "$STAGING/model" "$MODEL_DIGEST"
printf '{"ratchetRelease":"%s","model":"%s","version":"%s","digest":"%s"}\n' \
  "$RATCHET_RELEASE" "$MODEL_NAME" "$MODEL_VERSION" "$MODEL_DIGEST" > "$STAGING/release.json"
rm -rf -- "$STAGING/download"
