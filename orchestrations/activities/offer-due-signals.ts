import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { lookForAbsencesOf } from '../../shared/dispatch/look-for-absences.ts';
import { offerSignal } from '../../shared/dispatch/offer-signal.ts';
import { startMeasurement } from '../../shared/dispatch/start-measurement.ts';
import { modelEntity } from '../../shared/domain/durable-names.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { rowsAtOnce, sideBySide } from '../../shared/domain/side-by-side.ts';
import type { Signal } from '../../shared/domain/signal.ts';
import {
  asksByTime,
  findDueAdvice,
  findDueQueries,
  findDueSignals,
  listKeys,
  type ScheduleScan,
} from '../../shared/signals/due-schedules.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** A query that looks back no further than its last tick sees again nothing that was missed; one that fails for ever is dear. */
const queryWaitsMs = 6 * 3_600_000;

defineStep(
  'offer-due-signals',
  async ({ previous, now }, context) => {
    const client = df.getClient(context);
    const until = new Date(Date.parse(now) + queryWaitsMs).toISOString();
    const models = [...(await wiring.models()).values()].filter(({ config }) => asksByTime(config));
    const looks = await sideBySide(models, rowsAtOnce, async (pinned) => {
      for (const signal of await findDue(client, pinned, previous, now)) {
        await offerSignal(client, { signal, pinned });
      }
      await offerAdvice(client, pinned, previous, now);
      for (const { rule, tick } of findDueQueries(pinned.config, previous, now)) {
        await startMeasurement(client, { source: 'query', pinned, rule, tick, until });
      }
      return offerAbsences(client, pinned, { quiet: previous?.quiet, now }, context);
    });
    const quiet: NonNullable<ScheduleScan['quiet']> = Object.assign({}, ...looks);
    const known = models.flatMap(({ config }) => listKeys(config));
    return { known, ...(Object.keys(quiet).length > 0 && { quiet }) };
  },
  { extraInputs: [df.input.durableClient()] },
);

/** Reading what advice is made from takes a while: only where it asks for runs, and then once a day. */
async function offerAdvice(
  client: df.DurableClient,
  pinned: PinnedModel,
  previous: ScheduleScan | null,
  now: string,
): Promise<void> {
  const tick = findDueAdvice(pinned.config, previous, now);
  if (tick === null) return;
  const { model } = pinned.config;
  const [{ readAdvice }, { adviceSignal }] = await Promise.all([
    import('../../shared/overview/read-advice.ts'),
    import('../../shared/advice/advice-signal.ts'),
  ]);
  const signal = adviceSignal(
    model,
    tick,
    await readAdvice(await wiring.ledger(), pinned, await readState(client, model), tick),
  );
  if (signal) await offerSignal(client, { signal, pinned });
}

/** One model whose state cannot be read keeps no other's schedules from asking: the next look finds what this one missed. */
async function offerAbsences(
  client: df.DurableClient,
  pinned: PinnedModel,
  look: Parameters<typeof lookForAbsencesOf>[2],
  context: InvocationContext,
): Promise<NonNullable<ScheduleScan['quiet']>> {
  const { model } = pinned.config;
  const warn = (why: string): void => context.warn(why);
  try {
    return await lookForAbsencesOf(client, pinned, look, { state: () => readState(client, model), warn });
  } catch (error) {
    warn(`absences of model ${model} were not looked for: ${error instanceof Error ? error.message : error}`);
    return {};
  }
}

async function readState(client: df.DurableClient, model: string): Promise<ModelState | null> {
  const stored = await client.readEntityState<ModelState>(new df.EntityId(modelEntity, model));
  return stored.entityState ?? null;
}

async function findDue(
  client: df.DurableClient,
  { config }: PinnedModel,
  previous: ScheduleScan | null,
  now: string,
): Promise<readonly Signal[]> {
  const state = config.triggers.championAge === undefined ? null : await readState(client, config.model);
  return findDueSignals(config, state, previous, now);
}
