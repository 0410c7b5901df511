/**
 * Rules that request a run only together: whether enough of them are bad at once. Pure.
 *
 * Invariants
 * 1. A rule is bad as long as its latest windows are, as many as it asks for; one that has recovered falls out.
 * 2. Time is when windows were observed: what is told late, or out of order, counts as if it had come in time.
 * 3. A rule that no composite names asks by itself.
 */
import type { ModelConfig } from '../config/schema.ts';
import { absenceCause } from '../domain/absence.ts';
import { type Composite, type CompositePart, driftPart } from '../domain/composite.ts';
import type { ModelState, WatchedWindow } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';
import { durationMs } from './time.ts';
import { findLackOfPersistence } from './windows.ts';

type Triggers = ModelConfig['triggers'];
type Watched = NonNullable<ModelState['watched']>;

/** Every kind of drift that a monitor finds has a cause of its own. */
const isOf = ({ cause }: CompositePart, other: string): boolean =>
  cause === 'drift:' ? other.startsWith(cause) : other === cause;

/** All composites of the model, where the cause is a part of one; else none. */
export function compositesOf(triggers: Triggers, cause: string | undefined): readonly Composite[] {
  if (cause === undefined || triggers.composites === undefined) return [];
  const all = triggers.composites.map(({ name, rules, need = rules.length, within, inOrder }) => ({
    ...{ name, need, within, ...(inOrder && { inOrder: true as const }) },
    parts: rules.map((rule) => partOf(triggers, rule)),
  }));
  return all.some((composite) => hasPart(composite, cause)) ? all : [];
}

const hasPart = ({ parts }: Composite, cause: string): boolean => parts.some((part) => isOf(part, cause));

/** The schema has seen that there is one. */
function partOf({ metrics, queries, runs, drift, absences }: Triggers, rule: string): CompositePart {
  for (const [kind, rules] of Object.entries({ metric: metrics, query: queries, run: runs })) {
    const found = rules.find(({ name }) => name === rule);
    if (!found) continue;
    const { breaches, windows } = found;
    return { rule, cause: `${kind}:${rule}`, ...(windows > 1 && { breaches, of: windows }) };
  }
  if (absences?.some(({ name }) => name === rule)) return { rule, cause: absenceCause(rule), lasts: true };
  const isDrift = drift && rule === driftPart;
  return { rule, cause: isDrift ? 'drift:' : `alert:${rule}` };
}

/** A part that is bad: since when without a break, and when it was last seen so (ms since 1970). */
interface BadPart {
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** Why none of the composites that the cause is a part of is met; null: one is, or it is a part of none. */
export function findUnmet(
  watched: Watched,
  composites: readonly Composite[],
  cause: string,
): { readonly because: string; readonly changedBy: string } | null {
  const told = composites
    .filter((composite) => hasPart(composite, cause))
    .map((composite) => judge(watched, composite, cause));
  if (told.length === 0 || told.some(({ isMet }) => isMet)) return null;
  return {
    because: told.map(({ because }) => because).join('; '),
    changedBy: told.map(({ changedBy }) => changedBy).join(' Or: '),
  };
}

function judge(watched: Watched, { name, need, within, inOrder, parts }: Composite, cause: string) {
  const asking = parts.findIndex((part) => isOf(part, cause));
  const bad = findAllBad(watched, parts, asking);
  const near = findNear(bad, asking, durationMs(within));
  const isEnough = near.length >= need;
  const isMet = isEnough && (!inOrder || isAscending(near.map((at) => bad[at]!.sinceMs)));
  const names = near.map((at) => parts[at]!.rule).join(', ');
  const missing = parts.filter((_, at) => !near.includes(at)).map(({ rule }) => rule);
  const count = `${near.length} of the ${counted(parts.length, 'rule')} of composite ${name} ${near.length === 1 ? 'is' : 'are'} bad within ${within} (${names})`;
  if (isEnough)
    return {
      isMet,
      because: `${count}, but not in the order ${parts.map(({ rule }) => rule).join(', ')}`,
      changedBy: 'Breaches in that order.',
    };
  return {
    isMet,
    because: `${count}, and it requires ${need}`,
    changedBy: `Admissible with ${need - near.length} more of ${missing.join(', ')} bad within ${within}.`,
  };
}

/** What lasts is as bad as ever when another asks. */
function findAllBad(
  watched: Watched,
  parts: readonly CompositePart[],
  asking: number,
): readonly (BadPart | null)[] {
  const bad = parts.map((part) => findBad(watched, part));
  const askedMs = bad[asking]?.lastMs ?? 0;
  return bad.map((one, at) =>
    one && parts[at]!.lasts ? { ...one, lastMs: Math.max(one.lastMs, askedMs) } : one,
  );
}

function findBad(watched: Watched, part: CompositePart): BadPart | null {
  const found = Object.keys(watched)
    .filter((cause) => isOf(part, cause))
    .flatMap((cause) => badOf(watched[cause]!, part) ?? []);
  if (found.length === 0) return null;
  return {
    sinceMs: Math.min(...found.map(({ sinceMs }) => sinceMs)),
    lastMs: Math.max(...found.map(({ lastMs }) => lastMs)),
  };
}

function badOf(windows: readonly WatchedWindow[], { breaches = 1, of = 1 }: CompositePart): BadPart | null {
  if (windows.length === 0 || findLackOfPersistence(windows, { breaches, of })) return null;
  const firstAt = windows.findLastIndex(({ bad }) => !bad) + 1;
  return { sinceMs: Date.parse(windows[firstAt]!.at), lastMs: Date.parse(windows.at(-1)!.at) };
}

/** The most parts that were last bad within so much time of each other, the asking one among them; in the order of the parts. */
function findNear(bad: readonly (BadPart | null)[], asking: number, withinMs: number): readonly number[] {
  const asked = bad[asking];
  if (!asked) return [];
  let best: readonly number[] = [];
  for (const first of bad) {
    if (!first || first.lastMs > asked.lastMs || asked.lastMs > first.lastMs + withinMs) continue;
    const near = bad.flatMap((one, at) =>
      one && one.lastMs >= first.lastMs && one.lastMs <= first.lastMs + withinMs ? [at] : [],
    );
    if (near.length > best.length) best = near;
  }
  return best;
}

const isAscending = (moments: readonly number[]): boolean =>
  moments.every((moment, at) => at === 0 || moments[at - 1]! <= moment);
