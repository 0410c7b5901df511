#!/usr/bin/env bash
# Gives every request of a managed online endpoint to the version of a release, after it has answered one.
#
# For releases without a target: a release with one does this by itself, watched and step by step. Takes MODEL_NAME,
# MODEL_VERSION, RATCHET_RELEASE from the release; ENDPOINT, RESOURCE_GROUP, WORKSPACE, DEPLOYMENT_FILE and REQUEST_FILE from the
# pipeline. May be repeated: what is there is found there. The deployment before stays, without requests.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=read-parameters.sh
. "$here/read-parameters.sh"

az extension add --name ml --only-show-errors
place=(--resource-group "$RESOURCE_GROUP" --workspace-name "$WORKSPACE")
deployment="version-$MODEL_VERSION"
state="$(az ml online-deployment show --name "$deployment" --endpoint-name "$ENDPOINT" "${place[@]}" --query provisioning_state --output tsv 2>/dev/null || true)"
if [ "$state" != Succeeded ]; then
  verb=create
  [ -z "$state" ] || verb=update
  az ml online-deployment "$verb" --file "$DEPLOYMENT_FILE" "${place[@]}" \
    --set "name=$deployment" "endpoint_name=$ENDPOINT" "model=azureml:$MODEL_NAME:$MODEL_VERSION" \
    "environment_variables.RATCHET_MODEL_NAME=$MODEL_NAME" "environment_variables.RATCHET_MODEL_VERSION=$MODEL_VERSION" \
    "environment_variables.RATCHET_RELEASE=$RATCHET_RELEASE"
fi
az ml online-endpoint invoke --name "$ENDPOINT" --deployment-name "$deployment" --request-file "$REQUEST_FILE" "${place[@]}"
az ml online-endpoint update --name "$ENDPOINT" --traffic "$deployment=100" "${place[@]}"
serves="$(az ml online-endpoint show --name "$ENDPOINT" "${place[@]}" --query "traffic.\"$deployment\"" --output tsv)"
[ "$serves" = 100 ] || { echo "Endpoint $ENDPOINT gives $deployment ${serves:-0} % of its requests, not 100 %." >&2; exit 1; }
echo "Version $MODEL_VERSION of $MODEL_NAME answers every request of $ENDPOINT."
