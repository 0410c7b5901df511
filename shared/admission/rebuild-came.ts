/**
 * When what absences are of last came, made anew from what the ledger knows. Pure.
 *
 * Each look for an absence that finds something leaves a check with what came last by then: so what was decided longer ago
 * than the ledger is read is not taken for what never came.
 */
import { cameKey, cameKeys } from '../config/came-keys.ts';
import type { ModelConfig } from '../config/schema.ts';
import { absenceCause } from '../domain/absence.ts';
import type { CheckRow } from '../domain/check.ts';
import type { ReasonCode } from '../domain/decision.ts';
import type { ModelFacts } from '../domain/model-facts.ts';
import type { ModelState, WatchedWindow } from '../domain/model-state.ts';

const unjudged: readonly CheckRow['verdict'][] = ['too-few', 'missing', 'failed'];
/** What came, and could not be used. */
const unused: readonly ReasonCode[] = ['data-refused', 'drift-unconfirmed'];

/** When what absences are of last came, as far as checks and the latest decisions tell, and which absences go on. */
export function rebuildCame(
  { checks, decisions }: ModelFacts,
  { triggers }: ModelConfig,
): Pick<ModelState, 'came' | 'watched'> {
  const absences = triggers.absences ?? [];
  const own = new Map(checks.filter(({ kind }) => kind === 'absence').map((check) => [check.rule, check]));
  const told = [
    ...checks
      .filter(({ verdict }) => !unjudged.includes(verdict))
      .map(({ kind, rule, at }) => ({ cause: kind === 'drift' ? kind : `${kind}:${rule}`, kind: '', at })),
    ...decisions
      .filter(({ reason }) => !unused.includes(reason))
      .map(({ signal: { cause, kind, observedAt }, offeredAt }) => ({
        cause,
        kind,
        at: observedAt ?? offeredAt,
      })),
  ];
  const came = absences.flatMap((absence): [string, string][] => {
    const key = cameKey(triggers, absence);
    const times = told.filter((each) => cameKeys(triggers, each).includes(key)).map(({ at }) => at);
    const seen = own.get(absence.name)?.window;
    const last = [...times, ...(seen ? [seen] : [])].sort().at(-1);
    return last === undefined ? [] : [[key, last]];
  });
  const open = absences.flatMap(({ name }): [string, readonly WatchedWindow[]][] => {
    const last = own.get(name);
    return last?.verdict === 'breached' ? [[absenceCause(name), [{ at: last.at, bad: true }]]] : [];
  });
  return {
    ...(came.length > 0 && { came: latestOfEach(came) }),
    ...(open.length > 0 && { watched: Object.fromEntries(open) }),
  };
}

function latestOfEach(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([, a], [, b]) => (a < b ? -1 : 1)));
}
