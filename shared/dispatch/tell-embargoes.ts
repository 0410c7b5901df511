/**
 * Looks which versions of a model are under embargo, has the target know, and asks for a run where the champion is.
 *
 * Owns: what is read for it, and that an answer that has not changed is not told again. Does not own: the rule
 * (shared/release/transitions/embargo.ts), what the signal comes to (admission).
 *
 * Invariant: what cannot be read changes nothing; the next look tells.
 */
import { parseDurationMs } from '../config/duration.ts';
import { hashJson } from '../config/pin.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { Decision } from '../domain/decision.ts';
import type { Embargo } from '../domain/embargo.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Signal } from '../domain/signal.ts';
import { findEmbargoes } from '../release/transitions/embargo.ts';
import type { TargetState } from '../release/transitions/state.ts';

/** So many of the latest releases and decisions are looked through. */
const looksBack = 1_000;
/** A champion that stays under embargo asks again. */
const againMs = parseDurationMs('P7D')!;

/** What is needed of the ledger. */
interface EmbargoLedger {
  listReleases(query: { model: string; limit: number }): Promise<{ readonly items: readonly ReleaseRow[] }>;
  listDecisions(query: { model: string; limit: number }): Promise<{ readonly items: readonly Decision[] }>;
}

/** The versions of a model under embargo now. */
export async function readEmbargoes(
  ledger: EmbargoLedger,
  { config }: PinnedModel,
  state: Pick<TargetState, 'settled' | 'quarantined'> | undefined,
  now: string,
): Promise<readonly Embargo[]> {
  const { model, embargo } = config;
  const { settled = [], quarantined = [] } = state ?? {};
  const asked = { model, limit: looksBack };
  const releases = embargo ? (await ledger.listReleases(asked)).items : [];
  const decisions = embargo?.whenDriftConfirmed ? (await ledger.listDecisions(asked)).items : [];
  const known = settled.filter((version) => version.model.name === model);
  return findEmbargoes({
    ...{ config: embargo, releases, settled: known, quarantined, now },
    driftAt: findConfirmedDrift(decisions),
  });
}

/** When a drift was last confirmed: one that nobody could confirm, or that was over before anything was done, is none. */
function findConfirmedDrift(decisions: readonly Decision[]): string | null {
  const none: readonly string[] = ['drift-unconfirmed', 'recovered', 'internal-error'];
  return decisions
    .filter(({ signal, reason }) => signal.kind === 'drift' && !none.includes(reason))
    .map(({ signal, offeredAt }) => signal.observedAt ?? offeredAt)
    .reduce<string | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
}

/** Those that the target is to be told of; null: it knows. What was quarantined it knows by itself. */
export function findNews(
  state: Pick<TargetState, 'embargoed'> | undefined,
  embargoes: readonly Embargo[],
): readonly Embargo[] | null {
  const embargoed = embargoes.filter(({ why }) => why !== 'quarantined');
  return hashJson(embargoed) === hashJson(state?.embargoed ?? []) ? null : embargoed;
}

/** A champion under embargo asks for a run, and again every week; null: it is under none. */
export function findEmbargoSignal(
  model: string,
  champion: string | undefined,
  embargoes: readonly Embargo[],
  now: string,
): Signal | null {
  const embargo = embargoes.find(({ version }) => version === champion);
  if (!embargo) return null;
  const { version, why, since, sentence } = embargo;
  const times = Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / againMs));
  const tick = new Date(Date.parse(since) + times * againMs).toISOString();
  return {
    id: `embargo:${model}:${version}:${why}:${tick}`,
    model,
    kind: 'schedule',
    observedAt: tick,
    source: 'embargo',
    summary: `The champion is under embargo: ${sentence}.`,
    evidence: { champion: version, why, since },
  };
}
