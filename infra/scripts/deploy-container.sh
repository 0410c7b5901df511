#!/usr/bin/env bash
# Builds an image of the staged version, and has a container app for testers run it.
#
# Takes MODEL_NAME, MODEL_VERSION, RATCHET_RELEASE from the release; STAGING, REGISTRY, BASE_IMAGE, CONTAINER_APP and
# RESOURCE_GROUP from the pipeline. May be repeated: the same version is built and run again.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=read-parameters.sh
. "$here/read-parameters.sh"

cp -- "$here/../container/Dockerfile" "$STAGING/Dockerfile"
image="$MODEL_NAME:$MODEL_VERSION"
az acr build --registry "$REGISTRY" --image "$image" --build-arg "BASE_IMAGE=$BASE_IMAGE" "$STAGING"
az containerapp update --name "$CONTAINER_APP" --resource-group "$RESOURCE_GROUP" \
  --image "$REGISTRY.azurecr.io/$image" \
  --set-env-vars "RATCHET_MODEL_NAME=$MODEL_NAME" "RATCHET_MODEL_VERSION=$MODEL_VERSION" "RATCHET_RELEASE=$RATCHET_RELEASE"

# The new revision must be the one that is ready: an image that does not start is no deployment.
for _ in $(seq "${READY_TRIES:-60}"); do
  latest="$(az containerapp show --name "$CONTAINER_APP" --resource-group "$RESOURCE_GROUP" --query properties.latestRevisionName --output tsv)"
  ready="$(az containerapp show --name "$CONTAINER_APP" --resource-group "$RESOURCE_GROUP" --query properties.latestReadyRevisionName --output tsv)"
  if [ -n "$latest" ] && [ "$latest" = "$ready" ]; then
    echo "Version $MODEL_VERSION of $MODEL_NAME runs as $latest."
    exit 0
  fi
  sleep "${READY_PAUSE_S:-10}"
done
echo "Revision $latest of $CONTAINER_APP is not ready: az containerapp logs show --name $CONTAINER_APP --revision $latest" >&2
exit 1
