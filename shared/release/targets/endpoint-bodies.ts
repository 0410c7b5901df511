/**
 * What is sent to have a version deployed, and to have an endpoint's requests split. Pure.
 *
 * Sources: specification 2024-04-01 (ManagedOnlineDeployment, KubernetesOnlineDeployment); "Perform safe rollout of new deployments for real-time inference" (mirror traffic
 * is ended by 0, goes to one deployment, which answers no live requests, and is 50 % at most).
 */
import type { KubernetesTarget, TargetConfig } from '../../config/target-schema.ts';
import { assetId } from '../../domain/asset-id.ts';
import { releaseTag } from '../../domain/lineage.ts';
import type { Split, Traffic } from '../../domain/release-state.ts';
import { type Endpoint, stateOf } from './endpoint-resources.ts';
import type { Deployed } from './target.ts';

/** Percent of the requests that may be copied. */
const mirrorAtMost = 50;

/** The body of a new deployment. `workspaceId` is the workspace's resource id. */
export function deploymentBody(
  target: TargetConfig,
  { model, releaseId }: Deployed,
  workspaceId: string,
  location: string,
): object {
  const { environment, code, script } = target;
  return {
    location,
    ...(target.kind === 'online-endpoint' && { kind: 'Managed' }),
    tags: { [releaseTag]: releaseId },
    sku: { name: 'Default', tier: 'Standard', capacity: target.instances },
    properties: {
      ...(target.kind === 'online-endpoint'
        ? { endpointComputeType: 'Managed', instanceType: target.instanceType }
        : onKubernetes(target)),
      model: `${workspaceId}/models/${model.name}/versions/${model.version}`,
      ...(environment !== undefined && { environmentId: assetId(workspaceId, 'environments', environment) }),
      ...(code !== undefined && {
        codeConfiguration: { codeId: assetId(workspaceId, 'codes', code), scoringScript: script },
      }),
      requestSettings: { maxConcurrentRequestsPerInstance: target.concurrency },
      environmentVariables: {
        ...target.settings,
        RATCHET_MODEL_NAME: model.name,
        RATCHET_MODEL_VERSION: model.version,
        RATCHET_RELEASE: releaseId,
      },
    },
  };
}

/** Where nothing is said of scaling the service scales by utilization, and pays no heed to how many there are to be. */
function onKubernetes({ instanceType, resources: { requests, limits } }: KubernetesTarget): object {
  const requirements = {
    ...(requests && { containerResourceRequests: requests }),
    ...(limits && { containerResourceLimits: limits }),
  };
  return {
    endpointComputeType: 'Kubernetes',
    ...(instanceType !== undefined && { instanceType }),
    scaleSettings: { scaleType: 'Default' },
    ...(Object.keys(requirements).length > 0 && { containerResourceRequirements: requirements }),
  };
}

/**
 * The whole endpoint as it was read, with another split. Null where it has that split already: there is nothing to send.
 * What only the service writes is left out; everything else, known here or not, goes back as it came.
 */
export function splitBody(endpoint: Endpoint, to: Split, deployments: readonly string[]): object | null {
  const { raw } = endpoint;
  const isThere = isSame(endpoint.traffic, to.traffic) && isSame(endpoint.mirrorTraffic, to.mirror);
  // After a change that failed, what is told need not be what is served: it is asked for again.
  if (isThere && stateOf(endpoint.provisioningState) !== 'failed') return null;
  const { id, name, type, systemData, identity, properties, ...frame } = raw;
  const { provisioningState, scoringUri, swaggerUri, keys, ...kept } = properties as Record<string, unknown>;
  const mirrorTraffic = withEnds(endpoint.mirrorTraffic, to.mirror, deployments);
  return {
    ...withoutNulls(frame),
    ...(identity ? { identity: ownIdentity(identity as Record<string, unknown>) } : {}),
    properties: {
      ...withoutNulls(kept),
      traffic: withEnds(endpoint.traffic, to.traffic, deployments),
      // Not told of mirrors, the service is not asked for any.
      ...(('mirrorTraffic' in kept || Object.keys(mirrorTraffic).length > 0) && { mirrorTraffic }),
    },
  };
}

/** The service answers null for what is not set; whether it takes that back it does not say. */
function withoutNulls(all: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** What ends is said to: the deployments that there are, and had a part so far, get 0. */
function withEnds(before: Traffic, after: Traffic, deployments: readonly string[]): Traffic {
  const zeros = Object.keys(before).filter((name) => deployments.includes(name));
  return { ...Object.fromEntries(zeros.map((name) => [name, 0])), ...after };
}

/** Of identities the caller names which; the service tells who they are. */
function ownIdentity({ type, userAssignedIdentities }: Record<string, unknown>): object {
  const ids = Object.keys(userAssignedIdentities ?? {});
  return {
    type,
    ...(ids.length > 0 && { userAssignedIdentities: Object.fromEntries(ids.map((id) => [id, {}])) }),
  };
}

function isSame(a: Traffic, b: Traffic): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((name) => (a[name] ?? 0) === (b[name] ?? 0));
}

/** What the service would refuse of a split, or null. */
export function findSplitProblem({ traffic, mirror }: Split, ready: readonly string[]): string | null {
  const all = [...Object.values(traffic), ...Object.values(mirror)];
  if (!all.every((percent) => Number.isInteger(percent) && percent >= 0 && percent <= 100))
    return 'each percent must be a whole number from 0 to 100';
  const total = Object.values(traffic).reduce((sum, percent) => sum + percent, 0);
  if (total !== 0 && total !== 100)
    return `traffic must sum to 100, or to 0 for none at all; it sums to ${total}`;
  const mirrored = Object.entries(mirror).filter(([, percent]) => percent > 0);
  if (mirrored.length > 1) return `requests can be copied to one deployment; found ${mirrored.length}`;
  const copied = mirrored[0]?.[1] ?? 0;
  if (copied > mirrorAtMost)
    return `at most ${mirrorAtMost} % of the requests can be copied; found ${copied} %`;
  const [twice] = mirrored.filter(([name]) => (traffic[name] ?? 0) > 0);
  if (twice) return `deployment ${twice[0]} would be sent copies of what it answers`;
  const asked = [...Object.entries(traffic), ...mirrored];
  const away = asked.find(([name, percent]) => percent > 0 && !ready.includes(name));
  return away ? `deployment ${away[0]} is not there, or not ready` : null;
}
