import type { Actor } from '../domain/actor.ts';
import type { Decision } from '../domain/decision.ts';
import { type Names, namesOf } from '../domain/name-people.ts';

/** So many of the latest decisions are looked through for those who joined. */
const decisionsAtMost = 1_000;

/** What is needed of the ledger. */
interface Decisions {
  getDecision(model: string, signal: string): Promise<Decision | null>;
  listDecisions(query: { model: string; limit: number }): Promise<{ readonly items: readonly Decision[] }>;
}

interface Requesters {
  /** Accounts, by id; names of before there were. */
  readonly requestedBy: readonly string[];
  /** Of those that are known by name. */
  readonly requesterNames: Names;
}

/** Whoever asked for what a run answers, be it that theirs began it or joined it. */
export async function findRequesters(
  ledger: Decisions,
  model: string,
  signals: readonly string[],
): Promise<Requesters> {
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
  const requests = [...begun, ...joined];
  return {
    requestedBy: [...new Set(requests.flatMap(requesterOf))].sort(),
    requesterNames: namesOf(requests.map(({ signal }) => signal.evidence['actor'] as Actor | undefined)),
  };
}

function requesterOf({ signal }: Decision): string[] {
  const { requestedBy: name, actor } = signal.evidence;
  const id = (actor as Partial<Actor> | undefined)?.id ?? name;
  return typeof id === 'string' && id !== '' ? [id] : [];
}
