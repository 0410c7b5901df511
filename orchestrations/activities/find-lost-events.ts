/**
 * Looks at what has come about in workspace and storage since the last scan, and acts on what no event has told.
 *
 * Each scan looks back a day further than the one before, for what takes long to show or was listed late. What the ledger
 * has a decision on, or the task hub an orchestration, is passed over. So is a deployment that the ledger knows: it starts
 * nothing. Where one list cannot be read, what the others tell is found all the same.
 */
import * as df from 'durable-functions';
import { takeFact } from '../../shared/dispatch/take-fact.ts';
import type { Reconciliation } from '../../shared/domain/reconciliation.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { Fact, Models } from '../../shared/signals/fact.ts';
import { factsOfEndpoint } from '../../shared/signals/lost-facts.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { lookAfterVersions } from './look-after-versions.ts';
import { isWithin, readLists, type Window } from './lost-lists.ts';

const lookBackMs = 24 * 3_600_000;
/** A fact that claims to be of later than this was stamped by another clock, and is left to its event. */
const aheadMs = 5 * 60_000;
const toldAtMost = 20;

defineStep(
  'find-lost-events',
  async ({ previous, now }, context) => {
    const began = previous?.began ?? (await firstMoment(now));
    const scannedAt = previous?.scannedAt ?? began;
    const endpointsScannedAt = previous?.endpointsScannedAt ?? scannedAt;
    const models = await wiring.models();
    const client = df.getClient(context);
    const found: string[] = [];
    const since = (name: string): string => previous?.behind?.[name] ?? scannedAt;
    const { facts, behind, troubles } = await readLists(models, (name) =>
      windowSince(since(name), began, now),
    );
    for (const trouble of troubles) context.warn(`reconcile: not looked at this time: ${trouble}`);
    const deployed = await listDeployments(models, windowSince(endpointsScannedAt, began, now));
    if (deployed.trouble !== null && !(deployed.isForbidden && previous?.endpointsForbidden))
      context.warn(`reconcile: ${deployed.trouble}`);
    for (const fact of [...facts, ...deployed.facts]) {
      if (!(await isNews(fact))) continue;
      await takeFact(fact, client, context, 'reconcile');
      if (fact.type === 'signal') found.push(fact.signal.id);
      if (fact.type === 'deployed') found.push(`deployed:${fact.deployment.endpoint}`);
    }
    await lookAfterVersions(client, context, now);
    if (found.length > 0) {
      context.warn(
        `reconcile: no event has told of ${found.length} facts: ${found.slice(0, toldAtMost).join(', ')}`,
      );
    }
    const scan: Reconciliation = {
      began,
      scannedAt: now,
      found: found.slice(0, toldAtMost),
      foundCount: found.length,
      endpointsScannedAt: deployed.trouble === null ? now : endpointsScannedAt,
      ...(deployed.isForbidden && { endpointsForbidden: true }),
      ...(behind.length > 0 && { behind: Object.fromEntries(behind.map((name) => [name, since(name)])) }),
    };
    return scan;
  },
  { extraInputs: [df.input.durableClient()] },
);

/** A day further back than the last scan, but to nothing of before the first one. */
function windowSince(scannedAt: string, began: string, now: string): Window {
  const lookedBack = new Date(Date.parse(scannedAt) - lookBackMs).toISOString();
  return {
    from: wholeSecond(lookedBack > began ? lookedBack : began),
    to: new Date(Date.parse(now) + aheadMs).toISOString(),
  };
}

/** The storage says by whole seconds when a file was written: one of the same second lies before its parts. */
function wholeSecond(time: string): string {
  return new Date(Math.floor(Date.parse(time) / 1000) * 1000).toISOString();
}

/** The first scan looks at nothing of before it; where the task hub was lost, at nothing of before the last decision. */
async function firstMoment(now: string): Promise<string> {
  const { items } = await (await wiring.ledger()).listDecisions({ limit: 1 });
  const decidedAt = items[0]?.decidedAt;
  return decidedAt !== undefined && decidedAt < now ? decidedAt : now;
}

/** The ledger remembers longer than the task hub, and is asked by keys alone. */
async function isNews(fact: Fact): Promise<boolean> {
  if (fact.type === 'ignored') return false;
  if (fact.type !== 'signal') return true;
  const { model, id } = fact.signal;
  return (await (await wiring.ledger()).getDecision(model, id)) === null;
}

interface Deployments {
  readonly facts: readonly Fact[];
  /** Why not all were looked at, for a person; null where they were. */
  readonly trouble: string | null;
  readonly isForbidden: boolean;
}

const noDeployments: Deployments = { facts: [], trouble: null, isForbidden: false };
const forbidden =
  'the role of the app does not let it read Microsoft.MachineLearningServices/workspaces/onlineEndpoints and their deployments: a deployment whose event was lost is not found; see docs/deploy.md';

async function listDeployments(models: Models, window: Window): Promise<Deployments> {
  if (models.size === 0) return noDeployments;
  try {
    const listed = await (await wiring.workspace()).endpoints.list();
    if (listed === null) return { facts: [], trouble: forbidden, isForbidden: true };
    const told = await (await wiring.ledger()).listDeployments();
    const facts = listed.endpoints.flatMap((one) => {
      const known = told.find(({ endpoint }) => endpoint === one.endpoint) ?? null;
      return factsOfEndpoint(one, known, models, (at) => isWithin(at, window));
    });
    const trouble = listed.isCut
      ? `only the newest ${listed.endpoints.length} endpoints were looked at`
      : null;
    return { facts, trouble, isForbidden: false };
  } catch (error) {
    // The next scan looks back to before this one.
    if (!(error instanceof RatchetError)) throw error;
    return { ...noDeployments, trouble: `deployments are not looked at this time: ${error.message}` };
  }
}
