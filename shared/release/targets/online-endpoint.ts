/**
 * An online endpoint of Azure Machine Learning that serves a model, managed or on Kubernetes, one deployment for each version.
 *
 * Owns: what is asked of the endpoint for each thing a release asks of a target, and what its answers mean.
 * Does not own: when and why anything is asked (the release), the bodies of requests (endpoint-bodies.ts), smoke requests
 * (ask-deployment.ts).
 *
 * Invariants
 * 1. Every call can be repeated, after a lost answer too: what is there is looked at before anything is sent.
 * 2. What somebody else deployed under a name is never replaced. The service has no condition for a PUT (neither
 *    If-Match nor If-None-Match is in its specification, and its resources have no etag), so between a look and a PUT
 *    somebody else's change can be lost: that window is one call, and the next look sees what came of it.
 * 3. A change keeps whatever else the endpoint has: it is sent back as it was read, by the version that has read it.
 * 4. Nothing waits for the end of a change: the release looks again.
 *
 * What the identity of the app must be allowed, on the workspace or on the endpoint (Microsoft.MachineLearningServices/…):
 * - workspaces/onlineEndpoints/read and …/write, workspaces/onlineEndpoints/deployments/read, …/write and …/delete;
 * - for smoke requests, by the endpoint's `authMode`: workspaces/onlineEndpoints/listKeys/action (Key),
 *   workspaces/onlineEndpoints/token/action (AMLToken), workspaces/onlineEndpoints/score/action (AADToken);
 * - Microsoft.ManagedIdentity/userAssignedIdentities/assign/action on the identities of an endpoint that has such: every
 *   change of its traffic names them;
 * - on the subscription, where the reason of a failed deployment is to be told: locations/mfeOperationsStatus/read; where quota
 *   is to be asked before a deployment: locations/usages/read, locations/vmsizes/read.
 */
import { isUnderWay, type Json, type ResourceManager } from '../../azure/resource-manager.ts';
import type { TargetConfig } from '../../config/target-schema.ts';
import type { Observed, Split } from '../../domain/release-state.ts';
import { RatchetError } from '../../errors.ts';
import type { WorkspaceName } from '../../settings.ts';
import { type Asking, askDeployment } from './ask-deployment.ts';
import { deploymentBody, findSplitProblem, splitBody } from './endpoint-bodies.ts';
import { EndpointReader } from './endpoint-reader.ts';
import { type Endpoint, type EndpointDeployment, readDeployment, toObserved } from './endpoint-resources.ts';
import { askRoom, type Room } from './quota.ts';
import type { Deployed, ReleaseTarget } from './target.ts';

interface OnlineEndpointOptions extends Asking {
  readonly target: TargetConfig;
  readonly workspace: WorkspaceName;
  readonly resources: Pick<ResourceManager, 'find' | 'follow' | 'list' | 'put' | 'post' | 'delete'>;
  readonly now: () => Date;
}

const deploymentsAtMost = 20;

export class OnlineEndpointTarget implements ReleaseTarget {
  readonly #options: OnlineEndpointOptions;
  readonly #reader: EndpointReader;

  constructor(options: OnlineEndpointOptions) {
    this.#options = options;
    this.#reader = new EndpointReader(options.resources, options.workspace, options.target.endpoint);
  }

  async observe(): Promise<Observed> {
    const endpoint = await this.#reader.endpoint();
    const deployments = await this.#reader.deployments();
    return toObserved(endpoint, deployments, this.#options.now().toISOString());
  }

  async askRoom(): Promise<Room | null> {
    const { location, isManaged } = await this.#reader.endpoint();
    return isManaged ? this.#askRoom(location) : null;
  }

  async #askRoom(location: string): Promise<Room | null> {
    const { target, workspace, resources } = this.#options;
    return target.kind === 'online-endpoint' ? askRoom(resources, workspace, location, target) : null;
  }

  async deploy(what: Deployed, { asksRoom = false } = {}): ReturnType<ReleaseTarget['deploy']> {
    const reader = this.#reader;
    const { target, workspace, resources } = this.#options;
    const asked = reader.about(`deploying ${versionOf(what)} to endpoint ${reader.name}`, what.deployment);
    const { isManaged, location } = await reader.endpoint();
    const existing = await reader.deployment(what.deployment);
    if (existing) return this.#standing(what, existing);
    const kind = isManaged ? 'online-endpoint' : 'kubernetes-endpoint';
    if (kind !== target.kind)
      throw reader.refusal(
        `${asked.asked}: the endpoint is ${isManaged ? 'a managed one' : 'on Kubernetes'}: give release.target kind: ${kind}, or name another in release.target.endpoint`,
      );
    const { room, why = '' } = (asksRoom && (await this.#askRoom(location))) || {};
    const next = `${why}; ${whatToDo(target)}`;
    if (room === 'never') throw reader.refusal(`${asked.asked}: ${next}`, what.deployment);
    if (room === 'taken') return { state: 'no-room', why: next };
    const body = deploymentBody(target, what, workspace.id, location);
    let made: Json;
    try {
      made = await resources.put(asked, reader.idOf(what.deployment), body);
    } catch (error) {
      if (isUnderWay(error))
        return { state: 'changing', why: `it is asked for again: ${(error as Error).message}` };
      throw explainQuota(error, target);
    }
    return this.#standing(what, readDeployment(asked, made, workspace.name));
  }

  async askVersion(what: Deployed): ReturnType<ReleaseTarget['askVersion']> {
    const { smoke } = this.#options.target;
    if (smoke) return askDeployment(this.#options, this.#reader, what, smoke);
    await this.#reader.endpoint();
    const found = await this.#reader.deployment(what.deployment);
    const answered = found?.state === 'ready' && isOf(what, found);
    const seen = found ? `is in state ${found.provisioningState} with ${say(found)}` : 'is not there';
    const why = `deployment ${what.deployment} of endpoint ${this.#reader.name} ${seen}, as the workspace has it; no smoke requests are configured (release.target.smoke)`;
    return { answered, why };
  }

  async shift(to: Split): Promise<void> {
    const reader = this.#reader;
    const endpoint = await reader.endpoint();
    const deployments = await reader.deployments();
    const asked = reader.about(`changing the traffic of endpoint ${reader.name}`);
    // What answers already may go on answering: whether it can, only the service knows.
    const ready = deployments.filter(
      ({ deployment, state }) => state === 'ready' || (endpoint.traffic[deployment] ?? 0) > 0,
    );
    const problem =
      findCopying(endpoint, to) ??
      findSplitProblem(
        to,
        ready.map(({ deployment }) => deployment),
      );
    if (problem !== null) throw reader.refusal(`${asked.asked} to ${JSON.stringify(to)}: ${problem}`);
    const body = splitBody(
      endpoint,
      to,
      deployments.map(({ deployment }) => deployment),
    );
    if (body) await this.#options.resources.put(asked, reader.id, body);
  }

  async retire(deployment: string): Promise<void> {
    const reader = this.#reader;
    const endpoint = await reader.find();
    // An endpoint takes its deployments along.
    if (!endpoint) return;
    const asked = reader.about(`deleting deployment ${deployment} of endpoint ${reader.name}`, deployment);
    const percent = endpoint.traffic[deployment] ?? 0;
    const copied = endpoint.mirrorTraffic[deployment] ?? 0;
    if (percent > 0 || copied > 0)
      throw reader.refusal(
        `${asked.asked}: it answers ${percent} % of the requests and is sent copies of ${copied} %; take them from it first`,
        deployment,
      );
    await this.#options.resources.delete(asked, reader.idOf(deployment));
  }

  /** How a deployment stands that is there. Throws where it is another version's. */
  async #standing(what: Deployed, found: EndpointDeployment): ReturnType<ReleaseTarget['deploy']> {
    const { name } = this.#reader;
    if (!isOf(what, found))
      throw this.#reader.refusal(
        `deploying ${versionOf(what)} to endpoint ${name}: there is a deployment ${what.deployment} already, with ${say(found)}; it is not replaced: delete it, or see who made it`,
        what.deployment,
      );
    if (found.state === 'failed') return { state: 'failed', why: await this.#reader.whyFailed(found) };
    const why = `deployment ${what.deployment} of endpoint ${name} is in state ${found.provisioningState}`;
    return { state: found.state, why };
  }
}

/** "Managed online endpoints vs Kubernetes online endpoints": mirrored traffic is not supported there. */
const findCopying = ({ isManaged }: Endpoint, { mirror }: Split): string | null =>
  isManaged || Object.values(mirror).every((percent) => percent === 0)
    ? null
    : 'an endpoint on Kubernetes copies no requests';

const versionOf = ({ model }: Deployed): string => `${model.name}:${model.version}`;

const say = ({ modelId }: EndpointDeployment): string => (modelId === '' ? 'no model' : `model ${modelId}`);

const isOf = ({ model }: Deployed, found: EndpointDeployment): boolean =>
  found.model?.name === model.name && found.model.version === model.version;

/** Says what to do about a refusal for want of room. */
function explainQuota(error: unknown, target: TargetConfig): unknown {
  if (!(error instanceof RatchetError) || error.retryable || !/quota|capacity/i.test(error.message))
    return error;
  return new RatchetError(error.code, `${error.message.replace(/\.+$/, '')}; ${whatToDo(target)}`, {
    subject: error.subject,
    cause: error.cause,
  });
}

function whatToDo({ kind }: TargetConfig): string {
  const raise = kind === 'online-endpoint' ? 'have the quota raised' : 'give the cluster more nodes';
  return `delete deployments that serve nothing (an endpoint has at most ${deploymentsAtMost}), ask for fewer instances or another instanceType in release.target, or ${raise}`;
}
