/** The calls the demo makes to Ratchet's HTTP API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '../shared/domain/decision.ts';
import type { Run } from '../shared/domain/run.ts';

export interface RatchetApi {
  /** Asks for a run by hand. The same key asks once. */
  askForRun(reason: string, key: string): Promise<{ readonly signalId: string }>;
  decisions(): Promise<readonly Decision[]>;
  runs(): Promise<readonly Run[]>;
}

export function ratchetApi(apiRoot: string, model: string): RatchetApi {
  const get = async <T>(path: string): Promise<T> => (await call(`${apiRoot}${path}`, 200)) as T;
  return {
    askForRun: async (reason, key) =>
      (await call(`${apiRoot}/models/${model}/signals`, 202, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ reason, requestedBy: 'demo' }),
      })) as { signalId: string },
    decisions: async () =>
      (await get<{ decisions: readonly Decision[] }>(`/decisions?model=${model}&limit=1000`)).decisions,
    runs: async () => (await get<{ runs: readonly Run[] }>(`/runs?model=${model}&limit=1000`)).runs,
  };
}

async function call(url: string, wantedStatus: number, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.status !== wantedStatus) {
    throw new Error(
      `${init?.method ?? 'GET'} ${url} answered ${response.status}, not ${wantedStatus}: ${text}`,
    );
  }
  return JSON.parse(text);
}

/** Shows how runs come along while `work` is under way: `seen` is called with each run whose phase has changed. */
export async function whileWatching<T>(
  api: RatchetApi,
  seen: (run: Run) => void,
  work: Promise<T>,
): Promise<T> {
  const phases = new Map<string, string>();
  let over = false;
  const look = async (): Promise<void> => {
    for (const run of (await api.runs()).toReversed()) {
      const now = `${run.phase} ${run.outcome}`;
      if (phases.get(run.runId) !== now) seen(run);
      phases.set(run.runId, now);
    }
  };
  const watch = (async () => {
    while (!over) {
      await look();
      await sleep(150);
    }
  })();
  try {
    return await work;
  } finally {
    over = true;
    await watch;
    await look();
  }
}
