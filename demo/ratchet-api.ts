/** The calls the demo makes to Ratchet's HTTP API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { Run } from '../shared/domain/run.ts';

export interface RatchetApi {
  /** Asks for a run by hand. The same key asks once. */
  askForRun(reason: string, key: string): Promise<{ readonly signalId: string }>;
  decisions(): Promise<readonly Decision[]>;
  runs(): Promise<readonly Run[]>;
  /** What the gates said of a run that has been judged. */
  gateReport(runId: string): Promise<GateReport | null>;
}

interface Service {
  /** `http://127.0.0.1:PORT/api`. */
  readonly apiRoot: string;
  /** Of the person who asks. */
  readonly token: string;
}

export function ratchetApi({ apiRoot, token }: Service, model: string): RatchetApi {
  const root = `${apiRoot}/signed-in`;
  const authorization = `Bearer ${token}`;
  const get = async <T>(path: string): Promise<T> =>
    (await call(`${root}${path}`, 200, { headers: { authorization } })) as T;
  return {
    askForRun: async (reason, key) =>
      (await call(`${root}/models/${model}/signals`, 202, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ reason }),
      })) as { signalId: string },
    decisions: async () =>
      (await get<{ decisions: readonly Decision[] }>(`/decisions?model=${model}&limit=1000`)).decisions,
    runs: async () => (await get<{ runs: readonly Run[] }>(`/runs?model=${model}&limit=1000`)).runs,
    gateReport: async (runId) =>
      (await get<{ gateReport: GateReport | null }>(`/runs/${encodeURIComponent(runId)}`)).gateReport,
  };
}

async function call(url: string, wantedStatus: number, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.status !== wantedStatus) {
    throw new Error(
      `${init.method ?? 'GET'} ${url} answered ${response.status}, not ${wantedStatus}: ${text}`,
    );
  }
  return JSON.parse(text);
}

interface Watcher {
  decision(decision: Decision): void;
  run(run: Run): Promise<void>;
  /** After each look. */
  tick(): void;
}

const lookEveryMs = 150;

/**
 * Hands over every decision and run, oldest first, again and again while `work` is under way, and once at its end.
 * Answers the decisions of that last look.
 */
export async function whileWatching(
  api: RatchetApi,
  watcher: Watcher,
  work: Promise<unknown>,
): Promise<readonly Decision[]> {
  const over = new AbortController();
  const look = async (): Promise<readonly Decision[]> => {
    const [decisions, runs] = await Promise.all([api.decisions(), api.runs()]);
    for (const decision of decisions.toSorted(byAnswer)) watcher.decision(decision);
    for (const run of runs.toReversed()) await watcher.run(run);
    watcher.tick();
    return decisions;
  };
  const watch = (async () => {
    while (!over.signal.aborted) {
      await look();
      // Its end is the end of the work.
      await sleep(lookEveryMs, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  await Promise.all([work.finally(() => over.abort()), watch]);
  return look();
}

/** Oldest first; of those answered at the same moment, the one that others joined before those. */
function byAnswer(a: Decision, b: Decision): number {
  const late = (decision: Decision): string =>
    `${decision.decidedAt} ${decision.outcome === 'coalesced' ? 1 : 0}`;
  return late(a) < late(b) ? -1 : 1;
}
