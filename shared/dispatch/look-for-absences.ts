/**
 * Looks for what no longer comes: offers its signals and recoveries, writes the checks down, and has people told.
 *
 * Owns: when a model's state is read for it. Does not own: what is absent (shared/signals/find-absences.ts).
 *
 * Invariants
 * 1. Nothing is read while another look could only find the same.
 * 2. What fails here is found by the next look: the state is told last, so that nobody is left untold.
 */
import type * as df from 'durable-functions';
import { parseDurationMs } from '../config/duration.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { ModelState } from '../domain/model-state.ts';
import { type AddressedNotice, addressNotice } from '../domain/notice.ts';
import type { ScheduleScan } from '../signals/due-schedules.ts';
import { type AbsenceLook, lookForAbsences } from '../signals/find-absences.ts';
import { offerRecovery } from './offer-recovery.ts';
import { offerSignal } from './offer-signal.ts';
import { readNotedState } from './read-known-state.ts';
import { recordChecks } from './record-checks.ts';
import { tellNotices } from './tell-notices.ts';

type Quiet = NonNullable<ScheduleScan['quiet']>;
type Absence = AbsenceLook['absence'];

/** Until when each absence of the model needs no look, by its key. `reads.state` answers null where there is no state. */
export async function lookForAbsencesOf(
  client: df.DurableClient,
  pinned: PinnedModel,
  { quiet = {}, now }: { readonly quiet?: Quiet | undefined; readonly now: string },
  reads: {
    readonly state: () => Promise<ModelState | null>;
    readonly warn: (why: string) => void;
  },
): Promise<Quiet> {
  const { config } = pinned;
  const { model, triggers } = config;
  const absences = triggers.absences ?? [];
  if (absences.every((absence) => isQuiet(quiet[keyOf(model, absence)], absence, now)))
    return pick(quiet, model, absences);
  // A lost task hub has taken the state along, and what no longer comes does not have it made anew.
  const state = (await reads.state()) ?? (await readNotedState(model, now));
  const looks = lookForAbsences(config, state, now);
  // One that is looked at beside another finds the same as before.
  const checks = looks.flatMap(({ absence, check }) =>
    check?.verdict === 'fine' && isQuiet(quiet[keyOf(model, absence)], absence, now) ? [] : (check ?? []),
  );
  await recordChecks(model, checks, reads.warn);
  await tellNotices(
    client,
    looks.flatMap((look) => noticesOf(pinned, look, now)),
  );
  for (const { signal, recovery } of looks) {
    if (recovery) await offerRecovery(client, { recovery, pinned });
    if (signal) await offerSignal(client, { signal, pinned });
  }
  return Object.fromEntries(
    looks.flatMap(({ absence, quietUntil }) =>
      quietUntil === null ? [] : [[keyOf(model, absence), quietUntil]],
    ),
  );
}

/** One that was changed is another one. */
const keyOf = (model: string, { name, of, for: allowed, from = '' }: Absence): string =>
  `${model} ${name} ${of} ${allowed} ${from}`;

/** A clock that was ahead mutes nothing for longer than nothing may come. */
function isQuiet(until: string | undefined, { for: allowed }: Absence, now: string): boolean {
  if (until === undefined) return false;
  const leftMs = Date.parse(until) - Date.parse(now);
  return leftMs > 0 && leftMs <= parseDurationMs(allowed)!;
}

const pick = (quiet: Quiet, model: string, absences: readonly Absence[]): Quiet =>
  Object.fromEntries(absences.map((absence) => [keyOf(model, absence), quiet[keyOf(model, absence)]!]));

/** People are told of it whatever admission makes of the signal: who cannot see must know so in a freeze as well. */
function noticesOf(
  { config }: PinnedModel,
  { absence, signal, recovery, since }: AbsenceLook,
  now: string,
): readonly AddressedNotice[] {
  const { model, notices = [] } = config;
  const { name, of, for: allowed } = absence;
  const subject = `absence:${model}:${name}`;
  const facts = [
    { name: 'Absence', value: `${name}, of ${of} for ${allowed}` },
    { name: 'Last', value: since ?? 'none' },
  ];
  if (signal)
    return addressNotice({ model, subject, runId: '' }, notices, {
      kind: 'absence.began',
      key: signal.id,
      at: now,
      title: `Nothing comes any more: ${name} of ${model}`,
      text: signal.summary,
      facts,
      commands: [`ratchet explain ${signal.id}`],
    });
  if (!recovery) return [];
  return addressNotice({ model, subject, runId: '' }, notices, {
    kind: 'absence.ended',
    key: recovery.id,
    at: now,
    title: `It comes again: ${name} of ${model}`,
    text: recovery.summary,
    facts,
  });
}
