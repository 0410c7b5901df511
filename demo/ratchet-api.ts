/** The calls the demo makes to Ratchet's HTTP API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import type { Run } from '../shared/domain/run.ts';

export interface RatchetApi {
  /** Asks for a run by hand. The same key asks once. */
  askForRun(reason: string, key: string): Promise<{ readonly signalId: string }>;
  decisions(): Promise<readonly Decision[]>;
  runs(): Promise<readonly Run[]>;
  releases(): Promise<readonly ReleaseRow[]>;
  /** Somebody else than who asked for the run says that a release may go on. Resolves when it is recorded. */
  approve(releaseId: string, reason: string): Promise<void>;
  /** What the gates said of a run that has been judged. */
  gateReport(runId: string): Promise<GateReport | null>;
}

interface Service {
  /** `http://127.0.0.1:PORT/api`. */
  readonly apiRoot: string;
  /** Of the person who asks for runs. */
  readonly token: string;
  /** Of the person who approves releases. */
  readonly approver: string;
}

export function ratchetApi({ apiRoot, token, approver }: Service, model: string): RatchetApi {
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
    releases: async () =>
      (await get<{ releases: readonly ReleaseRow[] }>(`/releases?model=${model}&limit=1000`)).releases,
    approve: async (releaseId, reason) => {
      const { release } = await get<{ release: ReleaseRow }>(`/releases/${encodeURIComponent(releaseId)}`);
      await call(`${root}/models/${model}/operations`, 200, {
        method: 'POST',
        headers: { authorization: `Bearer ${approver}`, 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'approve-release', releaseId, binding: release.binding, reason }),
      });
    },
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
  release(row: ReleaseRow): void;
  /** After each look. */
  tick(): void;
}

const lookEveryMs = 400;

/** What one look has found. */
interface Seen {
  readonly decisions: readonly Decision[];
  readonly releases: readonly ReleaseRow[];
}

/**
 * Hands over every decision, run and release, oldest first, again and again while `work` is under way, and once at its end.
 * Answers what that last look has found.
 */
export async function whileWatching(
  api: RatchetApi,
  watcher: Watcher,
  work: Promise<unknown>,
): Promise<Seen> {
  const over = new AbortController();
  const look = async (): Promise<Seen> => {
    const [decisions, runs, releases] = await Promise.all([api.decisions(), api.runs(), api.releases()]);
    for (const decision of decisions.toSorted(byAnswer)) watcher.decision(decision);
    for (const run of runs.toReversed()) await watcher.run(run);
    for (const release of releases.toReversed()) watcher.release(release);
    watcher.tick();
    return { decisions, releases };
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
