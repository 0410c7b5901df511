import type { Actor } from '../domain/actor.ts';
import type { Decision } from '../domain/decision.ts';

/** So many of the latest decisions are looked through for those who joined. */
const decisionsAtMost = 1_000;

/** What is needed of the ledger. */
interface Decisions {
  getDecision(model: string, signal: string): Promise<Decision | null>;
  listDecisions(query: { model: string; limit: number }): Promise<{ readonly items: readonly Decision[] }>;
}

/** Whoever asked for what a run answers, be it that theirs began it or joined it: accounts, or names of before there were. */
export async function findRequesters(
  ledger: Decisions,
  model: string,
  signals: readonly string[],
): Promise<readonly string[]> {
  const begun = (await Promise.all(signals.map((signal) => ledger.getDecision(model, signal)))).flatMap(
    (decision) => decision ?? [],
  );
  const runs = new Set(begun.flatMap(({ runId }) => runId ?? []));
  const known = new Set(signals);
  const { items } = await ledger.listDecisions({ model, limit: decisionsAtMost });
  const joined = items.filter(
    ({ runId, joinedSignalId }) =>
      (runId !== null && runs.has(runId)) || (joinedSignalId != null && known.has(joinedSignalId)),
  );
  const requestedBy = new Set([...begun, ...joined].flatMap(requesterOf));
  return [...requestedBy].sort();
}

function requesterOf({ signal }: Decision): string[] {
  const { requestedBy: name, actor } = signal.evidence;
  const id = (actor as Partial<Actor> | undefined)?.id ?? name;
  return typeof id === 'string' && id !== '' ? [id] : [];
}
