/** What is to be known of a model's versions from time to time, whatever events have told. Repeated, it does nothing more. */
import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { requireRelease } from '../../shared/dispatch/find-release.ts';
import { startOnce } from '../../shared/dispatch/instances.ts';
import { offerSignal } from '../../shared/dispatch/offer-signal.ts';
import { findEmbargoSignal, findNews, readEmbargoes } from '../../shared/dispatch/tell-embargoes.ts';
import { tellNotices } from '../../shared/dispatch/tell-notices.ts';
import { modelEntity, targetEntity, targetKey } from '../../shared/domain/durable-names.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { shortHash } from '../../shared/domain/short-hash.ts';
import { callsAtOnce, sideBySide } from '../../shared/domain/side-by-side.ts';
import { RatchetError } from '../../shared/errors.ts';
import { isDrillDue } from '../../shared/release/transitions/drill.ts';
import {
  desiredBetween,
  findDrift,
  isHeld,
  tellDrift,
} from '../../shared/release/transitions/look-between.ts';
import type { TargetState } from '../../shared/release/transitions/state.ts';
import { wiring } from '../../shared/wiring.ts';
import { markVersions } from './mark-versions.ts';

/** What cannot be had of one model keeps no other waiting: the next look is in an hour. */
export async function lookAfterVersions(
  client: df.DurableClient,
  context: InvocationContext,
  now: string,
): Promise<void> {
  await sideBySide((await wiring.models()).values(), callsAtOnce, async (pinned) => {
    const { model, release } = pinned.config;
    if (!release.target) return;
    const target = new df.EntityId(targetEntity, targetKey(release.target));
    try {
      const { entityState } = await client.readEntityState<TargetState>(target);
      if (entityState) await lookAtServing(client, context, { pinned, target, state: entityState, now });
      await lookAtEmbargoes(client, context, { pinned, target, state: entityState, now });
      if (release.rollback) await drill(client, pinned, { ...release.rollback, state: entityState, now });
      await markVersions(model, entityState);
    } catch (error) {
      context.error(`reconcile: versions of model ${model} were not looked at: ${(error as Error).message}`);
    }
  });
}

interface Looked {
  readonly pinned: PinnedModel;
  readonly target: df.EntityId;
  readonly state: TargetState | undefined;
  readonly now: string;
}

/** Between releases nobody else looks: what others have changed is noted, and people are told of it, once. */
async function lookAtServing(
  client: df.DurableClient,
  context: InvocationContext,
  { pinned, target, state, now }: Looked,
): Promise<void> {
  const { release, model, notices = [] } = pinned.config;
  if (!state || isHeld(state) || desiredBetween(state) === null) return;
  const { endpoint } = release.target!;
  const seen = await (await wiring.releaseTarget(release.target!)).observe().catch(gone);
  const drift = findDrift(state, seen, now);
  const observed = typeof seen === 'string' ? null : { ...seen, at: now };
  await client.signalEntity(target, 'look', { observed, drift });
  if (!drift) return;
  if (drift.since === now) context.error(`endpoint ${endpoint} of model ${model}: ${drift.sentence}`);
  await tellNotices(client, tellDrift(state, drift, { endpoint, model, notices }));
}

function gone(error: unknown): string {
  if (error instanceof RatchetError && error.code === 'not-found') return error.message;
  throw error;
}

/** A champion under embargo asks for a run, loudly. */
async function lookAtEmbargoes(
  client: df.DurableClient,
  context: InvocationContext,
  { pinned, target, state, now }: Looked,
): Promise<void> {
  const { model } = pinned.config;
  const known = await client.readEntityState<ModelState>(new df.EntityId(modelEntity, model));
  const embargoes = await readEmbargoes(await wiring.ledger(), pinned, state, now);
  const embargoed = findNews(state, embargoes);
  if (state && embargoed) await client.signalEntity(target, 'embargo', { embargoed });
  const signal = findEmbargoSignal(model, known.entityState?.champion?.version, embargoes, now);
  if (!signal) return;
  if ((await offerSignal(client, { signal, pinned })) === 'started')
    context.error(`model ${model}: ${signal.summary}`);
}

/** Orders the drill that is due, once: an hour later another one may be, where a release has come between. */
async function drill(
  client: df.DurableClient,
  pinned: PinnedModel,
  { drillEvery, state, now }: { readonly drillEvery?: string | undefined } & Pick<Looked, 'state' | 'now'>,
): Promise<void> {
  if (drillEvery === undefined || !isDrillDue(state, drillEvery, now)) return;
  const { model } = pinned.config;
  const id = `operation:${model}:drill-${now.slice(0, 13)}`;
  const reason = `release.rollback.drillEvery is ${drillEvery}`;
  const release = requireRelease(model, pinned);
  const input = { id, model, action: { action: 'drill' }, by: 'Ratchet', reason, release };
  const subject = { signal: id, model };
  await startOnce(client, {
    orchestrator: 'operate',
    instanceId: `operation-${shortHash(id)}`,
    input,
    subject,
  });
}
